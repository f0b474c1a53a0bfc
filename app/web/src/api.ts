/** Asks the service, always relative to the page's own address so that a proxy may put it under a prefix. */

import type { FeatureCollection, Feature as GeoJsonFeature, Point } from "geojson";

import { readable } from "./filter.ts";
import type { ErrorName, Lang } from "./words.ts";

export interface Term {
  code: string;
  label_en: string;
  label_es: string;
  /** Of a commodity. */
  group?: string;
  /** Of a deposit type: how deep in its tree it stands. */
  level?: string;
  /** Of a state. */
  country?: string;
}

/** A list of critical minerals, of its day. */
export interface CriticalList {
  id: string;
  label_en: string;
  label_es: string;
  country: string;
  listed_on: string;
  standing: string;
  in_force: boolean;
  /** Which commodity counts on it, and by which named one. */
  commodities: Readonly<Record<string, string>>;
}

export interface Source {
  id: string;
  title_en: string;
  title_es: string;
  agency: string;
  licence: string;
  licence_url: string | null;
  citation: string;
  deposits: number;
  /** How many of them were written to try the service, and are not the survey's. */
  synthetic: number;
}

export interface Releases {
  current: string | null;
  releases: { name: string; published_at: string }[];
}

export interface TileJson {
  tiles: string[];
  minzoom: number;
  maxzoom: number;
  bounds: [number, number, number, number];
}

/** The public properties of a deposit, as the service words them. */
export interface DepositProperties {
  source: string;
  source_id: string;
  name: string | null;
  source_name: string | null;
  other_names: string | null;
  country: string | null;
  source_country: string | null;
  state: string | null;
  source_state: string | null;
  source_county: string | null;
  commodities: string | null;
  primary_commodities: string | null;
  secondary_commodities: string | null;
  tertiary_commodities: string | null;
  source_commodities: string | null;
  critical_lists: string | null;
  critical_to: string | null;
  feature_kind: string | null;
  status: string | null;
  source_status: string | null;
  status_as_of: string | null;
  occurrence_type: string | null;
  mine_status: string | null;
  operation_type: string | null;
  source_operation_type: string | null;
  deposit_type: string | null;
  source_deposit_type: string | null;
  deposit_form: string | null;
  source_deposit_form: string | null;
  production_size: string | null;
  source_production_size: string | null;
  deposit_size: string | null;
  source_deposit_size: string | null;
  operation_size: string | null;
  source_host_rock: string | null;
  source_alteration: string | null;
  discovered_year: number | null;
  first_production_year: number | null;
  last_production_year: number | null;
  source_years: string | null;
  position_accuracy_m: number | null;
  source_crs: string | null;
  transform: string | null;
  position_rule: string | null;
  position_check: string | null;
  layer: string | null;
  source_url: string | null;
  licence: string | null;
  citation: string | null;
  retrieved: string | null;
  source_file: string | null;
  source_row: number | null;
  synthetic: boolean;
  release: string | null;
}

export type Deposit = GeoJsonFeature<Point, DepositProperties> & { id: string };
/** The codes of a property that has several, which the service joins by commas. */
export const codesIn = (text: string | null): string[] => (text ?? "").split(",").filter(Boolean);

export type DepositPage = FeatureCollection<Point, DepositProperties> & { numberMatched: number; features: Deposit[] };

/** Something the service did not give. `name` says which sentence to show; `detail` is the service's own, if any. */
export class ServiceError extends Error {
  constructor(
    readonly sentence: ErrorName,
    readonly status: number | null = null,
    readonly detail: string | null = null,
  ) {
    super(detail ?? sentence);
  }
}

export const addressOf = (path: string, query?: URLSearchParams): string => {
  const address = new URL(path, document.baseURI);
  address.hash = "";
  address.search = query ? readable(query) : "";
  return address.href;
};

export const askTerms = async (name: string, lang: Lang): Promise<Term[]> =>
  (await ask<{ terms: Term[] }>(addressOf(`vocabularies/${name}`), lang)).terms;

export const askLists = async (lang: Lang): Promise<CriticalList[]> =>
  (await ask<{ lists: CriticalList[] }>(addressOf("lists"), lang)).lists;

export const askSources = async (lang: Lang): Promise<Source[]> =>
  (await ask<{ sources: Source[] }>(addressOf("sources"), lang)).sources;

export const askReleases = (lang: Lang): Promise<Releases> => ask(addressOf("releases"), lang);

export const askTileJson = (lang: Lang): Promise<TileJson> => ask(addressOf("tiles/deposits.json"), lang);

export const askDeposit = (id: string, lang: Lang, signal?: AbortSignal): Promise<Deposit> =>
  ask(depositAddress(id), lang, signal);

export const askDeposits = (query: URLSearchParams, lang: Lang, signal?: AbortSignal): Promise<DepositPage> =>
  ask(addressOf("collections/deposits/items", query), lang, signal);

export const depositAddress = (id: string): string => addressOf(`collections/deposits/items/${encodeURIComponent(id)}`);

/** An aborted question rejects as fetch does (AbortError); every other failure is a ServiceError. */
async function ask<T>(address: string, lang: Lang, signal?: AbortSignal): Promise<T> {
  const response = await fetch(address, { headers: { "Accept-Language": lang }, signal: signal ?? null }).catch(notAnswered);
  if (!response.ok) throw new ServiceError(sentenceFor(response.status), response.status, await detailOf(response));
  return (await response.json().catch(notReadable)) as T;
}

function notAnswered(error: unknown): never {
  if (isAbort(error)) throw error;
  throw new ServiceError("silent");
}

function notReadable(error: unknown): never {
  if (isAbort(error)) throw error;
  throw new ServiceError("faulty");
}

export const isAbort = (error: unknown): boolean => error instanceof DOMException && error.name === "AbortError";

export function sentenceFor(status: number): ErrorName {
  if (status === 404) return "missing";
  if (status < 500) return "refused";
  return [502, 503, 504].includes(status) ? "unavailable" : "faulty";
}

async function detailOf(response: Response): Promise<string | null> {
  try {
    const problem: { detail?: unknown } = await response.json();
    return typeof problem.detail === "string" ? problem.detail : null;
  } catch {
    return null;
  }
}
