// Reads a style sheet with cascade layers, writes one without them, so that browsers before layers show the same page.
// Two mends on the way (screens.md 1.1): every :dir(rtl) rule gets a [dir=rtl] twin, because older phones lack :dir().
// Usage: node flatten.mjs FROM TO
import { readFileSync, writeFileSync } from "node:fs";
import postcss from "postcss";
import layers from "@csstools/postcss-cascade-layers";

const twins = {
  postcssPlugin: "okno-dir-twins",
  Once(root) {
    root.walkRules((rule) => {
      if (!/:dir\((rtl|ltr)\)/.test(rule.selector)) return;
      const twin = rule.clone();
      twin.selector = rule.selector.replace(/:dir\((rtl|ltr)\)/g, "[dir=$1]");
      rule.replaceWith(twin);
    });
  },
};

const [from, to] = process.argv.slice(2);
const result = await postcss([twins, layers()]).process(readFileSync(from, "utf8"), { from, to });
for (const warning of result.warnings()) console.error(String(warning));
writeFileSync(to, result.css);
