/**
 * Live progress: asks the address in data-poll every two seconds for the same page or its part, and puts the element
 * with the same id in place. Only changed states are spoken. When the part is live no more, the page comes anew. The
 * page's own refresh stands in noscript (ui.Refresh.Polls).
 */
export function poll(root: Document) {
  root.querySelectorAll<HTMLElement>("[data-poll]").forEach((start) => {
    const voice = root.createElement("p");
    voice.className = "ds-sr-only";
    voice.setAttribute("role", "status");
    start.after(voice);
    const states = (box: Element) => new Map([...box.querySelectorAll<HTMLElement>("[data-state]")].map((item, i) => [item.id || String(i), item]));
    let box = start;
    let pause = 2000;
    const ask = async () => {
      try {
        const answer = await fetch(box.dataset.poll!, { headers: { Accept: "text/html" } });
        if (answer.redirected && new URL(answer.url).pathname !== new URL(box.dataset.poll!, location.href).pathname) {
          location.assign(answer.url);
          return;
        }
        if (!answer.ok) throw new Error(String(answer.status));
        const next = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(box.id);
        if (next) {
          const old = states(box);
          const news: string[] = [];
          states(next).forEach((item, key) => {
            if (old.get(key)?.dataset.state !== item.dataset.state) news.push(item.innerText || item.textContent || "");
          });
          if (news.length || !next.dataset.poll) {
            box.replaceWith(next);
            box = next as HTMLElement;
            voice.textContent = news.join(". ").replace(/\s+/g, " ");
          }
        }
        pause = 2000;
      } catch {
        pause = Math.min(pause * 2, 30000);
      }
      if (box.dataset.poll) setTimeout(ask, pause);
      else location.reload();
    };
    setTimeout(ask, pause);
  });
}
