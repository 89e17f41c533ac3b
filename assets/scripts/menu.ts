/** Closes an open selector of the header by Escape, by a press outside and when another one opens. */
export function menus(root: Document) {
  const all = [...root.querySelectorAll<HTMLDetailsElement>("details[data-menu]")];
  const closeBut = (kept?: HTMLDetailsElement | null) => all.forEach((menu) => menu !== kept && (menu.open = false));
  root.addEventListener("click", (event) => closeBut((event.target as HTMLElement).closest("details[data-menu]") as HTMLDetailsElement));
  root.addEventListener("keydown", (event) => {
    const open = all.find((menu) => menu.open);
    if (event.key !== "Escape" || !open) return;
    open.open = false;
    open.querySelector("summary")?.focus();
  });
}
