/**
 * A calendar under the three fields of a date (D-13, PRF-06, P-31): month and year by a list each, days as a grid with
 * arrow keys, Home, End, Page Up and Page Down; works in the Gregorian and in the Solar Hijri calendar. The names come
 * from the browser, and so do the rules of the calendars: a day is always a real day.
 */
type Parts = { day: number; month: number; year: number };
const DAY = 86400000;

export function date(root: Document) {
  root.querySelectorAll<HTMLElement>("[data-date]").forEach((box) => new Calendar(box));
}

class Calendar {
  private kind: string;
  private lang = document.documentElement.lang || "en";
  private shown: Parts;
  private button = document.createElement("button");
  private panel?: HTMLElement;
  private reader: Intl.DateTimeFormat;

  constructor(private box: HTMLElement) {
    this.kind = box.dataset.date!;
    this.reader = new Intl.DateTimeFormat(`en-u-nu-latn-ca-${this.kind}`, { year: "numeric", month: "numeric", day: "numeric", timeZone: "UTC" });
    this.shown = this.parts(Date.now());
    this.button.type = "button";
    this.button.className = "ds-button";
    this.button.dataset.variant = "secondary";
    this.button.dataset.color = "accent";
    this.button.textContent = box.dataset.open!;
    this.button.setAttribute("aria-expanded", "false");
    this.button.addEventListener("click", () => (this.panel ? this.close() : this.open()));
    box.querySelector(".ok-date__row")!.append(this.button);
  }

  /** The day, month and year of a moment in this calendar. */
  private parts(moment: number): Parts {
    const found: Record<string, number> = {};
    for (const part of this.reader.formatToParts(moment)) found[part.type] = parseInt(part.value, 10);
    return { day: found.day, month: found.month, year: found.year };
  }

  /** The moment at which a date of this calendar begins, found by stepping: no rule of any calendar is written here. */
  private moment(want: Parts): number {
    let at = Date.UTC(want.year + (this.kind === "persian" ? 621 : 0), want.month + (this.kind === "persian" ? 1 : -1), 15);
    for (let i = 0; i < 60; i++) {
      const is = this.parts(at);
      const off = (want.year - is.year) * 365 + (want.month - is.month) * 30 + (want.day - is.day);
      if (off === 0) return at;
      at += Math.sign(off) * Math.max(1, Math.floor(Math.abs(off) * 0.9)) * DAY;
    }
    return at;
  }

  private days(year: number, month: number): number[] {
    const list: number[] = [];
    for (let at = this.moment({ year, month, day: 1 }); this.parts(at).month === month; at += DAY) list.push(at);
    return list;
  }

  private field(part: string) {
    return this.box.querySelector<HTMLInputElement>(`[data-part=${part}]`)!;
  }

  private typed(): Parts | null {
    const read = (part: string) => parseInt(this.field(part).value.replace(/[۰-۹]/g, (d) => String(d.charCodeAt(0) - 1776)), 10);
    const is = { day: read("day"), month: read("month"), year: read("year") };
    return is.day && is.month && is.month < 13 && is.year > 999 ? is : null;
  }

  private limit(end: "first" | "last", fallback: number): number {
    return Date.parse(this.box.dataset[end] || "") || fallback;
  }

