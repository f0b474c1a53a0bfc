/** The marks on the map: a disc, and for the Mexican survey a diamond, so that the source shows without colour. */

import sources from "../../domain/terms/map/source.csv";
import { svg } from "./dom.ts";
import { rowsOf } from "./table.ts";

export type Shape = "disc" | "diamond";

export const DIAMOND_SOURCES = rowsOf(sources).flatMap(({ code = "", shape }) => (shape === "diamond" ? [code] : []));
export const shapeOf = (source: string): Shape => (DIAMOND_SOURCES.includes(source) ? "diamond" : "disc");

export const DIAMOND = { name: "diamond", sizePx: 48, halfDiagonalPx: 14, pixelRatio: 2 } as const;

// MapLibre reads the alpha of a signed distance image so: 0.75 is the edge, and one unit is eight pixels.
const SDF_EDGE = 0.75;
const SDF_REACH_PX = 8;

/** A diamond as a signed distance image: MapLibre can colour and outline it. */
export function diamondImage(): ImageData {
  const { sizePx, halfDiagonalPx } = DIAMOND;
  const image = new ImageData(sizePx, sizePx);
  for (let y = 0; y < sizePx; y++)
    for (let x = 0; x < sizePx; x++) {
      const outsidePx = distanceToDiamond(x + 0.5 - sizePx / 2, y + 0.5 - sizePx / 2, halfDiagonalPx);
      image.data[(y * sizePx + x) * 4 + 3] = 255 * (SDF_EDGE - outsidePx / SDF_REACH_PX);
    }
  return image;
}

/** Negative inside. Along its sides it is exact; beyond a corner it is a little short, which sharpens the outline. */
const distanceToDiamond = (x: number, y: number, halfDiagonal: number): number =>
  (Math.abs(x) + Math.abs(y) - halfDiagonal) / Math.SQRT2;

/** The same mark for the page beside the map. */
export function markOf(shape: Shape, className: string): SVGElement {
  const outline =
    shape === "disc" ? svg("circle", { cx: "8", cy: "8", r: "5" }) : svg("path", { d: "M8 1.6 14.4 8 8 14.4 1.6 8Z" });
  return svg("svg", { viewBox: "0 0 16 16", class: `mark ${className}`, "aria-hidden": "true" }, outline);
}

/** A cluster for the page beside the map: a ring with a number. */
export function clusterMark(): SVGElement {
  const number = svg("text", { x: "12", y: "15.5", "text-anchor": "middle" });
  number.textContent = "24";
  const ring = svg("circle", { cx: "12", cy: "12", r: "10" });
  return svg("svg", { viewBox: "0 0 24 24", class: "mark cluster", "aria-hidden": "true" }, ring, number);
}
