/** A view of the map as the bbox a question carries. */

export interface Bounds {
  west: number;
  south: number;
  east: number;
  north: number;
}

/**
 * `west,south,east,north` within ±180 and ±90, to about 10 m. The map counts on past the 180th meridian when it is
 * dragged round the globe; in a bbox a west beyond the east crosses it (RFC 7946 §5.2).
 */
export function bboxOf({ west, south, east, north }: Bounds): string {
  const isWholeGlobe = east - west >= 360;
  const [w, e] = isWholeGlobe ? [-180, 180] : [wrapped(west), wrapped(east)];
  return [w, Math.max(south, -90), e, Math.min(north, 90)].map(short).join(",");
}

const wrapped = (longitude: number): number => ((((longitude + 180) % 360) + 360) % 360) - 180;

const short = (degrees: number): string => String(Math.round(degrees * 1e4) / 1e4);
