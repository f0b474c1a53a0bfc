/** What the service knows of itself: its words, its sources and its releases. */

import { askReleases, askSources, askTerms, type Releases, type Source, type Term } from "./api.ts";
import { groupOf } from "./palette.ts";
import type { GroupName, Lang } from "./words.ts";

export type Vocabulary = ReadonlyMap<string, Term>;

export interface Catalogue {
  commodity: Vocabulary;
  country: Vocabulary;
  status: Vocabulary;
  sources: readonly Source[];
  releases: Releases;
}

export async function askCatalogue(lang: Lang): Promise<Catalogue> {
  const [commodity, country, status, sources, releases] = await Promise.all([
    askTerms("commodity", lang),
    askTerms("country", lang),
    askTerms("status", lang),
    askSources(lang),
    askReleases(lang),
  ]);
  return { commodity: byCode(commodity), country: byCode(country), status: byCode(status), sources, releases };
}

const byCode = (terms: readonly Term[]): Vocabulary => new Map(terms.map((term) => [term.code, term]));

/** A code without a term is shown as the code: better an odd word than none. */
export function labelOf(vocabulary: Vocabulary, code: string, lang: Lang): string {
  const term = vocabulary.get(code);
  return term ? inLang(term.label_en, term.label_es, lang) : code;
}

export const titleOf = (source: Source, lang: Lang): string => inLang(source.title_en, source.title_es, lang);

const inLang = (en: string, es: string, lang: Lang): string => ({ en, es })[lang];

export const groupOfCode = (commodity: Vocabulary, code: string | undefined): GroupName =>
  groupOf(commodity.get(code ?? ""));
