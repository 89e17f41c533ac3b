/** Sends a form that only leads on (an answer to another site, as a post) without waiting for its button. */
export function go(root: Document) {
  root.querySelector<HTMLFormElement>("form[data-go]")?.submit();
}
