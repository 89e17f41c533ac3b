/** Puts the focus on the error summary, and on the field itself when one of its links is followed. */
export function focusFirst(root: Document) {
  const summary = root.querySelector<HTMLElement>("[data-focus]");
  if (!summary) return;
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = (event.target as HTMLElement).closest("a");
    const field = link && root.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    (field.closest(".ok-field, .ok-group") ?? field).scrollIntoView({ block: "center" });
    field.focus({ preventScroll: true });
  });
}