  private open() {
    const last = this.limit("last", Date.now() + 10 * 365 * DAY);
    this.shown = this.typed() ?? this.parts(Math.min(Date.now(), last));
    this.panel = document.createElement("div");
    this.panel.className = "ok-calendar";
    this.panel.setAttribute("role", "group");
    this.panel.setAttribute("aria-label", this.box.dataset.open!);
    this.panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
    });
    this.box.querySelector(".ok-date__row")!.after(this.panel);
    this.button.textContent = this.box.dataset.close!;
    this.button.setAttribute("aria-expanded", "true");
    this.draw();
    this.focusDay(this.shown.day);
  }

  private close() {
    this.panel?.remove();
    this.panel = undefined;
    this.button.textContent = this.box.dataset.open!;
    this.button.setAttribute("aria-expanded", "false");
    this.button.focus();
  }

  private list(label: string, entries: [number, string][], chosen: number, change: (value: number) => void) {
    const select = document.createElement("select");
    select.className = "ds-input";
    select.setAttribute("aria-label", label);
    for (const [value, text] of entries) select.add(new Option(text, String(value), false, value === chosen));
    select.addEventListener("change", () => {
      change(Number(select.value));
      this.draw();
      this.panel!.querySelector<HTMLElement>(`select[aria-label="${label}"]`)!.focus();
    });
    return select;
  }

  private arrow(label: string, sign: string, step: number) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "ds-button";
    button.dataset.variant = "tertiary";
    button.setAttribute("aria-label", label);
    button.textContent = sign;
    button.addEventListener("click", () => {
      this.step(step);
      this.draw();
      this.panel!.querySelector<HTMLElement>(`button[aria-label="${label}"]`)!.focus();
    });
    return button;
  }

  private step(months: number) {
    const all = this.shown.year * 12 + this.shown.month - 1 + months;
    this.shown = { ...this.shown, year: Math.floor(all / 12), month: (all % 12) + 1 };
  }

  private draw() {
    const { year, month } = this.shown;
    const say = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(`${this.lang}-u-ca-${this.kind}`, { timeZone: "UTC", ...options });
    const monthName = say({ month: "long" });
    const months: [number, string][] = Array.from({ length: 12 }, (_, i) => [i + 1, monthName.format(this.moment({ year, month: i + 1, day: 10 }))]);
    const from = this.parts(this.limit("first", Date.now() - 110 * 365.25 * DAY)).year;
    const to = this.parts(this.limit("last", Date.now() + 10 * 365 * DAY)).year;
    const count = new Intl.NumberFormat(this.lang, { useGrouping: false });
    const years: [number, string][] = [];
    for (let y = Math.max(to, year); y >= Math.min(from, year); y--) years.push([y, count.format(y)]);

    const rtl = document.documentElement.dir === "rtl";
    const head = document.createElement("div");
    head.className = "ok-calendar__head";
    head.append(
      this.arrow(this.box.dataset.before!, rtl ? "›" : "‹", -1),
      this.list(this.box.dataset.monthLabel!, months, month, (value) => (this.shown.month = value)),
      this.list(this.box.dataset.yearLabel!, years, year, (value) => (this.shown.year = value)),
      this.arrow(this.box.dataset.after!, rtl ? "‹" : "›", 1),
    );
    this.panel!.replaceChildren(head, this.grid(say, count));
  }

  private grid(say: (options: Intl.DateTimeFormatOptions) => Intl.DateTimeFormat, count: Intl.NumberFormat) {
    const { year, month } = this.shown;
    const firstDay = this.lang === "fa" ? 6 : 1; // the week starts on Saturday in fa, on Monday elsewhere
    const table = document.createElement("table");
    const row = table.createTHead().insertRow();
    const short = say({ weekday: this.lang === "fa" ? "narrow" : "short" }); // fa has no short names
    const long = say({ weekday: "long" });
    for (let i = 0; i < 7; i++) {
      const at = Date.UTC(2023, 0, 1 + ((firstDay + i) % 7)); // 1 January 2023 was a Sunday
      const th = document.createElement("th");
      th.scope = "col";
      th.abbr = long.format(at);
      th.textContent = short.format(at);
      row.append(th);
    }
    const full = say({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
    const chosen = this.typed();
    const today = Math.floor(Date.now() / DAY);
    const body = table.createTBody();
    const days = this.days(year, month);
    let line = body.insertRow();
    for (let empty = (new Date(days[0]).getUTCDay() - firstDay + 7) % 7; empty > 0; empty--) line.insertCell();
    days.forEach((at, i) => {
      if (line.cells.length === 7) line = body.insertRow();
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = count.format(i + 1);
      button.dataset.day = String(i + 1);
      button.setAttribute("aria-label", full.format(at));
      button.setAttribute("aria-pressed", String(!!chosen && chosen.day === i + 1 && chosen.month === month && chosen.year === year));
      if (Math.floor(at / DAY) === today) button.setAttribute("aria-current", "date");
      button.tabIndex = i + 1 === Math.min(this.shown.day, days.length) ? 0 : -1;
      line.insertCell().append(button);
    });
    body.addEventListener("click", (event) => this.choose(event));
    body.addEventListener("keydown", (event) => this.move(event));
    return table;
  }

  private choose(event: Event) {
    const day = (event.target as HTMLElement).closest("button")?.dataset.day;
    if (!day) return;
    const put = (part: string, value: string | number) => {
      this.field(part).value = String(value);
    };
    put("day", day);
    put("month", this.shown.month);
    put("year", this.shown.year);
    this.field("year").dispatchEvent(new Event("change", { bubbles: true }));
    this.close();
  }

  private move(event: KeyboardEvent) {
    const rtl = document.documentElement.dir === "rtl" ? -1 : 1;
    const steps: Record<string, number> = { ArrowLeft: -rtl, ArrowRight: rtl, ArrowUp: -7, ArrowDown: 7 };
    const day = Number((event.target as HTMLElement).dataset.day);
    if (event.key in steps) this.shown = this.parts(this.moment({ ...this.shown, day }) + steps[event.key] * DAY);
    else if (event.key === "PageUp") this.step(event.shiftKey ? -12 : -1);
    else if (event.key === "PageDown") this.step(event.shiftKey ? 12 : 1);
    else if (event.key === "Home") this.shown.day = 1;
    else if (event.key === "End") this.shown.day = 31;
    else return;
    event.preventDefault();
    this.draw();
    this.focusDay(this.shown.day);
  }

  private focusDay(day: number) {
    const days = this.panel!.querySelectorAll<HTMLElement>("[data-day]");
    days[Math.min(day, days.length) - 1]?.focus();
  }
}
