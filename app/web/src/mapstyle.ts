/** How the map looks, as one MapLibre style made from what is to be shown. */

import type { ExpressionSpecification, FilterSpecification, LayerSpecification, SourceSpecification, StyleSpecification } from "maplibre-gl";

import type { TileJson } from "./api.ts";
import { groupOfCode, type Vocabulary } from "./catalogue.ts";
import { DIAMOND, DIAMOND_SOURCES } from "./marks.ts";
import { colourOf, groundOf, type GroupName, GROUPS, OTHER, outlineOf, type Theme } from "./palette.ts";

/** The deposits, once the service has answered: where their tiles are and how their commodities group. */
export interface Shown {
  tileJson: TileJson;
  tiles: string[];
  commodity: Vocabulary;
}

/** All that the map shows. */
export interface Look {
  theme: Theme;
  outlines: string;
  glyphs: string;
  deposits: Shown | null;
  chosen: readonly number[] | null;
}

export const OUTLINES = "outlines";
const DEPOSITS = "deposits";
const CHOSEN = "chosen";
export const DEPOSIT_LAYERS = ["deposits-disc", "deposits-diamond"];
export const CLUSTERS = "clusters";
const FONT = "Noto Sans Regular";

export function styleOf({ theme, outlines, glyphs, deposits, chosen }: Look): StyleSpecification {
  return {
    version: 8,
    glyphs,
    sources: {
      [OUTLINES]: { type: "geojson", data: outlines },
      ...(deposits && { [DEPOSITS]: depositSource(deposits) }),
      ...(chosen && { [CHOSEN]: { type: "geojson", data: { type: "Point", coordinates: [...chosen] } } }),
    },
    layers: [
      ...groundLayers(theme),
      ...(deposits ? depositLayers(theme, deposits.commodity) : []),
      ...(chosen ? [chosenLayer(theme)] : []),
    ],
  };
}

const depositSource = ({ tileJson: { minzoom, maxzoom, bounds }, tiles }: Shown): SourceSpecification =>
  ({ type: "vector", tiles, minzoom, maxzoom, bounds });

function groundLayers(theme: Theme): LayerSpecification[] {
  const [sea, land, state, border] = (["sea", "land", "state", "border"] as const).map((name) => groundOf(theme, name)) as [string, string, string, string];
  const kind = (name: string): FilterSpecification => ["==", ["get", "kind"], name];
  const source = OUTLINES;
  const round = { "line-join": "round", "line-cap": "round" } as const;
  return [
    { id: "sea", type: "background", paint: { "background-color": sea } },
    { id: "land", type: "fill", source, filter: kind("land"), paint: { "fill-color": land } },
    { id: "state", type: "line", source, filter: kind("state"), layout: round, paint: { "line-color": state, "line-width": byZoom(3, 0.5, 8, 1.2) } },
    { id: "lake", type: "fill", source, filter: kind("lake"), paint: { "fill-color": sea } },
    { id: "border", type: "line", source, filter: kind("border"), layout: round, paint: { "line-color": border, "line-width": byZoom(2, 0.8, 4, 1.4, 8, 2.2) } },
  ];
}

const COMMON = { source: DEPOSITS, "source-layer": "deposits" };
const IS_CLUSTER: ExpressionSpecification = ["has", "point_count"];
const IS_DIAMOND: ExpressionSpecification = ["in", ["get", "source"], ["literal", DIAMOND_SOURCES]];

/** Clusters below, points above them, and the clusters' numbers above all. */
function depositLayers(theme: Theme, commodity: Vocabulary): LayerSpecification[] {
  const colour = byGroup(commodity, (group) => colourOf(theme, group));
  const outline = byGroup(commodity, (group) => outlineOf(theme, group));
  return [
    clusterDiscs(theme, colour),
    {
      id: "deposits-disc",
      type: "circle",
      ...COMMON,
      filter: ["all", ["!", IS_CLUSTER], ["!", IS_DIAMOND]],
      paint: {
        "circle-radius": RADIUS,
        "circle-color": colour,
        "circle-stroke-color": outline,
        "circle-stroke-width": OUTLINE_WIDTH,
      },
    },
    {
      id: "deposits-diamond",
      type: "symbol",
      ...COMMON,
      filter: ["all", ["!", IS_CLUSTER], IS_DIAMOND],
      layout: {
        "icon-image": DIAMOND.name,
        "icon-size": DIAMOND_SIZE,
        "icon-allow-overlap": true,
        "icon-ignore-placement": true,
      },
      paint: { "icon-color": colour, "icon-halo-color": outline, "icon-halo-width": OUTLINE_WIDTH },
    },
    clusterNumbers(theme, commodity, colour),
  ];
}

