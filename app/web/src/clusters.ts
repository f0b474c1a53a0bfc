/** Clusters: what a tile says of deposits too near one another to be drawn apart, and how the page words it. */

import type { GeoJSONFeature } from "maplibre-gl";

import { labelOf, type Vocabulary } from "./catalogue.ts";
import { formatNumber } from "./format.ts";
import { wordsOf, type Lang } from "./words.ts";

export interface Cluster {
  count: number;
  /** How many deposits have which first commodity: the most frequent ones, the most frequent first. */
  commodities: readonly (readonly [code: string, count: number])[];
  /** The zoom at which it falls apart. */
  opensAt: number;
  position: [number, number];
}

/** Null for what is no cluster. */
export function clusterFrom({ properties, geometry }: Pick<GeoJSONFeature, "properties" | "geometry">): Cluster | null {
  if (geometry.type !== "Point" || typeof properties.point_count !== "number") return null;
  const [longitude = 0, latitude = 0] = geometry.coordinates;
  return {
    count: properties.point_count,
    commodities: countsIn(properties.commodity_counts ?? ""),
    opensAt: properties.opens_at,
    position: [longitude, latitude],
  };
}

/** `gold:120,silver:80` */
const countsIn = (text: string): [string, number][] =>
  text.split(",").filter(Boolean).map((pair) => {
    const [code = "", count] = pair.split(":");
    return [code, Number(count)];
  });

/** `1,234 deposits · Gold 120, Silver 80 …` */
export function clusterText({ count, commodities }: Cluster, commodity: Vocabulary | undefined, lang: Lang): string {
  const named = commodities.map(([code, n]) => `${labelOf(commodity, code, lang)} ${formatNumber(n, lang)}`);
  const rest = count - commodities.reduce((sum, [, n]) => sum + n, 0);
  const total = wordsOf(lang).deposits(count, formatNumber(count, lang));
  if (named.length === 0) return total;
  return `${total} · ${named.join(", ")}${rest > 0 ? " …" : ""}`;
}
