import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { langOf, LANGS, wordsOf } from "../src/words.ts";

const PAGE = readFileSync("index.html", "utf8");

test("index.html asks only for plain sentences that exist in every language", () => {
  const asked = [...PAGE.matchAll(/data-(?:word|label)="(\w+)"/g)].map(([, word = ""]) => word);
  assert.ok(asked.length > 10);
  for (const lang of LANGS)
    for (const word of asked) assert.equal(typeof (wordsOf(lang) as unknown as Record<string, unknown>)[word], "string", word);
});

test("no word is empty", () => {
  const check = (value: unknown, path: string): void => {
    if (value && typeof value === "object") for (const [key, inner] of Object.entries(value)) check(inner, `${path}.${key}`);
    else assert.notEqual(value, "", path);
  };
  for (const lang of LANGS) check(wordsOf(lang), lang);
});

test("what the service may say of a list, a deposit type and a position has its words", () => {
  const column = (file: string, name: string) => columnOf(readFileSync(`../domain/terms/${file}`, "utf8"), name);
  for (const lang of LANGS) {
    const { standings, levels, positionRules, positionChecks } = wordsOf(lang);
    for (const standing of column("critical/index.csv", "status")) assert.ok(standings[standing], standing);
    for (const level of column("deposit_type.csv", "level")) assert.ok(levels[level], level);
    assert.deepEqual(Object.keys(positionRules), ["longitude-sign", "latitude-sign", "both-signs", "axes-swapped"]);
    assert.deepEqual(Object.keys(positionChecks), ["outside-stated-country", "outside-stated-state", "datum-not-stated"]);
  }
});

test("one deposit is not one deposits", () => {
  assert.equal(wordsOf("en").deposits(1, "1"), "1 deposit");
  assert.equal(wordsOf("es").deposits(1, "1"), "1 yacimiento");
  assert.equal(wordsOf("es").deposits(1200, "1,200"), "1,200 yacimientos");
});

test("a regional variety is its language, another language is none of ours", () => {
  assert.equal(langOf("es-MX"), "es");
  assert.equal(langOf("EN-us"), "en");
  assert.equal(langOf("est"), undefined);
  assert.equal(langOf(null), undefined);
});

function columnOf(csv: string, name: string): Set<string> {
  const [head = [], ...rows] = csv.trim().split(/\r?\n/).map(cellsOf);
  assert.ok(head.includes(name), name);
  return new Set(rows.map((row) => row[head.indexOf(name)] ?? ""));
}

const cellsOf = (row: string): string[] => [...row.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, cell = ""]) => cell);
