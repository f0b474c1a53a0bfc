// Makes dist/ from nothing: the outlines, the map's worker, the page's script and style, index.html naming them, and the
// glyphs. Every name but index.html's and theirs carries a hash of its content, so whatever is cached is never stale.

import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

import { FONT, FONT_NAME, glyphRanges, LICENCE } from "./glyphs.mjs";
import { outlines } from "./outlines.mjs";

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const DIST = path.join(ROOT, "dist");
/** Where the service serves dist/, relative to the page. */
const SERVED_AT = "assets/";

await rm(DIST, { recursive: true, force: true });
await mkdir(DIST, { recursive: true });

const ASSETS = {
  outlines: await written("outlines.json", JSON.stringify(outlines())),
  worker: await bundled("maplibre-gl/dist/maplibre-gl-worker.mjs", "worker"),
};
const PAGE = {
  "src/main.ts": await bundled("./src/main.ts", "main", { define: { ASSETS: JSON.stringify(ASSETS) } }),
  "src/style.css": await bundled("./src/style.css", "style"),
  "src/favicon.svg": await written("favicon.svg", await readFile(path.join(ROOT, "src/favicon.svg"))),
};

const page = await readFile(path.join(ROOT, "index.html"), "utf8");
await writeFile(path.join(DIST, "index.html"), Object.entries(PAGE).reduce(named, page));

const font = path.join(DIST, "fonts", FONT_NAME);
await mkdir(font, { recursive: true });
await writeFile(path.join(font, "OFL.txt"), LICENCE);
// For the pictures that the service draws itself.
await writeFile(path.join(font, "NotoSans-Regular.ttf"), FONT);
for (const [range, glyphs] of glyphRanges()) await writeFile(path.join(font, `${range}.pbf`), glyphs);

function named(html, [source, asset]) {
  if (!html.includes(`"${source}"`)) throw new Error(`index.html does not name ${source}`);
  return html.replace(`"${source}"`, `"${asset}"`);
}

async function written(name, content) {
  const { name: stem, ext } = path.parse(name);
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 8);
  await writeFile(path.join(DIST, `${stem}-${hash}${ext}`), content);
  return `${SERVED_AT}${stem}-${hash}${ext}`;
}

async function bundled(entry, name, options = {}) {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: { [name]: entry },
    entryNames: "[name]-[hash]",
    outdir: DIST,
    bundle: true,
    minify: true,
    format: "esm",
    loader: { ".csv": "text" },
    target: ["chrome111", "firefox121", "safari16.4"],
    legalComments: "eof",
    metafile: true,
    ...options,
  });
  const [output] = Object.keys(metafile.outputs);
  return SERVED_AT + path.basename(output);
}
