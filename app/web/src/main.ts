/** The page as a whole: what it holds, and what follows when that changes. */

import { hasPlace, sharedIn, writeAddress, type Shared } from "./address.ts";
import { askDeposits, askTileJson, isAbort, type Deposit } from "./api.ts";
import { asideIn } from "./aside.ts";
import { askCatalogue, type Catalogue } from "./catalogue.ts";
import { clusterText } from "./clusters.ts";
import { part } from "./dom.ts";
import { CRITICAL, FILTER_KEYS, known, queryOf, type Filter, type FilterKey } from "./filter.ts";
import { formatNumber } from "./format.ts";
import { hoverAt } from "./hover.ts";
import { foldable, isNarrow, openPartOfMap } from "./layout.ts";
import { listIn } from "./list.ts";
import { openMap, type DepositMap, type Pointing } from "./map.ts";
import { noticesIn, plain } from "./notices.ts";
import { panelFor, type Count } from "./panel.ts";
import { speak } from "./speech.ts";
import { followTheme } from "./theme.ts";
import { firstLang, LANGS, remember, wordsOf, type Lang } from "./words.ts";

/** Close enough to tell neighbours apart, far enough to see where in the country it lies. */
const DEPOSIT_ZOOM = 9;

const query = new URLSearchParams(location.search);
const shared: Shared = sharedIn(query);
let zoomOnArrival = shared.deposit && !hasPlace() ? DEPOSIT_ZOOM : null;
let lang: Lang = firstLang(query);
let catalogue: Catalogue | null = null;
let count: Count = "counting";
let counting = new AbortController();

const notices = noticesIn(part("notices"), () => lang);
const panel = panelFor(setFilter);
const list = listIn((id) => aside.openDeposit(id));
const aside = asideIn(() => lang, () => catalogue, { onDeposit });
const folding = foldable(part("fold"), (isOpen) => speakFold(isOpen));
const theme = followTheme((next) => depositMap?.setTheme(next));
const depositMap = tryOpenMap();

for (const each of LANGS) part(`lang-${each}`).addEventListener("click", () => setLang(each));
render();
void start();

async function start(): Promise<void> {
  await load();
  if (shared.deposit) aside.openDeposit(shared.deposit);
  depositMap?.map.once("idle", () => (document.documentElement.dataset.ready = "true"));
  depositMap?.map.triggerRepaint();
}

async function load(): Promise<void> {
  try {
    const [answered, tileJson] = await Promise.all([askCatalogue(lang), askTileJson(lang)]);
    catalogue = answered;
    shared.filter = withoutUnknown(shared.filter, catalogue);
    depositMap?.show({ tileJson, commodity: catalogue.commodity }, shared.filter);
    render();
    setFilter(shared.filter);
  } catch (error) {
    renderCount("unknown");
    notices.fail("service", error, () => void load());
  }
}

function withoutUnknown(filter: Filter, { lists, sources, ...vocabularies }: Catalogue): Filter {
  const codes: Record<FilterKey, ReadonlySet<string>> = {
    commodity: new Set(vocabularies.commodity.keys()),
    country: new Set(vocabularies.country.keys()),
    state: new Set(vocabularies.state.keys()),
    source: new Set(sources.map(({ id }) => id)),
    status: new Set(vocabularies.status.keys()),
    critical: new Set(CRITICAL),
    list: new Set(lists.map(({ id }) => id)),
  };
  const { filter: kept, dropped } = known(filter, codes);
  if (dropped.length > 0) notices.show("link", (each) => wordsOf(each).droppedFromLink(dropped.join(", ")));
  return kept;
}

function setFilter(filter: Filter): void {
  const isNew = FILTER_KEYS.some((key) => filter[key] !== shared.filter[key]);
  shared.filter = filter;
  panel.render(lang, filter, catalogue);
  if (isNew) depositMap?.filter(filter);
  notices.clear("tiles");
  writeAddress(shared);
  onView();
  void askCount();
}

async function askCount(): Promise<void> {
  counting.abort();
  counting = new AbortController();
  renderCount("counting");
  const wanted = queryOf(shared.filter);
  wanted.set("limit", "1");
  try {
    renderCount((await askDeposits(wanted, lang, counting.signal)).numberMatched);
    notices.clear("count");
  } catch (error) {
    if (isAbort(error)) return;
    renderCount("unknown");
    notices.fail("count", error, () => void askCount());
  }
}

function renderCount(next: Count): void {
  count = next;
  panel.renderCount(lang, count);
}

function setLang(next: Lang): void {
  lang = next;
  shared.lang = next;
  remember(next);
  writeAddress(shared);
  render();
}

function render(): void {
  speak(lang);
  speakFold(document.documentElement.dataset.panel === "open");
  depositMap?.map.getCanvas().setAttribute("aria-label", wordsOf(lang).map);
  panel.render(lang, shared.filter, catalogue);
  panel.renderCount(lang, count);
  notices.render();
  aside.render();
  onView();
}

function speakFold(isOpen: boolean): void {
  const words = wordsOf(lang);
  part("fold").textContent = isOpen ? words.closePanel : words.openPanel;
}

function onView(): void {
  const bbox = depositMap?.bbox() ?? "-180,-90,180,90";
  panel.renderView(bbox);
  list.update({ lang, filter: shared.filter, bbox, catalogue });
}

function onDeposit(deposit: Deposit | null): void {
  shared.deposit = deposit?.id ?? null;
  document.title = deposit?.properties.name ? `${deposit.properties.name} · Vetalode` : "Vetalode";
  writeAddress(shared);
  const position = deposit?.geometry.coordinates ?? null;
  depositMap?.mark(position);
  if (!position) return;
  if (isNarrow()) folding.fold();
  depositMap?.bringIntoView(position, zoomOnArrival);
  zoomOnArrival = null;
}

function tryOpenMap(): DepositMap | null {
  try {
    const opened = openMap(part("map"), theme, openPartOfMap);
    connect(opened);
    return opened;
  } catch (error) {
    console.error(error);
    notices.show("webgl", plain("webgl"));
    return null;
  }
}

function connect(opened: DepositMap): void {
  const { map } = opened;
  window.vetalode = { map };
  map.on("moveend", onView);
  map.on("error", ({ error }) => {
    console.error(error);
    notices.show("tiles", plain("tiles"), () => opened.reload());
  });
  opened.onPointed(({ cluster, deposits }) => {
    if (cluster) opened.bringIntoView(cluster.position, cluster.opensAt);
    else aside.open(deposits);
  });
  opened.onHover((pointing, x, y) => hoverAt(hoverText(pointing), x, y));
  part("zoom-in").addEventListener("click", () => map.zoomIn());
  part("zoom-out").addEventListener("click", () => map.zoomOut());
  part("zoom-start").addEventListener("click", () => opened.toBorderRegion());
}

function hoverText({ cluster, deposits: [first, ...others] }: Pointing): string | null {
  if (cluster) return clusterText(cluster, catalogue?.commodity, lang);
  if (!first) return null;
  const words = wordsOf(lang);
  return others.length > 0 ? words.several(formatNumber(others.length + 1, lang)) : (first.name ?? words.unnamed);
}
