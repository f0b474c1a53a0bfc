/** The map itself: opens it, shows what it is told to, and says which deposits were pointed at. */

import { type GeoJSONSource, type LngLatBoundsLike, Map, type MapGeoJSONFeature, type PointLike, ScaleControl, setWorkerUrl } from "maplibre-gl";

import { addressOf } from "./api.ts";
import { bboxOf } from "./box.ts";
import { clusterFrom, type Cluster } from "./clusters.ts";
import { tilesFor, type Filter } from "./filter.ts";
import { CLUSTERS, DEPOSIT_LAYERS, OUTLINES, styleOf, type Look, type Shown } from "./mapstyle.ts";
import { DIAMOND, diamondImage } from "./marks.ts";
import type { Theme } from "./palette.ts";

/** Both sides of the border, from the Great Basin to Oaxaca. */
const BORDER_REGION: LngLatBoundsLike = [-119, 16.5, -92, 41];

/** A template and not an address yet: no URL parser. */
const GLYPHS = "fonts/{fontstack}/{range}.pbf";

/** A finger is wider than a dot: everything this near the pointer was pointed at. */
const REACH_PX = { mouse: 4, touch: 12 };

export interface Pointed {
  id: string;
  name: string | null;
  source: string;
  commodity: string | undefined;
  position: [number, number];
}

/** What was pointed at: a cluster, else so many deposits, or none. */
export interface Pointing {
  cluster: Cluster | null;
  deposits: Pointed[];
}

const NOTHING: Pointing = { cluster: null, deposits: [] };

export type DepositMap = ReturnType<typeof openMap>;

