/** What the service knows of itself: its words, its lists of critical minerals, its sources and its releases. */

import { askLists, askReleases, askSources, askTerms, type CriticalList, type Releases, type Source, type Term } from "./api.ts";
import { type GroupName, groupOf } from "./palette.ts";
import type { Lang } from "./words.ts";

const VOCABULARIES = [
  "commodity",
  "country",
  "state",
  "status",
  "feature_kind",
  "occurrence_type",
  "mine_status",
  "operation_type",
  "deposit_type",
  "deposit_form",
  "size",
] as const;
export type VocabularyName = (typeof VOCABULARIES)[number];
export type Vocabulary = ReadonlyMap<string, Term>;

export interface Catalogue extends Readonly<Record<VocabularyName, Vocabulary>> {
  lists: readonly CriticalList[];
  sources: readonly Source[];
  releases: Releases;
}

export async function askCatalogue(lang: Lang): Promise<Catalogue> {
  const [vocabularies, lists, sources, releases] = await Promise.all([
    Promise.all(VOCABULARIES.map(async (name) => [name, byCode(await askTerms(name, lang))] as const)),
    askLists(lang),
    askSources(lang),
    askReleases(lang),
  ]);
  return { ...(Object.fromEntries(vocabularies) as Record<VocabularyName, Vocabulary>), lists, sources, releases };
}

const byCode = (terms: readonly Term[]): Vocabulary => new Map(terms.map((term) => [term.code, term]));

/** A code without a term is shown as the code: better an odd word than none. */
export function labelOf(vocabulary: Vocabulary | undefined, code: string, lang: Lang): string {
  const term = vocabulary?.get(code);
  return term ? titled(term, lang) : code;
}

export const titled = ({ label_en, label_es }: { label_en: string; label_es: string }, lang: Lang): string =>
  inLang(label_en, label_es, lang);

export const titleOf = (source: Source, lang: Lang): string => inLang(source.title_en, source.title_es, lang);

const inLang = (en: string, es: string, lang: Lang): string => ({ en, es })[lang];

export const groupOfCode = (commodity: Vocabulary, code: string | undefined): GroupName =>
  groupOf(commodity.get(code ?? ""));
