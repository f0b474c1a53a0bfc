/** The panel: filters, legend, links and sources, from the catalogue and the filter, in the page's language. */

import { addressOf, type Source } from "./api.ts";
import { labelOf, titleOf, type Catalogue, type Vocabulary } from "./catalogue.ts";
import { el, part, webAddress } from "./dom.ts";
import { isEmpty, NO_FILTER, queryOf, type Filter, type FilterKey } from "./filter.ts";
import { folded, formatDate, formatNumber } from "./format.ts";
import { markOf, shapeOf } from "./marks.ts";
import { GROUPS } from "./palette.ts";
import { pickerIn, type Option, type PickerWords } from "./picker.ts";
import { wordsOf, type Lang } from "./words.ts";

/** The countries of the surveys and their neighbour come first; the rest follow by name. */
const NEAREST_COUNTRIES = ["US", "MX", "CA"];

export type Count = number | "counting" | "unknown";

export type Panel = ReturnType<typeof panelFor>;

export function panelFor(onFilter: (filter: Filter) => void) {
  let filter: Filter = NO_FILTER;
  const change = (key: FilterKey) => (codes: string[]) => onFilter({ ...filter, [key]: codes });

  const pickers = {
    commodity: pickerIn(part("filter-commodity"), "commodity", change("commodity")),
    country: pickerIn(part("filter-country"), "country", change("country")),
    status: pickerIn(part("filter-status"), "status", change("status")),
  };
  part("clear-filters").addEventListener("click", () => onFilter(NO_FILTER));

  return {
    render(lang: Lang, next: Filter, catalogue: Catalogue | null): void {
      filter = next;
      part("clear-filters").hidden = isEmpty(filter);
      renderPickers(lang, catalogue);
      renderSourceBoxes(lang, catalogue?.sources ?? []);
      renderLegend(lang, catalogue?.sources ?? []);
      renderSources(lang, catalogue?.sources ?? []);
      renderSynthetic(lang, catalogue?.sources ?? []);
      renderRelease(lang, catalogue);
      link("take-extract", addressOf("exports/deposits.geojson", queryOf(filter)));
      link("take-api", addressOf("openapi.json"));
    },

    renderView(bbox: string): void {
      const query = queryOf(filter);
      query.set("bbox", bbox);
      link("take-view", addressOf("collections/deposits/items", query));
    },

    renderCount(lang: Lang, count: Count): void {
      const words = wordsOf(lang);
      const sentence = { counting: words.counting, unknown: words.countUnknown };
      part("count").textContent =
        typeof count === "number" ? words.deposits(count, formatNumber(count, lang)) : sentence[count];
      part("count").toggleAttribute("data-pending", count === "counting");
    },
  };

  function renderPickers(lang: Lang, catalogue: Catalogue | null): void {
    const words = wordsOf(lang);
    const wordsFor = (label: string, placeholder: string): PickerWords =>
      ({ label, placeholder, none: words.noOption, remove: words.remove });
    const optionsOf = (vocabulary: Vocabulary | undefined) => (vocabulary ? byLabel(vocabulary, lang) : []);
    pickers.commodity.render(wordsFor(words.commodity, words.anyCommodity), optionsOf(catalogue?.commodity), filter.commodity);
    pickers.country.render(wordsFor(words.country, words.anyCountry), nearestFirst(optionsOf(catalogue?.country)), filter.country);
    pickers.status.render(wordsFor(words.status, words.anyStatus), optionsOf(catalogue?.status), filter.status);
  }

  function renderSourceBoxes(lang: Lang, sources: readonly Source[]): void {
    part("filter-source").replaceChildren(...sources.map((source) => sourceBox(source, lang)));
  }

  function sourceBox(source: Source, lang: Lang): HTMLElement {
    const box = el("input", { type: "checkbox", value: source.id, checked: filter.source.includes(source.id) });
    box.addEventListener("change", () => {
      const others = filter.source.filter((id) => id !== source.id);
      change("source")(box.checked ? [...others, source.id] : others);
      part("filter-source").querySelector<HTMLElement>(`[value="${CSS.escape(source.id)}"]`)?.focus();
    });
    return el("label", { title: titleOf(source, lang) }, box, el("span", {}, source.agency));
  }
}

function byLabel(vocabulary: Vocabulary, lang: Lang): Option[] {
  return [...vocabulary.values()]
    .map(({ code, label_en, label_es }) => ({
      code,
      label: labelOf(vocabulary, code, lang),
      search: folded(`${label_en} ${label_es} ${code}`),
    }))
    .sort((a, b) => a.label.localeCompare(b.label, lang));
}

function nearestFirst(options: readonly Option[]): Option[] {
  const rank = ({ code }: Option) => (NEAREST_COUNTRIES.indexOf(code) + 1 || NEAREST_COUNTRIES.length + 1);
  return [...options].sort((a, b) => rank(a) - rank(b));
}

function renderLegend(lang: Lang, sources: readonly Source[]): void {
  const words = wordsOf(lang);
  const entry = (mark: SVGElement, text: string) => el("li", {}, mark, el("span", {}, text));
  part("legend-groups").replaceChildren(...GROUPS.map((group) => entry(markOf("disc", `group-${group}`), words.groups[group])));
  part("legend-sources").replaceChildren(...sources.map(({ id, agency }) => entry(markOf(shapeOf(id), "hollow"), agency)));
}

function renderSources(lang: Lang, sources: readonly Source[]): void {
  const words = wordsOf(lang);
  part("sources").replaceChildren(
    ...sources.map((source) =>
      el(
        "article",
        {},
        el("h3", {}, titleOf(source, lang)),
        el("p", {}, source.agency),
        el("p", {}, `${words.licence}: `, linked(source.licence, source.licence_url)),
        el("p", {}, `${words.citation}: `, el("cite", {}, source.citation)),
      ),
    ),
  );
}

function renderSynthetic(lang: Lang, sources: readonly Source[]): void {
  const made = sources.reduce((sum, { synthetic }) => sum + synthetic, 0);
  part("synthetic").hidden = made === 0;
  part("synthetic").textContent = wordsOf(lang).syntheticIncluded(formatNumber(made, lang));
}

const linked = (text: string, address: string | null): Node => {
  const href = webAddress(address);
  return href ? el("a", { href, rel: "noopener noreferrer" }, text) : document.createTextNode(text);
};

function renderRelease(lang: Lang, catalogue: Catalogue | null): void {
  const current = catalogue?.releases.releases.find(({ name }) => name === catalogue.releases.current);
  part("release").textContent = current ? wordsOf(lang).release(current.name, formatDate(current.published_at, lang)) : "";
}

function link(id: string, href: string): void {
  part(id).setAttribute("href", href);
}
