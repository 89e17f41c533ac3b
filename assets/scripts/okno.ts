// Everything here only improves pages that already work. Each script finds its work by a data attribute.
import { autosave } from "./autosave";
import { copy } from "./copy";
import { countdown } from "./countdown";
import { date } from "./date";
import { focusFirst } from "./focus";
import { go } from "./go";
import { menus } from "./menu";
import { once } from "./once";
import { password } from "./password";
import { poll } from "./poll";
import { session } from "./session";
import { work } from "./work";

for (const start of [focusFirst, menus, once, password, date, copy, countdown, autosave, poll, session, work, go]) {
  try {
    start(document);
  } catch (problem) {
    console.error(problem); // one script in trouble does not stop the others
  }
}
