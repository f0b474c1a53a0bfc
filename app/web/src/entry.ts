/** One line for a deposit, wherever several are listed: its mark, its name, its leading commodity. */

import { groupOfCode, labelOf, type Catalogue } from "./catalogue.ts";
import { el } from "./dom.ts";
import { markOf, shapeOf } from "./marks.ts";
import { wordsOf, type Lang } from "./words.ts";

export interface Entry {
  id: string;
  name: string | null;
  source: string;
  commodity: string | undefined;
}

export function entryOf({ name, source, commodity }: Entry, lang: Lang, catalogue: Catalogue | null): HTMLElement {
  const group = catalogue ? groupOfCode(catalogue.commodity, commodity) : "other";
  const label = commodity && catalogue ? labelOf(catalogue.commodity, commodity, lang) : "";
  return el(
    "span",
    {},
    markOf(shapeOf(source), `group-${group}`),
    el("span", { class: name ? null : "unnamed" }, name ?? wordsOf(lang).unnamed),
    el("small", {}, label),
  );
}
