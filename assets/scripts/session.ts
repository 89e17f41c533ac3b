/** Two minutes before sign-out by idleness, and again at one, a notice that does not block; it is spoken each time once. */
export function session(root: Document) {
  const box = root.querySelector<HTMLElement>("[data-session]");
  if (!box) return;
  const line = box.querySelector("p")!;
  const button = box.querySelector("button")!;
  const words = (name: string) => box.querySelector<HTMLTemplateElement>(`template[data-${name}]`)!.content.textContent!;
  let timers: ReturnType<typeof setTimeout>[] = [];
  const at = (seconds: number, name: string) =>
    timers.push(setTimeout(() => {
      box.hidden = false;
      line.textContent = words(name);
      button.hidden = name === "over";
    }, Math.max(0, seconds) * 1000));
  const start = () => {
    timers.forEach(clearTimeout);
    timers = [];
    box.hidden = true;
    const all = Number(box.dataset.session);
    at(all - 120, "two");
    at(all - 60, "one");
    at(all, "over");
  };
  button.addEventListener("click", async () => {
    const answer = await fetch(box.dataset.stay!, { method: "POST" }).catch(() => null);
    if (answer?.ok) start();
  });
  start();
}
