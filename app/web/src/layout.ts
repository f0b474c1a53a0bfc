/** Where the page leaves the map open: beside the panel and the card, or above them on a narrow screen. */

import { part } from "./dom.ts";
import type { Padding } from "./map.ts";

const MARGIN_PX = 24;
const NARROW = "(max-width: 700px)";

export const isNarrow = (): boolean => matchMedia(NARROW).matches;

export function openPartOfMap(): Padding {
  const [panel, card] = [part("panel").getBoundingClientRect(), part("card").getBoundingClientRect()];
  const { clientWidth: width, clientHeight: height } = document.documentElement;
  const isCardOpen = !part("card").hidden;
  if (isNarrow())
    return {
      top: part("head").getBoundingClientRect().bottom + MARGIN_PX,
      right: MARGIN_PX,
      bottom: (isCardOpen ? height - card.top : 0) + MARGIN_PX,
      left: MARGIN_PX,
    };
  return {
    top: MARGIN_PX,
    right: (isCardOpen ? width - card.left : 0) + MARGIN_PX,
    bottom: MARGIN_PX,
    left: panel.right + MARGIN_PX,
  };
}

/** On a narrow screen the panel covers the map, so it starts folded and folds at a button. */
export function foldable(button: HTMLElement, onFold: (isOpen: boolean) => void): { fold: () => void } {
  const set = (isOpen: boolean) => {
    document.documentElement.dataset.panel = isOpen ? "open" : "folded";
    button.setAttribute("aria-expanded", String(isOpen));
    onFold(isOpen);
  };
  button.addEventListener("click", () => set(document.documentElement.dataset.panel !== "open"));
  set(false);
  return { fold: () => set(false) };
}
