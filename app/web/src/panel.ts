/** The panel: filters, legend, links and sources, from the catalogue and the filter, in the page's language. */

import { addressOf, type CriticalList, type Source } from "./api.ts";
import { labelOf, titled, titleOf, type Catalogue, type Vocabulary } from "./catalogue.ts";
import { el, part, webAddress } from "./dom.ts";
import { CRITICAL, isEmpty, NO_FILTER, queryOf, type Filter, type FilterKey } from "./filter.ts";
import { folded, formatDate, formatNumber } from "./format.ts";
import { clusterMark, markOf, shapeOf } from "./marks.ts";
import { GROUPS, labelOfGroup } from "./palette.ts";
import { pickerIn, type Option, type PickerWords } from "./picker.ts";
import { wordsOf, type Lang } from "./words.ts";

/** The countries of the surveys and their neighbour come first; the rest follow by name. */
const NEAREST_COUNTRIES = ["US", "MX", "CA"];

/** What the deposits that the filters match can be taken as beside GeoJSON: the ending, and the format's name. */
const FORMATS = [
  ["gpkg", "GeoPackage"],
  ["csv", "CSV"],
  ["parquet", "GeoParquet"],
  ["fgb", "FlatGeobuf"],
  ["shp.zip", "Shapefile"],
  ["kml", "KML"],
] as const;

export type Count = number | "counting" | "unknown";

export type Panel = ReturnType<typeof panelFor>;

export function panelFor(onFilter: (filter: Filter) => void) {
  let filter: Filter = NO_FILTER;
  const change = (key: FilterKey) => (codes: string[]) => onFilter({ ...filter, [key]: codes });

  const pickers = {
    commodity: pickerIn(part("filter-commodity"), "commodity", change("commodity")),
    country: pickerIn(part("filter-country"), "country", change("country")),
    status: pickerIn(part("filter-status"), "status", change("status")),
    state: pickerIn(part("filter-state"), "state", change("state")),
    list: pickerIn(part("filter-list"), "critical-list", change("list")),
  };
  part("clear-filters").addEventListener("click", () => onFilter(NO_FILTER));

  return {
    render(lang: Lang, next: Filter, catalogue: Catalogue | null): void {
      filter = next;
      part("clear-filters").hidden = isEmpty(filter);
      renderPickers(lang, catalogue);
      renderCritical(lang);
      openFoldInUse();
      renderSourceBoxes(lang, catalogue?.sources ?? []);
      renderLegend(lang, catalogue?.sources ?? []);
      renderSources(lang, catalogue?.sources ?? []);
      renderSynthetic(lang, catalogue?.sources ?? []);
      renderRelease(lang, catalogue);
      link("take-extract", addressOf("exports/deposits.geojson", queryOf(filter)));
      part("take-formats").replaceChildren(...FORMATS.flatMap((format) => formatLink(format, lang)));
      const spoken = new URLSearchParams({ lang });
      link("home", addressOf(".", spoken));
      link("take-start", addressOf(".", spoken));
      link("take-api", addressOf("api", new URLSearchParams({ f: "html", lang })));
    },

    renderView(bbox: string): void {
      const query = queryOf(filter);
      query.set("bbox", bbox);
      query.set("f", "json");
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

  /** Whoever takes CSV from a page opens it in a spreadsheet, which needs the mark. */
  function formatLink([ending, title]: readonly [string, string], lang: Lang): Node[] {
    const query = queryOf(filter);
    query.set("lang", lang);
    if (ending === "csv") query.set("bom", "true");
    return [el("a", { href: addressOf(`exports/deposits.${ending}`, query) }, title), document.createTextNode(" ")];
  }

  function renderPickers(lang: Lang, catalogue: Catalogue | null): void {
    const words = wordsOf(lang);
    const wordsFor = (label: string, placeholder: string): PickerWords =>
      ({ label, placeholder, none: words.noOption, remove: words.remove });
    const optionsOf = (vocabulary: Vocabulary | undefined) => (vocabulary ? byLabel(vocabulary, lang) : []);
    pickers.commodity.render(wordsFor(words.commodity, words.anyCommodity), optionsOf(catalogue?.commodity), filter.commodity);
    pickers.country.render(wordsFor(words.country, words.anyCountry), nearestFirst(optionsOf(catalogue?.country)), filter.country);
    pickers.status.render(wordsFor(words.status, words.anyStatus), optionsOf(catalogue?.status), filter.status);
    pickers.state.render(wordsFor(words.state, words.anyState), statesOf(optionsOf(catalogue?.state), catalogue), filter.state);
    pickers.list.render(wordsFor(words.criticalList, words.anyList), listOptions(catalogue?.lists ?? [], lang), filter.list);
  }

  /** The states of the countries that are wanted, each with its country's code: California is in one, Sonora in the other. */
  function statesOf(options: readonly Option[], catalogue: Catalogue | null): Option[] {
    const countryOf = (code: string) => catalogue?.state.get(code)?.country ?? "";
    const isOffered = ({ code }: Option) =>
      filter.country.length === 0 || filter.country.includes(countryOf(code)) || filter.state.includes(code);
    return options.filter(isOffered).map((option) => ({ ...option, label: `${option.label}, ${countryOf(option.code)}` }));
  }

  function renderCritical(lang: Lang): void {
    const { criticalChoices } = wordsOf(lang);
    const host = part("filter-critical");
    const hadFocus = host.contains(document.activeElement);
    host.replaceChildren(...([null, ...CRITICAL] as const).map((code) => criticalChoice(code, criticalChoices[code ?? "any"])));
    if (hadFocus) host.querySelector<HTMLElement>("[checked]")?.focus();
  }

  function criticalChoice(code: string | null, text: string): HTMLElement {
    const checked = (filter.critical[0] ?? null) === code;
    const choice = el("input", { type: "radio", name: "critical", value: code ?? "", checked });
    choice.addEventListener("change", () => change("critical")(code ? [code] : []));
    return el("label", {}, choice, el("span", {}, text));
  }

  /** A filter in force is not left out of sight. */
  function openFoldInUse(): void {
    if (filter.state.length + filter.list.length > 0) part("more-filters").setAttribute("open", "");
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

function listOptions(lists: readonly CriticalList[], lang: Lang): Option[] {
  const { notInForce } = wordsOf(lang);
  return lists.map((list) => ({
    code: list.id,
    label: [titled(list, lang), formatDate(list.listed_on, lang), ...(list.in_force ? [] : [notInForce])].join(" · "),
    search: folded(`${list.label_en} ${list.label_es} ${list.id} ${list.listed_on}`),
  }));
}

function nearestFirst(options: readonly Option[]): Option[] {
  const rank = ({ code }: Option) => (NEAREST_COUNTRIES.indexOf(code) + 1 || NEAREST_COUNTRIES.length + 1);
  return [...options].sort((a, b) => rank(a) - rank(b));
}

function renderLegend(lang: Lang, sources: readonly Source[]): void {
  const entry = (mark: SVGElement, text: string) => el("li", {}, mark, el("span", {}, text));
  part("legend-groups").replaceChildren(...GROUPS.map((group) => entry(markOf("disc", `group-${group}`), labelOfGroup(group, lang))));
  part("legend-sources").replaceChildren(...sources.map(({ id, agency }) => entry(markOf(shapeOf(id), "hollow"), agency)));
  part("legend-clusters").replaceChildren(entry(clusterMark(), wordsOf(lang).legendCluster));
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
