/** The deposits in view as a list: the map's way in for those who do not use a pointer. */

import { askDeposits, isAbort, type Deposit } from "./api.ts";
import type { Catalogue } from "./catalogue.ts";
import { button, el, part } from "./dom.ts";
import { queryOf, type Filter } from "./filter.ts";
import { formatNumber } from "./format.ts";
import { entryOf } from "./entry.ts";
import { sentenceOf } from "./notices.ts";
import { wordsOf, type Lang } from "./words.ts";

const LENGTH = 50;

interface View {
  lang: Lang;
  filter: Filter;
  bbox: string;
  catalogue: Catalogue | null;
}

export function listIn(onChosen: (id: string) => void) {
  const details = part("list-details") as HTMLDetailsElement;
  let view: View | null = null;
  let asked = new AbortController();

  details.addEventListener("toggle", () => void refresh());

  /** Asks only while it is open: a closed list costs nothing. */
  async function refresh(): Promise<void> {
    asked.abort();
    if (!details.open || !view) return;
    asked = new AbortController();
    const { lang, filter, bbox } = view;
    const query = queryOf(filter);
    query.set("bbox", bbox);
    query.set("limit", String(LENGTH));
    try {
      const { features, numberMatched } = await askDeposits(query, lang, asked.signal);
      render(view, features, numberMatched);
    } catch (error) {
      if (!isAbort(error)) renderText(sentenceOf(error)(lang));
    }
  }

  function render({ lang, catalogue }: View, deposits: readonly Deposit[], matched: number): void {
    const words = wordsOf(lang);
    const [shown, all] = [formatNumber(deposits.length, lang), formatNumber(matched, lang)];
    renderText(matched === 0 ? words.listEmpty : words.listShown(shown, all));
    const entries = deposits.map(({ id, properties: { name, source, commodities, primary_commodities } }) => {
      const commodity = (primary_commodities ?? commodities ?? "").split(",")[0];
      const entry = entryOf({ id, name, source, commodity }, lang, catalogue);
      return el("li", {}, button({ class: "entry" }, entry, () => onChosen(id)));
    });
    part("list").replaceChildren(...entries);
  }

  function renderText(text: string): void {
    part("list-shown").textContent = text;
    part("list").replaceChildren();
  }

  return {
    update(next: View): void {
      view = next;
      void refresh();
    },
  };
}
