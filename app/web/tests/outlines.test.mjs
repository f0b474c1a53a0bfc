import assert from "node:assert/strict";
import { test } from "node:test";

import { outlines } from "../scripts/outlines.mjs";

const made = Object.fromEntries(outlines().features.map(({ properties, geometry }) => [properties.kind, geometry.coordinates]));
const box = { mx: [-118, 14, -86, 27], us: [-120, 34, -80, 45], greatLakes: [-93, 41, -76, 49] };

const holds = (coordinates, [west, south, east, north]) =>
  positionsIn(coordinates).some(([x, y]) => x > west && x < east && y > south && y < north);

const positionsIn = (coordinates) => (typeof coordinates[0] === "number" ? [coordinates] : coordinates.flatMap(positionsIn));

test("there is land, borders, states and lakes", () => {
  assert.deepEqual(Object.keys(made).sort(), ["border", "lake", "land", "state"]);
});

test("state lines are drawn on both sides of the border", () => {
  assert.ok(holds(made.state, box.mx));
  assert.ok(holds(made.state, box.us));
});

test("the Great Lakes are not land", () => {
  assert.ok(holds(made.lake, box.greatLakes));
});

test("rings are still rings after thinning and rounding", () => {
  for (const polygon of [...made.land, ...made.lake])
    for (const ring of polygon) assert.deepEqual(ring[0], ring.at(-1));
});

test("no shore leaps across the map at the 180th meridian", () => {
  for (const polygon of made.land)
    for (const ring of polygon)
      for (let i = 1; i < ring.length; i++)
        assert.ok(Math.abs(ring[i][0] - ring[i - 1][0]) < 180 || ring[i][1] === -90, String(ring[i]));
});
