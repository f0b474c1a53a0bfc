/** The page's address holds what is shown, so that a view can be sent to someone. The map keeps its place after #. */

import { filterFrom, queryOf, readable, type Filter } from "./filter.ts";
import { langOf, type Lang } from "./words.ts";

export interface Shared {
  filter: Filter;
  deposit: string | null;
  /** Only when the address asked for it or the reader chose it: a link should not force a language by accident. */
  lang: Lang | null;
}

export const sharedIn = (query: URLSearchParams): Shared => ({
  filter: filterFrom(query),
  deposit: query.get("deposit"),
  lang: langOf(query.get("lang")) ?? null,
});

export const hasPlace = (): boolean => new URLSearchParams(location.hash.slice(1)).has("map");

export function writeAddress({ filter, deposit, lang }: Shared): void {
  const query = queryOf(filter);
  if (deposit) query.set("deposit", deposit);
  if (lang) query.set("lang", lang);
  const search = readable(query);
  history.replaceState(history.state, "", `${location.pathname}${search && `?${search}`}${location.hash}`);
}
