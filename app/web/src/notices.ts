/** What went wrong, as sentences on the page. Each stays until its cause is gone; none is swallowed. */

import { ServiceError } from "./api.ts";
import { button, el } from "./dom.ts";
import { wordsOf, type ErrorName, type Lang } from "./words.ts";

type Sentence = (lang: Lang) => string;

interface Notice {
  sentence: Sentence;
  retry: (() => void) | null;
}

export type Notices = ReturnType<typeof noticesIn>;

export function noticesIn(host: HTMLElement, lang: () => Lang) {
  const notices = new Map<string, Notice>();

  function render(): void {
    const { retry: retryWord, close } = wordsOf(lang());
    host.replaceChildren(
      ...[...notices].map(([cause, { sentence, retry }]) =>
        el(
          "div",
          { class: "notice" },
          el("p", {}, sentence(lang())),
          retry
            ? button({}, retryWord, () => (clear(cause), retry()))
            : button({ class: "quiet" }, close, () => clear(cause)),
        ),
      ),
    );
  }

  function show(cause: string, sentence: Sentence, retry: (() => void) | null = null): void {
    notices.set(cause, { sentence, retry });
    render();
  }

  function clear(cause: string): void {
    if (notices.delete(cause)) render();
  }

  return {
    show,
    clear,
    render,
    fail: (cause: string, error: unknown, retry: (() => void) | null) => show(cause, sentenceOf(error), retry),
  };
}

/** Our sentence, then the service's own detail when it gave one. */
export function sentenceOf(error: unknown): Sentence {
  if (!(error instanceof ServiceError)) throw error;
  const { sentence, status, detail } = error;
  return (lang) => {
    const words = wordsOf(lang);
    const more = detail ?? (status === null ? null : words.reference(status));
    return more && sentence !== "missing" ? `${words.errors[sentence]} (${more.replace(/\.$/, "")})` : words.errors[sentence];
  };
}

export const plain = (name: ErrorName): Sentence => (lang) => wordsOf(lang).errors[name];
