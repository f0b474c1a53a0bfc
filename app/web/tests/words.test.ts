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
  for (const lang of LANGS)
    for (const [key, value] of Object.entries(wordsOf(lang))) assert.notEqual(value, "", `${lang}: ${key}`);
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
