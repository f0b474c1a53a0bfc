/** What was harmonised beside the source's own words, in groups; what neither side states is named once, below. */

import { codesIn, type DepositProperties } from "./api.ts";
import { labelOf, type Catalogue, type VocabularyName } from "./catalogue.ts";
import { criticalCell } from "./critical.ts";
import { el } from "./dom.ts";
import { formatDate, formatList } from "./format.ts";
import { wordsOf, type Lang, type Rank, type RowGroup, type Words } from "./words.ts";

type Cell = Node | string | null;

interface Row {
  title: string;
  isStated: boolean;
  cells: readonly Node[];
}

type Label = (name: VocabularyName, code: string | null) => string | null;

/** The head of the harmonised column: a cell that spans both names it as its own. */
const HARMONISED = "column-harmonised";

export function comparison(p: DepositProperties, lang: Lang, catalogue: Catalogue | null): Node[] {
  const words = wordsOf(lang);
  const groups = Object.entries(groupsOf(p, lang, catalogue)) as [RowGroup, Row[]][];
  const unstated = groups.flatMap(([, rows]) => rows).filter(({ isStated }) => !isStated);
  const titles = unstated.map(({ title }) => title.toLocaleLowerCase(lang));
  return [
    el("table", { class: "comparison" }, head(words), ...groups.map(([name, rows]) => groupOfRows(words.groupsOfRows[name], rows))),
    ...(titles.length > 0 ? [el("p", { class: "silent" }, words.silent(formatList(titles, lang)))] : []),
  ];
}

function groupsOf(p: DepositProperties, lang: Lang, catalogue: Catalogue | null): Record<RowGroup, Row[]> {
  const words = wordsOf(lang);
  const { both, harmonisedOnly, verbatimOnly, wide } = rowsIn(words);
  const recorded = p.status_as_of && asOf(p.status_as_of, p.retrieved, words, lang);
  const label: Label = (name, code) => code && labelOf(catalogue?.[name], code, lang);
  return {
    identity: [
      both(words.name, p.name, p.source_name),
      verbatimOnly(words.otherNames, p.other_names),
      both(words.country, label("country", p.country), p.source_country),
      both(words.state, noted(label("state", p.state), p.source_state === null ? words.byPosition : null), p.source_state),
      verbatimOnly(words.county, p.source_county),
    ],
    contents: [
      both(words.commodities, commodities(p, words, lang, label), p.source_commodities),
      ...wide(words.criticalMinerals, criticalCell(p, lang, catalogue)),
    ],
    status: [
      both(words.status, dated(label("status", p.status), recorded), p.source_status),
      ...harmonisedOnly(words.mineStatus, dated(label("mine_status", p.mine_status), recorded)),
      ...harmonisedOnly(words.occurrenceType, label("occurrence_type", p.occurrence_type)),
      ...harmonisedOnly(words.featureKind, label("feature_kind", p.feature_kind)),
      both(words.operation, label("operation_type", p.operation_type), p.source_operation_type),
      both(words.years, years(p, words), p.source_years),
    ],
    geology: [
      both(words.depositType, depositType(p, words, label, catalogue), p.source_deposit_type),
      // A source without words of the form may name it among those of the type.
      both(words.depositForm, label("deposit_form", p.deposit_form), p.source_deposit_form ?? (p.deposit_form && p.source_deposit_type)),
      verbatimOnly(words.hostRock, p.source_host_rock),
      verbatimOnly(words.alteration, p.source_alteration),
    ],
    size: [
      both(words.sizes.production, label("size", p.production_size), p.source_production_size),
      both(words.sizes.deposit, label("size", p.deposit_size), p.source_deposit_size),
      // The word stands within the status.
      both(words.sizes.operation, label("size", p.operation_size), p.operation_size && p.source_status),
    ],
  };
}

/** The commodities by rank; those no rank claims are shown too, as the source left them. */
function commodities(p: DepositProperties, { ranks }: Words, lang: Lang, label: Label): Cell {
  const ranked = {
    primary: codesIn(p.primary_commodities),
    secondary: codesIn(p.secondary_commodities),
    tertiary: codesIn(p.tertiary_commodities),
  };
  const claimed = new Set(Object.values(ranked).flat());
  const groups: Record<Rank, string[]> = { ...ranked, unranked: codesIn(p.commodities).filter((code) => !claimed.has(code)) };
  const labels = (rank: Rank) => formatList(groups[rank].map((code) => label("commodity", code) ?? code), lang);
  return lines((Object.keys(groups) as Rank[]).map((rank) => noted(labels(rank) || null, ranks[rank])));
}

