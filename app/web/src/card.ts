/** The card of one deposit: what was harmonised, the source's own words beside it, and where it comes from. */

import { codesIn, depositAddress, type Deposit, type DepositProperties, type Source } from "./api.ts";
import { groupOfCode, titleOf, type Catalogue } from "./catalogue.ts";
import { comparison } from "./comparison.ts";
import { el, webAddress } from "./dom.ts";
import { formatDate, formatNumber, formatPosition } from "./format.ts";
import { markOf, shapeOf } from "./marks.ts";
import { wordsOf, type Lang } from "./words.ts";

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
      ...comparison(deposit.properties, lang, catalogue),
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

function position({ geometry, properties: p }: Deposit, lang: Lang): Node {
  const words = wordsOf(lang);
  const metres = p.position_accuracy_m;
  const remarks = [p.position_rule && (words.positionRules[p.position_rule] ?? p.position_rule),
    p.position_check && (words.positionChecks[p.position_check] ?? p.position_check)];
  return section(
    words.position,
    ...remarks.filter((text) => text !== null).map((text) => el("p", { class: "remark" }, text)),
    facts([
      [words.coordinates, el("strong", {}, formatPosition(geometry.coordinates, lang))],
      [words.accuracy, metres === null ? null : words.accuracyWithin(formatNumber(metres, lang))],
      [words.sourceDatum, p.source_crs],
      [words.transform, p.transform === NO_TRANSFORM ? words.transformNone : p.transform],
    ]),
  );
}

function provenance(p: DepositProperties, lang: Lang, source: Source | undefined): Node {
  const words = wordsOf(lang);
  const file = p.source_file && el("code", { title: p.source_file }, `${p.source_file.slice(0, 16)}…`);
  return section(
    words.provenance,
    facts([
      [words.source, source ? titleOf(source, lang) : p.source],
      [words.sourceId, p.source_id],
      [words.layer, p.layer && scaleOf(p.layer, lang)],
      [words.licence, p.licence],
      [words.citation, p.citation && el("cite", {}, p.citation)],
      [words.retrieved, p.retrieved && formatDate(p.retrieved, lang)],
      [words.sourceFile, file],
      [words.sourceRow, p.source_row === null ? null : formatNumber(p.source_row, lang)],
      [words.releaseName, p.release],
    ]),
  );
}

/** A layer named by its map scale, 250k, is said as the scale: 1:250,000. */
function scaleOf(layer: string, lang: Lang): string {
  const thousands = /^(\d+)k$/.exec(layer)?.[1];
  return thousands ? `1:${formatNumber(Number(thousands) * 1000, lang)}` : layer;
}

const section = (title: string, ...body: Node[]): Node => el("section", {}, el("h3", {}, title), ...body);

/** A fact that nobody states is left out. */
function facts(pairs: [string, Node | string | null][]): Node {
  const known = pairs.filter(([, value]) => value !== null && value !== "");
  return el("dl", {}, ...known.flatMap(([term, value]) => [el("dt", {}, term), el("dd", {}, value)]));
}

function links({ id, properties }: Deposit, lang: Lang): Node {
  const words = wordsOf(lang);
  const atSource = webAddress(properties.source_url);
  return el(
    "p",
    { class: "links" },
    atSource ? el("a", { href: atSource, rel: "noopener noreferrer" }, words.sourcePage) : null,
    el("a", { href: `${depositAddress(id)}?f=json` }, words.asJson),
  );
}
