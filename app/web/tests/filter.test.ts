import assert from "node:assert/strict";
import { test } from "node:test";

import { FILTER_KEYS, filterFrom, isEmpty, known, NO_FILTER, queryOf, readable, tilesFor, type FilterKey } from "../src/filter.ts";

const NOTHING_KNOWN = Object.fromEntries(FILTER_KEYS.map((key) => [key, new Set<string>()])) as Record<FilterKey, Set<string>>;

const filterOf = (query: string) => filterFrom(new URLSearchParams(query));

test("an address without parameters asks for everything", () => {
  assert.deepEqual(filterOf(""), NO_FILTER);
  assert.ok(isEmpty(NO_FILTER));
});

test("commas and repeated parameters say the same, blanks and doubles say nothing", () => {
  assert.deepEqual(filterOf("commodity=gold,+silver,,gold"), filterOf("commodity=gold&commodity=silver"));
});

test("equal filters have equal addresses", () => {
  const address = (query: string) => readable(queryOf(filterOf(query)));
  assert.equal(address("source=sgm&commodity=silver,gold"), "commodity=gold,silver&source=sgm");
  assert.equal(address("commodity=gold,silver&source=sgm"), address("source=sgm&commodity=silver,gold"));
  assert.equal(address("list=us-critical-2025&critical=both&state=MX-SON"), "state=MX-SON&critical=both&list=us-critical-2025");
});

test("values the service does not know are dropped and named", () => {
  const codes = { ...NOTHING_KNOWN, commodity: new Set(["gold"]), country: new Set(["MX"]) };
  const { filter, dropped } = known(filterOf("commodity=gold,unobtainium&country=MX&status=lost"), codes);
  assert.deepEqual(filter, { ...NO_FILTER, commodity: ["gold"], country: ["MX"] });
  assert.deepEqual(dropped, ["unobtainium", "lost"]);
});

test("a deposit is critical to both countries or to either, not to both at once", () => {
  const codes = { ...NOTHING_KNOWN, critical: new Set(["both", "either"]) };
  const { filter, dropped } = known(filterOf("critical=both,either"), codes);
  assert.deepEqual([filter.critical, dropped], [["both"], ["either"]]);
});

test("tile addresses keep their braces and their own parameters", () => {
  const tiles = (template: string, filter = filterOf("country=MX,US")) => tilesFor([template], "http://a/", filter)[0];
  assert.equal(tiles("http://a/tiles/deposits/{z}/{x}/{y}.mvt", NO_FILTER), "http://a/tiles/deposits/{z}/{x}/{y}.mvt");
  assert.equal(tiles("http://a/tiles/deposits/{z}/{x}/{y}.mvt"), "http://a/tiles/deposits/{z}/{x}/{y}.mvt?country=MX,US");
  assert.equal(tiles("http://a/tiles/deposits/{z}.mvt?r=1"), "http://a/tiles/deposits/{z}.mvt?r=1&country=MX,US");
});

test("tiles come from where the page came from, whatever the service believes its address to be", () => {
  const inside = ["http://127.0.0.1:8000/tiles/deposits/{z}/{x}/{y}.mvt"];
  assert.deepEqual(tilesFor(inside, "https://geo.example/lode/", NO_FILTER), ["https://geo.example/lode/tiles/deposits/{z}/{x}/{y}.mvt"]);
});

test("what a stranger wrote into the address stays inside its parameter", () => {
  assert.equal(readable(queryOf(filterOf("source=a%26limit%3D1"))), "source=a%26limit%3D1");
});
