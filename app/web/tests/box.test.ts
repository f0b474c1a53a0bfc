import assert from "node:assert/strict";
import { test } from "node:test";

import { bboxOf } from "../src/box.ts";

test("a view is west, south, east, north to four decimals", () => {
  assert.equal(bboxOf({ west: -119.123456, south: 16.5, east: -92, north: 41 }), "-119.1235,16.5,-92,41");
});

test("a map dragged round the globe asks for the same box", () => {
  assert.equal(bboxOf({ west: 241, south: 16, east: 268, north: 41 }), "-119,16,-92,41");
  assert.equal(bboxOf({ west: -479, south: 16, east: -452, north: 41 }), "-119,16,-92,41");
});

test("a view across the 180th meridian has its west beyond its east", () => {
  assert.equal(bboxOf({ west: 170, south: 50, east: 200, north: 70 }), "170,50,-160,70");
});

test("a view wider than the globe is the whole globe", () => {
  assert.equal(bboxOf({ west: -300, south: -91, east: 80, north: 95 }), "-180,-90,180,90");
});
