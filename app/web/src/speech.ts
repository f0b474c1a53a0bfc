/** Says the page's fixed words in its language: data-word is an element's text, data-label its accessible name. */

import { LANGS, wordsOf, type Lang, type PlainWord } from "./words.ts";

export function speak(lang: Lang): void {
  const words = wordsOf(lang);
  document.documentElement.lang = lang;
  for (const element of document.querySelectorAll<HTMLElement>("[data-word]"))
    element.textContent = words[element.dataset.word as PlainWord];
  for (const element of document.querySelectorAll<HTMLElement>("[data-label]"))
    name(element, words[element.dataset.label as PlainWord]);
  for (const each of LANGS) document.getElementById(`lang-${each}`)?.setAttribute("aria-pressed", String(each === lang));
}

function name(element: HTMLElement, words: string): void {
  element.setAttribute("aria-label", words);
  if (element instanceof HTMLButtonElement) element.title = words;
}
