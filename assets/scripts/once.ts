/**
 * Keeps a second press from sending the form again. The first press always goes through; the guard lifts after five
 * seconds and when the page comes back from the browser's memory, so that nobody is ever locked out.
 */
export function once(root: Document) {
  const sent = new Map<HTMLFormElement, { until: number; by: string }>();
  root.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (form.method !== "post" || event.defaultPrevented) return;
    const button = (event as SubmitEvent).submitter as HTMLButtonElement | null;
    const by = button?.formAction ?? form.action;
    const before = sent.get(form);
    if (before && before.until > Date.now() && before.by === by) {
      event.preventDefault();
      return;
    }
    sent.set(form, { until: Date.now() + 5000, by });
    const words = button?.dataset.busy;
    if (button && words) {
      const old = button.textContent;
      setTimeout(() => (button.textContent = words), 0);
      setTimeout(() => (button.textContent = old), 10000);
    }
  });
  addEventListener("pageshow", () => sent.clear());
}
