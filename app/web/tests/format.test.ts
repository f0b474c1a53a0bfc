import assert from "node:assert/strict";
import { test } from "node:test";

import { folded, formatDate, formatPosition } from "../src/format.ts";

Object.defineProperty(globalThis, "navigator", { value: { languages: [] }, configurable: true });
process.env.TZ = "America/Hermosillo";

test("a day stays that day west of Greenwich", () => {
  assert.equal(formatDate("2026-11-24", "en"), "November 24, 2026");
  assert.equal(formatDate("2026-11-24", "es"), "24 de noviembre de 2026");
});

test("an instant is the reader's day", () => {
  assert.equal(formatDate("2026-11-24T03:00:00Z", "en"), "November 23, 2026");
});

test("what is no date is shown as it came", () => {
  assert.equal(formatDate("s/f", "es"), "s/f");
});

test("a position is latitude first, with the hemisphere in the reader's language", () => {
  assert.equal(formatPosition([-110.30066, 30.95015], "en"), "30.95015° N, 110.30066° W");
  assert.equal(formatPosition([-110.30066, 30.95015], "es"), "30.95015° N, 110.30066° O");
  assert.equal(formatPosition([146.8, -41.4], "en"), "41.40000° S, 146.80000° E");
});

test("names are found without case and accents", () => {
  assert.equal(folded("Azúfre Ñ"), "azufre n");
});
