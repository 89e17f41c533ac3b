type Condition = { Text: string; Test: string; Absent: boolean };

/** Show and hide; strength and conditions while typing. Nothing typed leaves the page: the server judges on its own. */
export function password(root: Document) {
  root.querySelectorAll<HTMLButtonElement>("[data-show]").forEach((button) => {
    const input = root.getElementById(button.dataset.show!) as HTMLInputElement;
    const words = [button.textContent!, button.dataset.hideText!];
    button.hidden = false;
    button.addEventListener("click", () => {
      const shown = input.type === "password";
      input.type = shown ? "text" : "password";
      button.textContent = words[shown ? 1 : 0];
      button.setAttribute("aria-pressed", String(shown));
    });
    input.form?.addEventListener("submit", () => (input.type = "password"));
  });
  root.querySelectorAll<HTMLElement>("[data-password]").forEach(meter);
}

function meter(box: HTMLElement) {
  const line = box.querySelector<HTMLElement>("[data-strength]");
  const input = box.querySelector("input");
  if (!line || !input) return;
  const conditions: Condition[] = JSON.parse(box.dataset.password || "null") ?? [];
  const items = box.querySelectorAll<HTMLElement>("[data-condition]");
  const word = line.querySelector<HTMLElement>(".ok-strength__word")!;
  const hint = word.textContent;
  input.addEventListener("input", () => {
    const typed = input.value;
    let judged = 0;
    let met = 0;
    conditions.forEach((condition, i) => {
      if (!condition.Test) return;
      judged++;
      const good = typed !== "" && new RegExp(condition.Test, "u").test(typed) !== condition.Absent;
      if (good) met++;
      if (items[i]) items[i].dataset.met = good ? "yes" : "no";
    });
    const level = typed === "" ? "" : met === judged ? "high" : met * 2 >= judged ? "middle" : "low";
    line.dataset.level = level;
    const words = level === "" ? hint : line.dataset[level]!;
    if (word.textContent !== words) word.textContent = words;
  });
}
