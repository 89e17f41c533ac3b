/** Sends a form's fields after each change to the address in data-autosave and says how it went; failing is loud and stays. */
export function autosave(root: Document) {
  root.querySelectorAll<HTMLFormElement>("form[data-autosave]").forEach((form) => {
    const line = form.querySelector<HTMLElement>("[data-saved]") ?? root.querySelector<HTMLElement>("[data-saved]");
    let waiting: ReturnType<typeof setTimeout> | undefined;
    let turn = 0;
    const say = (state: string, words: string) => {
      if (!line) return;
      line.dataset.state = state;
      line.textContent = words;
    };
    const save = async () => {
      const mine = ++turn;
      const body = new URLSearchParams();
      new FormData(form).forEach((value, name) => {
        if (typeof value === "string" && !form.querySelector(`[type=password][name="${CSS.escape(name)}"]`)) body.append(name, value);
      });
      try {
        const answer = await fetch(form.dataset.autosave!, { method: "POST", body, headers: { Accept: "application/json" } });
        if (mine !== turn) return;
        if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
        const now = new Date().toLocaleTimeString(root.documentElement.lang, { hour: "2-digit", minute: "2-digit", hour12: false });
        say("saved", line?.dataset.saved?.replace("{time}", now) ?? "");
      } catch {
        if (mine === turn) say("failed", line?.dataset.failed ?? "");
      }
    };
    form.addEventListener("change", () => {
      clearTimeout(waiting);
      waiting = setTimeout(save, 400);
    });
    addEventListener("online", () => line?.dataset.state === "failed" && save());
  });
}
