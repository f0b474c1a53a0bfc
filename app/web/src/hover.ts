/** The name of the deposit under the pointer, beside the pointer. */

import { part } from "./dom.ts";

const BESIDE_PX = 14;

export function hoverAt(text: string | null, x: number, y: number): void {
  const tip = part("hover");
  tip.hidden = text === null;
  if (text === null) return;
  tip.textContent = text;
  const { clientWidth } = document.documentElement;
  const left = Math.min(x + BESIDE_PX, clientWidth - tip.offsetWidth - BESIDE_PX);
  tip.style.translate = `${left}px ${y + BESIDE_PX}px`;
}
