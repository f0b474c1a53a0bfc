import assert from "node:assert/strict";
import { test } from "node:test";

import { sentenceFor } from "../src/api.ts";
import { webAddress } from "../src/dom.ts";

test("only web addresses become links", () => {
  assert.equal(webAddress("https://mrdata.usgs.gov/mrds/"), "https://mrdata.usgs.gov/mrds/");
  for (const text of ["javascript:alert(1)", "data:text/html,x", "JAVASCRIPT:x", "mrdata.usgs.gov", "", null])
    assert.equal(webAddress(text), null);
});

test("an overloaded service and a broken one are told apart", () => {
  assert.deepEqual([404, 400, 429, 500, 502, 503, 504].map(sentenceFor), [
    "missing", "refused", "refused", "faulty", "unavailable", "unavailable", "unavailable",
  ]);
});
