/** Numbers, dates and positions as the reader's language writes them. */

import { localeOf, wordsOf, type Lang } from "./words.ts";

export const formatNumber = (n: number, lang: Lang): string => new Intl.NumberFormat(localeOf(lang)).format(n);

/** `2026-11-24` is a day and not an instant: it must not slip to the day before west of Greenwich. */
export function formatDate(text: string, lang: Lang): string {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const date = new Date(text);
  if (Number.isNaN(date.valueOf())) return text;
  return new Intl.DateTimeFormat(localeOf(lang), { dateStyle: "long", timeZone: isDay ? "UTC" : undefined }).format(date);
}

/** Latitude first, as people say it, with five decimals (about a metre). */
export function formatPosition([longitude, latitude]: readonly number[], lang: Lang): string {
  const { north, south, east, west } = wordsOf(lang).hemispheres;
  const degrees = (value: number, positive: string, negative: string) =>
    `${decimals(Math.abs(value), lang)}° ${value < 0 ? negative : positive}`;
  return `${degrees(latitude ?? 0, north, south)}, ${degrees(longitude ?? 0, east, west)}`;
}

const decimals = (value: number, lang: Lang): string =>
  new Intl.NumberFormat(localeOf(lang), { minimumFractionDigits: 5, maximumFractionDigits: 5 }).format(value);

export const formatList = (items: readonly string[], lang: Lang): string =>
  new Intl.ListFormat(localeOf(lang), { type: "unit", style: "short" }).format(items);

/** For comparing what people type: without case and without accents. */
export const folded = (text: string): string => text.normalize("NFD").replace(/\p{Diacritic}/gu, "").toLowerCase();
