/** What of a deposit is critical, to whom, and by which list of which day: never critical as such. */

import { codesIn, type CriticalList, type DepositProperties } from "./api.ts";
import { labelOf, titled, type Catalogue } from "./catalogue.ts";
import { el } from "./dom.ts";
import { formatDate, formatList } from "./format.ts";
import { wordsOf, type Lang } from "./words.ts";

export function criticalCell(p: DepositProperties, lang: Lang, catalogue: Catalogue | null): Node | string | null {
  if (!catalogue || !p.commodities) return null;
  const words = wordsOf(lang);
  const lists = listsOf(p, catalogue);
  if (lists.length === 0) return words.onNoList;
  const countries = codesIn(p.critical_to).map((code) => labelOf(catalogue.country, code, lang));
  const verdict = countries.length > 0 ? words.criticalTo(formatList(countries, lang)) : words.criticalToNone;
  const basis = countries.length > 0 ? [el("small", {}, words.byListsInForce)] : [];
  const items = lists.map((list) => listItem(list, codesIn(p.commodities), lang, catalogue));
  return el("div", {}, el("div", {}, el("strong", {}, verdict)), ...basis, el("ul", { class: "critical-lists" }, ...items));
}

/** The lists in force first, each kind with the newest first. */
function listsOf(p: DepositProperties, { lists }: Catalogue): CriticalList[] {
  const wanted = codesIn(p.critical_lists);
  return lists
    .filter(({ id }) => wanted.includes(id))
    .sort((a, b) => Number(b.in_force) - Number(a.in_force) || b.listed_on.localeCompare(a.listed_on));
}

function listItem(list: CriticalList, commodities: readonly string[], lang: Lang, { commodity }: Catalogue): HTMLElement {
  const words = wordsOf(lang);
  const label = (code: string) => labelOf(commodity, code, lang);
  const counted = commodities.flatMap((code) => {
    const named = list.commodities[code];
    if (named === undefined) return [];
    return named === code ? label(code) : words.listed(label(code), label(named));
  });
  const standing = words.standings[list.standing] ?? list.standing;
  const day = [formatDate(list.listed_on, lang), standing, ...(list.in_force ? [] : [words.notInForce])];
  return el(
    "li",
    {},
    el("div", {}, formatList(counted, lang)),
    el("small", {}, titled(list, lang)),
    el("small", {}, day.join(" · ")),
  );
}
