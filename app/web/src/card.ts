/** The card of one deposit: what was harmonised, the source's own words beside it, and where it comes from. */

import { depositAddress, type Deposit, type DepositProperties, type Source } from "./api.ts";
import { groupOfCode, labelOf, titleOf, type Catalogue } from "./catalogue.ts";
import { el, webAddress } from "./dom.ts";
import { formatDate, formatList, formatNumber, formatPosition } from "./format.ts";
import { markOf, shapeOf } from "./marks.ts";
import { wordsOf, type Lang, type Rank } from "./words.ts";

type Cell = Node | string | null;

/** What the service writes where a position came in WGS 84 and was not moved. */
const NO_TRANSFORM = "none";

/** Its heading and its body; the frame around them is the aside's. */
export function cardOf(deposit: Deposit, lang: Lang, catalogue: Catalogue | null): { heading: string; body: Node[] } {
  const words = wordsOf(lang);
  const source = catalogue?.sources.find(({ id }) => id === deposit.properties.source);
  return {
    heading: deposit.properties.name ?? words.unnamed,
    body: [
      summary(deposit, catalogue, source),
      ...(deposit.properties.synthetic ? [el("p", { class: "synthetic" }, words.syntheticDeposit)] : []),
      comparison(deposit, lang, catalogue),
      position(deposit, lang),
      provenance(deposit.properties, lang, source),
      links(deposit, lang),
    ],
  };
}

function summary({ id, properties }: Deposit, catalogue: Catalogue | null, source: Source | undefined): Node {
  const group = catalogue ? groupOfCode(catalogue.commodity, leadingCommodity(properties)) : "other";
  return el(
    "p",
    { class: "summary" },
    markOf(shapeOf(properties.source), `group-${group}`),
    el("span", {}, source?.agency ?? properties.source),
    el("code", {}, id),
  );
}

const leadingCommodity = ({ primary_commodities, commodities }: DepositProperties): string | undefined =>
  codesIn(primary_commodities ?? commodities)[0];

const codesIn = (text: string | null): string[] => (text ?? "").split(",").filter(Boolean);

function comparison({ properties: p }: Deposit, lang: Lang, catalogue: Catalogue | null): Node {
  const words = wordsOf(lang);
  const label = (vocabulary: "country" | "status", code: string | null): Cell =>
    code && catalogue ? labelOf(catalogue[vocabulary], code, lang) : code;
  const head = [words.field, words.harmonised, words.verbatim].map((title) => el("th", { scope: "col" }, title));
  const row = (title: string, ...cells: Node[]) => el("tr", {}, el("th", { scope: "row" }, title), ...cells);
  const both = (title: string, harmonised: Cell, verbatim: Cell) =>
    row(title, el("td", {}, stated(harmonised, lang)), el("td", {}, stated(verbatim, lang)));
  const verbatimOnly = (title: string, verbatim: Cell) => row(title, el("td"), el("td", {}, stated(verbatim, lang)));
  return el(
    "table",
    { class: "comparison" },
    el("thead", {}, el("tr", {}, ...head)),
    el(
      "tbody",
      {},
      both(words.name, p.name, p.source_name),
      verbatimOnly(words.otherNames, p.other_names),
      both(words.commodities, commoditiesByRank(p, lang, catalogue), p.source_commodities),
      both(words.status, label("status", p.status), p.source_status),
      both(words.country, label("country", p.country), p.source_country),
      verbatimOnly(words.state, p.source_state),
      verbatimOnly(words.county, p.source_county),
    ),
  );
}

function position({ geometry, properties: p }: Deposit, lang: Lang): Node {
  const words = wordsOf(lang);
  const metres = p.position_accuracy_m;
  return facts(words.position, lang, [
    [words.coordinates, el("strong", {}, formatPosition(geometry.coordinates, lang))],
    [words.accuracy, metres === null ? null : words.accuracyWithin(formatNumber(metres, lang))],
    [words.sourceDatum, p.source_crs],
    [words.transform, p.transform === NO_TRANSFORM ? words.transformNone : p.transform],
  ]);
}

/** The commodities by rank; those no rank claims are shown too, as the source left them. */
function commoditiesByRank(p: DepositProperties, lang: Lang, catalogue: Catalogue | null): Cell {
  const ranked = {
    primary: codesIn(p.primary_commodities),
    secondary: codesIn(p.secondary_commodities),
    tertiary: codesIn(p.tertiary_commodities),
  };
  const claimed = new Set(Object.values(ranked).flat());
  const groups: Record<Rank, string[]> = { ...ranked, unranked: codesIn(p.commodities).filter((code) => !claimed.has(code)) };
  const lines = (Object.keys(groups) as Rank[]).filter((rank) => groups[rank].length > 0).map((rank) => {
    const labels = groups[rank].map((code) => (catalogue ? labelOf(catalogue.commodity, code, lang) : code));
    return el("div", {}, formatList(labels, lang), " ", el("small", {}, wordsOf(lang).ranks[rank]));
  });
  return lines.length > 0 ? el("div", {}, ...lines) : null;
}

function provenance(p: DepositProperties, lang: Lang, source: Source | undefined): Node {
  const words = wordsOf(lang);
  return facts(words.provenance, lang, [
    [words.source, source ? titleOf(source, lang) : p.source],
    [words.sourceId, p.source_id],
    [words.layer, p.layer && scaleOf(p.layer, lang)],
    [words.licence, p.licence],
    [words.citation, p.citation && el("cite", {}, p.citation)],
    [words.retrieved, p.retrieved && formatDate(p.retrieved, lang)],
    [words.sourceFile, p.source_file && el("code", { title: p.source_file }, `${p.source_file.slice(0, 16)}…`)],
    [words.sourceRow, p.source_row === null ? null : formatNumber(p.source_row, lang)],
    [words.releaseName, p.release],
  ]);
}

/** A layer named by its map scale, 250k, is said as the scale: 1:250,000. */
function scaleOf(layer: string, lang: Lang): string {
  const thousands = /^(\d+)k$/.exec(layer)?.[1];
  return thousands ? `1:${formatNumber(Number(thousands) * 1000, lang)}` : layer;
}

function facts(title: string, lang: Lang, pairs: [string, Cell][]): Node {
  const rows = pairs.flatMap(([term, value]) => [el("dt", {}, term), el("dd", {}, stated(value, lang))]);
  return el("section", {}, el("h3", {}, title), el("dl", {}, ...rows));
}

function links({ id, properties }: Deposit, lang: Lang): Node {
  const words = wordsOf(lang);
  const atSource = webAddress(properties.source_url);
  return el(
    "p",
    { class: "links" },
    atSource ? el("a", { href: atSource, rel: "noopener noreferrer" }, words.sourcePage) : null,
    el("a", { href: depositAddress(id) }, words.asJson),
  );
}

/** What the source left out is said to be left out: a dash to the eye, words to the ear and the pointer. */
function stated(value: Cell, lang: Lang): Node {
  if (value instanceof Node) return value;
  if (value !== null && value.trim() !== "") return document.createTextNode(value);
  const { notStated } = wordsOf(lang);
  return el("span", { class: "absent", title: notStated }, el("span", { "aria-hidden": "true" }, "—"), el("span", { class: "unseen" }, notStated));
}
