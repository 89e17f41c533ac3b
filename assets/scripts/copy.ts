/** Buttons that copy the text of an element; shown only where copying works. */
export function copy(root: Document) {
  if (!navigator.clipboard) return;
  root.querySelectorAll<HTMLButtonElement>("[data-copy]").forEach((button) => {
    const words = button.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(root.getElementById(button.dataset.copy!)!.textContent!.trim());
      button.textContent = button.dataset.copied!;
      setTimeout(() => (button.textContent = words), 3000);
    });
  });
}