/** Throws when the browser has no WebGL. */
export function openMap(container: HTMLElement, theme: Theme, fit: () => Padding) {
  setWorkerUrl(addressOf(ASSETS.worker));
  let look: Look = { theme, outlines: addressOf(ASSETS.outlines), glyphs: addressOf(".") + GLYPHS, deposits: null, chosen: null };
  const map = new Map({
    container,
    style: styleOf(look),
    bounds: BORDER_REGION,
    fitBoundsOptions: { padding: fit() },
    hash: "map",
    maxZoom: 17,
    attributionControl: false,
    dragRotate: false,
    touchPitch: false,
    pitchWithRotate: false,
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new ScaleControl({ unit: "metric" }), "bottom-right");
  map.on("style.load", () => {
    if (!map.hasImage(DIAMOND.name)) map.addImage(DIAMOND.name, diamondImage(), { sdf: true, pixelRatio: DIAMOND.pixelRatio });
  });

  // The style's differ turns only what differs. Other tiles make another source, and so does a chosen place. MapLibre's
  // setTiles would keep the source, but it never asks again for a tile that failed, and takes an equal ETag for an equal
  // tile though the address differs.
  const redraw = (change: Partial<Look>) => {
    look = { ...look, ...change };
    map.setStyle(styleOf(look));
  };

  return {
    map,
    setTheme: (next: Theme) => redraw({ theme: next }),
    mark: (chosen: readonly number[] | null) => redraw({ chosen }),
    show: (deposits: Omit<Shown, "tiles">, filter: Filter) => redraw({ deposits: narrowed(deposits, filter) }),

    filter(filter: Filter): void {
      if (look.deposits) redraw({ deposits: narrowed(look.deposits, filter) });
    },

    /** Asks again for what could not be loaded. */
    reload(): void {
      const { deposits } = look;
      redraw({ deposits: null });
      redraw({ deposits });
      map.getSource<GeoJSONSource>(OUTLINES)?.setData(look.outlines);
    },

    bbox(): string {
      const bounds = map.getBounds();
      return bboxOf({ west: bounds.getWest(), south: bounds.getSouth(), east: bounds.getEast(), north: bounds.getNorth() });
    },

    toBorderRegion(): void {
      map.fitBounds(BORDER_REGION, { padding: fit() });
    },

    /** Moves only when the position is not in the open part of the map, or when a zoom is asked for. */
    bringIntoView([longitude, latitude]: readonly number[], zoom: number | null = null): void {
      const target: [number, number] = [longitude ?? 0, latitude ?? 0];
      const open = fit();
      const { clientWidth: width, clientHeight: height } = container;
      const at = map.project(target);
      const isOpen = at.x > open.left && at.x < width - open.right && at.y > open.top && at.y < height - open.bottom;
      if (isOpen && zoom === null) return;
      const offset: PointLike = [(open.left - open.right) / 2, (open.top - open.bottom) / 2];
      map.easeTo({ center: target, offset, ...(zoom !== null && { zoom }) });
    },

    onPointed(listener: (pointing: Pointing) => void): void {
      map.on("click", ({ point, originalEvent }) => {
        const isTouch = originalEvent instanceof PointerEvent && originalEvent.pointerType === "touch";
        listener(pointingAt(map, point, isTouch ? REACH_PX.touch : REACH_PX.mouse));
      });
    },

    onHover(listener: (pointing: Pointing, x: number, y: number) => void): void {
      map.on("mousemove", ({ point }) => {
        const pointing = pointingAt(map, point, REACH_PX.mouse);
        map.getCanvas().style.cursor = pointing.cluster || pointing.deposits.length > 0 ? "pointer" : "";
        listener(pointing, point.x, point.y);
      });
      // A map that moves takes what was pointed at from under the pointer.
      for (const leaving of ["mouseout", "movestart"] as const) map.on(leaving, () => listener(NOTHING, 0, 0));
    },
  };
}

const narrowed = ({ tileJson, commodity }: Omit<Shown, "tiles">, filter: Filter): Shown =>
  ({ tileJson, commodity, tiles: tilesFor(tileJson.tiles, addressOf("."), filter) });

export interface Padding {
  top: number;
  right: number;
  bottom: number;
  left: number;
}

interface Place {
  x: number;
  y: number;
}

/** What is drawn on top under the pointer itself; else the deposits within reach of it, else a cluster within reach. */
function pointingAt(map: Map, place: Place, reach: number): Pointing {
  const [onTop] = drawnAt(map, place, 0, [...DEPOSIT_LAYERS, CLUSTERS]);
  const under = onTop ? clusterFrom(onTop) : null;
  const deposits = under ? [] : pointedAt(map, place, reach);
  const cluster = deposits.length > 0 ? null : (under ?? clusterNear(map, place, reach));
  return { cluster, deposits };
}

function pointedAt(map: Map, place: Place, reach: number): Pointed[] {
  const found = drawnAt(map, place, reach, DEPOSIT_LAYERS).flatMap(pointedFrom);
  // Neighbouring tiles overlap a little, so a deposit near a tile's edge is found twice.
  return [...new globalThis.Map(found.map((deposit) => [deposit.id, deposit])).values()];
}

function clusterNear(map: Map, place: Place, reach: number): Cluster | null {
  const [first] = drawnAt(map, place, reach, [CLUSTERS]);
  return first ? clusterFrom(first) : null;
}

/** The features of those layers within reach, the topmost first. */
function drawnAt(map: Map, { x, y }: Place, reach: number, wanted: readonly string[]): MapGeoJSONFeature[] {
  const layers = wanted.filter((id) => map.getLayer(id));
  return layers.length > 0 ? map.queryRenderedFeatures([[x - reach, y - reach], [x + reach, y + reach]], { layers }) : [];
}

function pointedFrom({ properties, geometry }: MapGeoJSONFeature): Pointed[] {
  if (geometry.type !== "Point" || typeof properties.id !== "string") return [];
  const [longitude = 0, latitude = 0] = geometry.coordinates;
  const { id, name = null, source, commodity } = properties;
  return [{ id, name, source, commodity, position: [longitude, latitude] }];
}
