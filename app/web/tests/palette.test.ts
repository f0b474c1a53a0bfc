import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { colourOf, groupOf, type GroupName, GROUPS, labelOfGroup, type Theme } from "../src/palette.ts";
import { rowsOf } from "../src/table.ts";
import { LANGS } from "../src/words.ts";

type Triple = [number, number, number];
type Matrix = [Triple, Triple, Triple];

// What a dichromat sees of linear RGB: Machado, Oliveira and Fernandes 2009, severity 1.
const SIGHT: Record<string, Matrix> = {
  "all colours": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  "a protanope": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  "a deuteranope": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  "a tritanope": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
};

/** In Oklab, where 0.02 is just noticeable side by side; small dots apart from each other need several times that. */
const FAR_ENOUGH = 0.12;

for (const [who, sight] of Object.entries(SIGHT))
  for (const theme of ["light", "dark"] as const)
    test(`${theme}: who sees ${who} tells every two groups apart`, () => {
      for (const a of GROUPS)
        for (const b of GROUPS)
          if (a < b) assert.ok(distance(theme, sight, a, b) > FAR_ENOUGH, `${a} and ${b}: ${distance(theme, sight, a, b)}`);
    });

test("every group of the commodity vocabulary has its colour", () => {
  const groups = new Set(rowsOf(readFileSync("../domain/terms/commodity.csv", "utf8")).map(({ group = "" }) => group));
  const grey = [...groups].filter((group) => groupOf({ code: "", label_en: "", label_es: "", group }) === "other");
  assert.deepEqual(grey.sort(), ["non-mineral", "other"]);
});

test("every group and no other has its rule in the style sheet", () => {
  const ruled = [...readFileSync("src/style.css", "utf8").matchAll(/^\.group-([\w-]+) \{\n  fill: var\(--fill-\1\);\n  stroke: var\(--outline-\1\);/gm)];
  assert.deepEqual(ruled.map(([, group]) => group).sort(), [...GROUPS].sort());
});

test("every group has its name in both languages", () => {
  for (const group of GROUPS) for (const lang of LANGS) assert.ok(labelOfGroup(group, lang).length > 3);
  assert.equal(labelOfGroup("special", "en"), "Light, minor and rare-earth metals");
});

function distance(theme: Theme, sight: Matrix, a: GroupName, b: GroupName): number {
  const [p, q] = [seen(colourOf(theme, a), sight), seen(colourOf(theme, b), sight)];
  return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
}

const seen = (hex: string, sight: Matrix): Triple => oklab(times(sight, linear(hex)).map((x) => Math.max(0, x)) as Triple);

const linear = (hex: string): Triple =>
  [1, 3, 5].map((at) => {
    const c = parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as Triple;

const times = (m: Matrix, [x, y, z]: Triple): Triple => m.map(([a, b, c]) => a * x + b * y + c * z) as Triple;

// Linear sRGB to Oklab: Ottosson 2020.
function oklab(rgb: Triple): Triple {
  const cones = times(
    [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566], [0.0883024619, 0.2817188376, 0.6299787005]],
    rgb,
  ).map(Math.cbrt) as Triple;
  return times(
    [[0.2104542553, 0.793617785, -0.0040720468], [1.9779984951, -2.428592205, 0.4505937099], [0.0259040371, 0.7827717662, -0.808675766]],
    cones,
  );
}