const COUNT: ExpressionSpecification = ["get", "point_count"];

/** A broad ring tells a cluster from a deposit. The more lie above the fewer, as their numbers do. */
function clusterDiscs(theme: Theme, colour: ExpressionSpecification): LayerSpecification {
  return {
    id: CLUSTERS,
    type: "circle",
    ...COMMON,
    filter: IS_CLUSTER,
    layout: { "circle-sort-key": COUNT },
    paint: {
      "circle-radius": ["step", COUNT, 6.5, 10, 8, 100, 10, 1000, 13],
      "circle-color": colour,
      "circle-stroke-color": groundOf(theme, "hollow"),
      "circle-stroke-width": 2,
    },
  };
}

/** Where numbers would cover one another, that of the largest cluster stands. */
function clusterNumbers(theme: Theme, commodity: Vocabulary, colour: ExpressionSpecification): LayerSpecification {
  return {
    id: "clusters-number",
    type: "symbol",
    ...COMMON,
    filter: IS_CLUSTER,
    layout: {
      "text-field": ["case", [">", COUNT, 9999], ["concat", ["round", ["/", COUNT, 1000]], "k"], ["to-string", COUNT]],
      "text-font": [FONT],
      "text-size": ["step", COUNT, 10, 100, 11],
      "text-padding": 0,
      "symbol-sort-key": ["-", COUNT],
    },
    paint: { "text-color": byGroup(commodity, (group) => inkOn(colourOf(theme, group))), "text-halo-color": colour, "text-halo-width": 1 },
  };
}

const [BLACK, WHITE] = ["#000000", "#ffffff"];

/** Black or white, whichever stands off the colour more (WCAG 2, relative luminance). */
export function inkOn(colour: string): string {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return (luminance + 0.05) ** 2 > 1.05 * 0.05 ? BLACK : WHITE;
}

function chosenLayer(theme: Theme): LayerSpecification {
  const ring = groundOf(theme, "ring");
  return {
    id: CHOSEN,
    type: "circle",
    source: CHOSEN,
    paint: { "circle-radius": byZoom(3, 8, 12, 14), "circle-color": "transparent", "circle-stroke-color": ring, "circle-stroke-width": 2.5 },
  };
}

const byZoom = (...stops: number[]): ExpressionSpecification =>
  ["interpolate", ["linear"], ["zoom"], ...stops] as unknown as ExpressionSpecification;

const RADII = [2, 1.6, 4, 2.4, 6, 3.6, 9, 5.2, 13, 8];
const RADIUS = byZoom(...RADII);
const OUTLINE_WIDTH = byZoom(3, 0.35, 5, 0.6, 8, 1);

/** A diamond of the same area as the disc of that radius: its half diagonal is √(π/2) radii. */
const DIAMOND_SIZE = byZoom(
  ...RADII.map((n, i) => (i % 2 ? (n * Math.sqrt(Math.PI / 2)) / (DIAMOND.halfDiagonalPx / DIAMOND.pixelRatio) : n)),
);

function byGroup(commodity: Vocabulary, colourOf: (group: GroupName) => string): ExpressionSpecification {
  const codesOf = (group: GroupName) => [...commodity.keys()].filter((code) => groupOfCode(commodity, code) === group);
  const branches = GROUPS.filter((group) => group !== OTHER && codesOf(group).length > 0);
  if (branches.length === 0) return ["to-color", colourOf(OTHER)];
  const arms = branches.flatMap((group) => [codesOf(group), colourOf(group)]);
  return ["match", ["get", "commodity"], ...arms, colourOf(OTHER)] as unknown as ExpressionSpecification;
}
