/** Shows how long a code still works (P-23). It is not a live region, so it never talks over the person. */
export function countdown(root: Document) {
  const minutes = new Intl.NumberFormat(root.documentElement.lang);
  const seconds = new Intl.NumberFormat(root.documentElement.lang, { minimumIntegerDigits: 2 });
  root.querySelectorAll<HTMLElement>("[data-countdown]").forEach((line) => {
    const end = Date.now() + Number(line.dataset.countdown) * 1000;
    const tick = () => {
      const left = Math.max(0, Math.round((end - Date.now()) / 1000));
      const time = `${minutes.format(Math.floor(left / 60))}:${seconds.format(left % 60)}`;
      line.textContent = left ? line.dataset.text!.replace("{time}", time) : line.dataset.over!;
      if (!left) {
        clearInterval(timer);
        line.setAttribute("role", "status");
      }
    };
    const timer = setInterval(tick, 1000);
  });
}
