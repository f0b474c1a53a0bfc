/** What is wanted: the one value the map, the count, the list, the links and the address all read. */

export const FILTER_KEYS = ["commodity", "country", "state", "source", "status", "critical", "list"] as const;
export type FilterKey = (typeof FILTER_KEYS)[number];
export type Filter = Readonly<Record<FilterKey, readonly string[]>>;

/** To which countries a deposit is critical, by the lists in force: one of these, where all else may be several. */
export const CRITICAL = ["both", "either"] as const;

export const NO_FILTER: Filter = eachKey(() => []);

export const isEmpty = (filter: Filter): boolean => FILTER_KEYS.every((key) => filter[key].length === 0);

export function filterFrom(query: URLSearchParams): Filter {
  const codes = (key: FilterKey) => query.getAll(key).flatMap((text) => text.split(",")).map((code) => code.trim());
  return eachKey((key) => [...new Set(codes(key).filter(Boolean))]);
}

/** The filter as query parameters, in a fixed order, so that equal filters have equal addresses. */
export function queryOf(filter: Filter): URLSearchParams {
  const wanted = FILTER_KEYS.filter((key) => filter[key].length > 0);
  return new URLSearchParams(wanted.map((key) => [key, [...filter[key]].sort().join(",")]));
}

/** A query with its commas left as commas, as people write and read them. */
export const readable = (query: URLSearchParams): string => query.toString().replaceAll("%2C", ",");

const TILES = "tiles/deposits/";

/**
 * The service's own tile addresses, narrowed by the filter. They are templates and not addresses yet: no URL parser.
 * A service that does not know its outside address writes another host or scheme into TileJSON; so what follows the
 * service's root is kept, and the root is the page's own.
 */
export function tilesFor(templates: readonly string[], root: string, filter: Filter): string[] {
  const query = readable(queryOf(filter));
  return templates.map((template) => {
    const at = template.indexOf(TILES);
    const own = at < 0 ? template : root + template.slice(at);
    return query ? `${own}${own.includes("?") ? "&" : "?"}${query}` : own;
  });
}

/** Keeps what the service knows, and names what it does not. */
export function known(filter: Filter, codes: Record<FilterKey, ReadonlySet<string>>): { filter: Filter; dropped: string[] } {
  const isKept = (key: FilterKey) => (code: string, i: number) => codes[key].has(code) && (key !== "critical" || i === 0);
  return {
    filter: eachKey((key) => filter[key].filter(isKept(key))),
    dropped: FILTER_KEYS.flatMap((key) => filter[key].filter((code, i) => !isKept(key)(code, i))),
  };
}

function eachKey(codesOf: (key: FilterKey) => readonly string[]): Filter {
  return Object.fromEntries(FILTER_KEYS.map((key) => [key, codesOf(key)])) as unknown as Filter;
}