/** A status goes with its day, so that nothing is said of today. */
const dated = (status: string | null, recorded: string | null): Cell =>
  status && lines([status, recorded && el("small", {}, recorded)]);

const asOf = (date: string, retrieved: string | null, words: Words, lang: Lang): string =>
  date === retrieved ? words.asOfRetrieval(formatDate(date, lang)) : words.asOf(formatYearOrDay(date, lang));

const formatYearOrDay = (date: string, lang: Lang): string => (/^\d{4}$/.test(date) ? date : formatDate(date, lang));

function years(p: DepositProperties, { yearsOf }: Words): Cell {
  const year = (n: number | null, note: string) => noted(n === null ? null : String(n), note);
  return lines([
    year(p.discovered_year, yearsOf.discovered),
    year(p.first_production_year, yearsOf.first),
    year(p.last_production_year, yearsOf.last),
  ]);
}

function depositType({ deposit_type }: DepositProperties, { levels }: Words, label: Label, catalogue: Catalogue | null): Cell {
  const level = catalogue?.deposit_type.get(deposit_type ?? "")?.level;
  return noted(label("deposit_type", deposit_type), (level && levels[level]) ?? null);
}

const noted = (text: string | null, note: string | null): Cell =>
  text && note ? el("span", {}, text, " ", el("small", {}, note)) : text;

function lines(cells: readonly Cell[]): Cell {
  const stated = cells.filter((cell) => cell !== null);
  return stated.length > 0 ? el("div", {}, ...stated.map((cell) => el("div", {}, cell))) : null;
}

const head = (words: Words): Node =>
  el(
    "thead",
    {},
    el(
      "tr",
      {},
      el("th", { scope: "col" }, el("span", { class: "unseen" }, words.field)),
      el("th", { scope: "col", id: HARMONISED }, words.harmonised),
      el("th", { scope: "col" }, words.verbatim),
    ),
  );

function groupOfRows(title: string, rows: readonly Row[]): Node | null {
  const stated = rows.filter(({ isStated }) => isStated);
  if (stated.length === 0) return null;
  return el(
    "tbody",
    {},
    el("tr", {}, el("th", { scope: "rowgroup", colspan: "3" }, title)),
    ...stated.map((row) => el("tr", {}, el("th", { scope: "row" }, row.title), ...row.cells)),
  );
}

function rowsIn({ notHarmonised, notStated }: Words) {
  const row = (title: string, sides: readonly Cell[], cells: readonly Node[]): Row => ({ title, isStated: sides.some(isStated), cells });
  const cell = (value: Cell, absence: string) => el("td", {}, isStated(value) ? value : absent(absence));
  return {
    both: (title: string, harmonised: Cell, verbatim: Cell): Row =>
      row(title, [harmonised, verbatim], [cell(harmonised, notHarmonised), cell(verbatim, notStated)]),
    /** For what follows from another row: where it does not, no source has left it out. */
    harmonisedOnly: (title: string, harmonised: Cell): Row[] =>
      isStated(harmonised) ? [row(title, [harmonised], [cell(harmonised, notHarmonised), el("td")])] : [],
    /** For what has no vocabulary. */
    verbatimOnly: (title: string, verbatim: Cell): Row => row(title, [verbatim], [el("td"), cell(verbatim, notStated)]),
    /** The same, filling both columns, and belonging to the first. */
    wide: (title: string, harmonised: Cell): Row[] =>
      isStated(harmonised) ? [row(title, [harmonised], [el("td", { colspan: "2", headers: HARMONISED }, harmonised)])] : [],
  };
}

const isStated = (value: Cell): boolean => value instanceof Node || (value ?? "").trim() !== "";

/** A dash to the eye, words to the ear and the pointer. */
const absent = (meaning: string): Node =>
  el("span", { class: "absent", title: meaning }, el("span", { "aria-hidden": "true" }, "—"), el("span", { class: "unseen" }, meaning));
