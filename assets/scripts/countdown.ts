/** Shows how long a code still works (P-23). It is not a live region, so it never talks over the person. */
export function countdown(root: Document) {
  root.querySelectorAll<HTMLElement>("[data-countdown]").forEach((line) => {
    const end = Date.now() + Number(line.dataset.countdown) * 1000;
    const tick = () => {
      const left = Math.max(0, Math.round((end - Date.now()) / 1000));
      const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
      line.textContent = left ? line.dataset.text!.replace("{time}", time) : line.dataset.over!;
      if (!left) {
        clearInterval(timer);
        line.setAttribute("role", "status");
      }
    };
    const timer = setInterval(tick, 1000);
  });
}
