import assert from "node:assert/strict";
import { test } from "node:test";

import { cell, rowsBy, rowsOf } from "../src/table.ts";

test("a cell may hold commas, quotation marks, or nothing", () => {
  assert.deepEqual(rowsOf('a,b,c\n"1,2",,3\n,"say ""so""",\n'), [
    { a: "1,2", b: "", c: "3" },
    { a: "", b: 'say "so"', c: "" },
  ]);
});

test("a column that is not there is a fault", () => {
  const rows = rowsBy("code,light\nsea,#fff\n", "code");
  assert.equal(cell(rows.get("sea"), "light"), "#fff");
  assert.throws(() => cell(rows.get("sea"), "dark"), /no dark/);
  assert.throws(() => cell(rows.get("land"), "light"), /no light/);
});
