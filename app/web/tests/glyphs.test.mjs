import assert from "node:assert/strict";
import { test } from "node:test";

import { PbfReader } from "pbf";

import { glyphRanges } from "../scripts/glyphs.mjs";

const made = new Map(glyphRanges());

/** The codes of the glyphs in a range's bytes. */
function codesIn(bytes) {
  const codes = [];
  const readGlyph = (tag, _, pbf) => tag === 1 && codes.push(pbf.readVarint());
  const readStack = (tag, _, pbf) => tag === 3 && pbf.readMessage(readGlyph, null);
  new PbfReader(bytes).readFields((tag, _, pbf) => tag === 1 && pbf.readMessage(readStack, null), null);
  return codes;
}

test("there is every range of the Basic Multilingual Plane, and no glyph outside its range", () => {
  assert.equal(made.size, 256);
  for (const [name, bytes] of made) {
    const [first, last] = name.split("-").map(Number);
    assert.equal(last, first + 255);
    assert.ok(codesIn(bytes).every((code) => code >= first && code <= last), name);
  }
});

test("a range comes in the order of its codes, and one without glyphs has none", () => {
  const latin = codesIn(made.get("0-255"));
  assert.ok(latin.length > 180);
  assert.deepEqual(latin, [...new Set(latin)].sort((a, b) => a - b));
  assert.deepEqual(codesIn(made.get("13312-13567")), []);
});
