import assert from "node:assert/strict";
import { test } from "node:test";

import { clusterFrom, clusterText } from "../src/clusters.ts";
import { inkOn } from "../src/mapstyle.ts";
import { colourOf, GROUPS } from "../src/palette.ts";

Object.defineProperty(globalThis, "navigator", { value: { languages: [] }, configurable: true });

const COMMODITY = new Map([
  ["gold", { code: "gold", label_en: "Gold", label_es: "Oro" }],
  ["silver", { code: "silver", label_en: "Silver", label_es: "Plata" }],
]);
const geometry = { type: "Point", coordinates: [-110.5, 31] } as const;
const said = { point_count: 1234, count_mrds: 1234, commodity: "gold", commodity_counts: "gold:1120,silver:80", opens_at: 7 };
const read = (properties: Record<string, unknown>) => clusterFrom({ properties, geometry: { ...geometry, coordinates: [-110.5, 31] } });

test("a cluster is read from what its tile says", () => {
  assert.deepEqual(read(said), {
    count: 1234,
    commodities: [["gold", 1120], ["silver", 80]],
    opensAt: 7,
    position: [-110.5, 31],
  });
});

test("a deposit is no cluster", () => {
  assert.equal(read({ id: "mrds-1", source: "mrds", commodity: "gold" }), null);
});

test("a cluster names its commodities in the reader's language, and says when there are more", () => {
  const cluster = read(said)!;
  assert.equal(clusterText(cluster, COMMODITY, "en"), "1,234 deposits · Gold 1,120, Silver 80 …");
  assert.equal(clusterText(cluster, COMMODITY, "es"), "1,234 yacimientos · Oro 1,120, Plata 80 …");
});

test("a cluster whose commodities are all named ends without dots", () => {
  const cluster = read({ point_count: 5, commodity_counts: "gold:3,silver:2", opens_at: 12 })!;
  assert.equal(clusterText(cluster, COMMODITY, "en"), "5 deposits · Gold 3, Silver 2");
});

test("a cluster without a commodity is only counted", () => {
  assert.equal(clusterText(read({ point_count: 3, opens_at: 12 })!, COMMODITY, "en"), "3 deposits");
});

test("a number can be read on every colour", () => {
  for (const theme of ["light", "dark"] as const)
    for (const group of GROUPS) {
      const colour = colourOf(theme, group);
      assert.ok(contrast(inkOn(colour), colour) >= 4.5, `${theme} ${group}`);
    }
});

function contrast(a: string, b: string): number {
  const [lighter = 0, darker = 0] = [luminance(a), luminance(b)].sort((p, q) => q - p);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => (parseInt(hex.slice(at, at + 2), 16) / 255) ** 2.2);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
