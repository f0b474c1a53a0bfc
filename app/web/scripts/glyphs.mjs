// Makes the glyphs that labels on maps are drawn with: signed distance fields in the ranges and the protocol buffers that
// MapLibre asks for. They are computed from the outlines of Noto Sans; README.md says where that comes from.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

import opentype from "opentype.js";
import { PbfWriter } from "pbf";

const require = createRequire(import.meta.url);
const PACKAGE = path.dirname(require.resolve("@expo-google-fonts/noto-sans/package.json"));

export const FONT_NAME = "Noto Sans Regular";
export const FONT = readFileSync(path.join(PACKAGE, "400Regular", "NotoSans_400Regular.ttf"));
export const LICENCE = readFileSync(path.join(PACKAGE, "LICENSE_FONT"));

// MapLibre's glyphs are 24 pixels to the em with 3 more around them; one byte spans 8 pixels, and its edge lies a quarter
// below the top: https://maplibre.org/maplibre-style-spec/glyphs/
const EM_PX = 24;
const BORDER_PX = 3;
const RADIUS_PX = 8;
const CUTOFF = 0.25;

const RANGE = 256;
const LAST_CODE = 0xffff;
const CURVE_STEPS = 6;

/** Every range of the Basic Multilingual Plane as [its name, its bytes]; a range without glyphs says only its name. */
export function* glyphRanges() {
  const font = opentype.parse(new Uint8Array(FONT).buffer);
  const indexOf = font.tables.cmap.glyphIndexMap;
  for (let first = 0; first <= LAST_CODE; first += RANGE) {
    const codes = Array.from({ length: RANGE }, (_, i) => first + i).filter((code) => indexOf[code]);
    const name = `${first}-${first + RANGE - 1}`;
    yield [name, written(name, codes.map((code) => glyphOf(font, code, font.glyphs.get(indexOf[code]))))];
  }
}

/** `top` is counted from the ascender down, `left` from the pen; neither they nor width and height hold the border. */
function glyphOf(font, id, glyph) {
  const scale = EM_PX / font.unitsPerEm;
  const advance = Math.round(glyph.advanceWidth * scale);
  const ascender = Math.ceil(font.ascender * scale);
  const segments = segmentsOf(glyph.getPath(0, 0, EM_PX).commands);
  if (segments.length === 0) return { id, width: 0, height: 0, left: 0, top: -ascender, advance };

  const [xs, ys] = [segments.map(({ x0 }) => x0), segments.map(({ y0 }) => y0)];
  const [left, right] = [Math.floor(Math.min(...xs)), Math.ceil(Math.max(...xs))];
  const [upper, lower] = [Math.floor(Math.min(...ys)), Math.ceil(Math.max(...ys))];
  const box = { left, upper, width: right - left, height: lower - upper };
  return { id, bitmap: distances(segments, box), width: box.width, height: box.height, left, top: -upper - ascender, advance };
}

/** The outline as straight segments in pixels, y down. */
function segmentsOf(commands) {
  const segments = [];
  let [startX, startY, x, y] = [0, 0, 0, 0];
  const lineTo = (toX, toY) => {
    if (toX !== x || toY !== y) segments.push({ x0: x, y0: y, x1: toX, y1: toY });
    [x, y] = [toX, toY];
  };
  for (const command of commands) {
    if (command.type === "M") [startX, startY, x, y] = [command.x, command.y, command.x, command.y];
    else if (command.type === "L") lineTo(command.x, command.y);
    else if (command.type === "Q") for (const point of pointsOfCurve(x, y, command)) lineTo(...point);
    else if (command.type === "Z") lineTo(startX, startY);
    else throw new Error(`a TrueType outline has no ${command.type}`);
  }
  return segments;
}

function pointsOfCurve(fromX, fromY, { x1, y1, x, y }) {
  const at = (t, from, by, to) => (1 - t) ** 2 * from + 2 * t * (1 - t) * by + t ** 2 * to;
  return Array.from({ length: CURVE_STEPS }, (_, i) => (i + 1) / CURVE_STEPS).map((t) => [at(t, fromX, x1, x), at(t, fromY, y1, y)]);
}

/** One byte a pixel, measured at its middle: 255 deep inside, 191 at the edge, 0 far outside. */
function distances(segments, { left, upper, width, height }) {
  const [columns, rows] = [width + 2 * BORDER_PX, height + 2 * BORDER_PX];
  const bitmap = new Uint8Array(columns * rows);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const outsidePx = distanceTo(segments, left - BORDER_PX + column + 0.5, upper - BORDER_PX + row + 0.5);
      const value = 255 * (1 - CUTOFF - outsidePx / RADIUS_PX);
      bitmap[row * columns + column] = Math.max(0, Math.min(255, Math.round(value)));
    }
  return bitmap;
}

/** Negative inside, by the nonzero rule of TrueType. */
function distanceTo(segments, x, y) {
  let nearest = Infinity;
  let turns = 0;
  for (const { x0, y0, x1, y1 } of segments) {
    const dx = x1 - x0;
    const dy = y1 - y0;
    const along = Math.max(0, Math.min(1, ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy)));
    nearest = Math.min(nearest, (x - x0 - along * dx) ** 2 + (y - y0 - along * dy) ** 2);
    if (y0 <= y !== y1 <= y && x < x0 + ((y - y0) / dy) * dx) turns += Math.sign(dy);
  }
  return (turns === 0 ? 1 : -1) * Math.sqrt(nearest);
}

function written(range, glyphs) {
  const pbf = new PbfWriter();
  pbf.writeMessage(1, writeStack, { range, glyphs });
  return pbf.finish();
}

function writeStack({ range, glyphs }, pbf) {
  pbf.writeStringField(1, FONT_NAME);
  pbf.writeStringField(2, range);
  for (const glyph of glyphs) pbf.writeMessage(3, writeGlyph, glyph);
}

function writeGlyph({ id, bitmap, width, height, left, top, advance }, pbf) {
  pbf.writeVarintField(1, id);
  if (bitmap) pbf.writeBytesField(2, bitmap);
  pbf.writeVarintField(3, width);
  pbf.writeVarintField(4, height);
  pbf.writeSVarintField(5, left);
  pbf.writeSVarintField(6, top);
  pbf.writeVarintField(7, advance);
}
