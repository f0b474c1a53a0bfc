/** The side card's frame: opens a deposit, or a short list where several lie under one pointer, and closes again. */

import { askDeposit, isAbort, ServiceError, type Deposit } from "./api.ts";
import { cardOf } from "./card.ts";
import type { Catalogue } from "./catalogue.ts";
import { button, el, part } from "./dom.ts";
import { entryOf, type Entry } from "./entry.ts";
import { formatNumber } from "./format.ts";
import { sentenceOf } from "./notices.ts";
import { wordsOf, type Lang } from "./words.ts";

/** As many as can be read at a glance; past these the map should be zoomed. */
const LISTED = 30;

type Content =
  | { kind: "list"; entries: readonly Entry[] }
  | { kind: "loading" }
  | { kind: "deposit"; deposit: Deposit }
  | { kind: "failed"; id: string; error: unknown };

interface Listeners {
  /** The deposit is there, or null when the card was closed or shows a list. */
  onDeposit: (deposit: Deposit | null) => void;
}

export type Aside = ReturnType<typeof asideIn>;

export function asideIn(lang: () => Lang, catalogue: () => Catalogue | null, { onDeposit }: Listeners) {
  const aside = part("card");
  const heading = part("card-heading");
  let content: Content | null = null;
  let list: readonly Entry[] = [];
  let asked = new AbortController();
  let opener: Element | null = null;

  part("card-close").addEventListener("click", close);
  part("card-back").addEventListener("click", () => openList(list));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !aside.hidden) close();
  });

  function show(next: Content | null): void {
    if (aside.hidden) opener = document.activeElement;
    content = next;
    render();
    onDeposit(next?.kind === "deposit" ? next.deposit : null);
    if (next && next.kind !== "loading") heading.focus({ preventScroll: true });
  }

  function openList(entries: readonly Entry[]): void {
    asked.abort();
    list = entries;
    show({ kind: "list", entries });
  }

  async function openDeposit(id: string): Promise<void> {
    asked.abort();
    asked = new AbortController();
    show({ kind: "loading" });
    try {
      show({ kind: "deposit", deposit: await askDeposit(id, lang(), asked.signal) });
    } catch (error) {
      if (!isAbort(error)) show({ kind: "failed", id, error });
    }
  }

  function close(): void {
    asked.abort();
    if (aside.hidden) return;
    list = [];
    show(null);
    if (opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true });
  }

  function render(): void {
    aside.hidden = content === null;
    part("card-back").hidden = list.length === 0 || content?.kind === "list";
    aside.setAttribute("aria-busy", String(content?.kind === "loading"));
    if (content) fill(content);
  }

  function fill(shown: Content): void {
    const { heading: title, body } = contentOf(shown);
    heading.textContent = title;
    part("card-body").replaceChildren(...body);
    part("card-body").scrollTop = 0;
  }

  function contentOf(shown: Content): { heading: string; body: Node[] } {
    const words = wordsOf(lang());
    switch (shown.kind) {
      case "loading":
        return { heading: words.loading, body: [] };
      case "deposit":
        return cardOf(shown.deposit, lang(), catalogue());
      case "list":
        return { heading: words.several(formatNumber(shown.entries.length, lang())), body: listBody(shown.entries) };
      case "failed":
        return { heading: shown.id, body: failedBody(shown.id, shown.error) };
    }
  }

  function listBody(entries: readonly Entry[]): Node[] {
    const items = entries.slice(0, LISTED).map((entry) =>
      el("li", {}, button({ class: "entry" }, entryOf(entry, lang(), catalogue()), () => void openDeposit(entry.id))),
    );
    const more = entries.length - LISTED;
    const rest = more > 0 ? [el("p", {}, wordsOf(lang()).severalMore(formatNumber(more, lang())))] : [];
    return [el("ul", { class: "entries" }, ...items), ...rest];
  }

  function failedBody(id: string, error: unknown): Node[] {
    const sentence = el("p", { class: "failure", role: "alert" }, sentenceOf(error)(lang()));
    const isMissing = error instanceof ServiceError && error.sentence === "missing";
    return isMissing ? [sentence] : [sentence, button({}, wordsOf(lang()).retry, () => void openDeposit(id))];
  }

  return {
    render,
    close,
    /** One opens, several are listed, none closes. */
    open(entries: readonly Entry[]): void {
      const [first, second] = entries;
      if (!first) close();
      else if (second) openList(entries);
      else {
        list = [];
        void openDeposit(first.id);
      }
    },
    openDeposit(id: string): void {
      list = [];
      void openDeposit(id);
    },
  };
}
