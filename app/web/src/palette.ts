/** The colours: eight groups of commodities, and the map beneath them by day and by night. */

import type { Term } from "./api.ts";
import type { GroupName } from "./words.ts";

export type Theme = "light" | "dark";

/** Every group of the commodity vocabulary, gathered into as many as colours can tell apart. */
const GATHERED: Record<Exclude<GroupName, "other">, readonly string[]> = {
  precious: ["precious-metal", "pgm"],
  base: ["base-metal"],
  ferrous: ["ferrous-metal", "alloy-metal"],
  special: ["light-metal", "minor-metal", "ree"],
  energy: ["energy", "radioactive"],
  industrial: ["industrial-mineral", "fertilizer-mineral", "evaporite", "gemstone"],
  construction: ["construction", "dimension-stone"],
};

export const GROUPS: readonly GroupName[] = [...(Object.keys(GATHERED) as (keyof typeof GATHERED)[]), "other"];

// The hues follow Okabe and Ito's set for colour-blind readers, moved in lightness to stand off land and one another;
// palette.test.ts measures every pair as protanopes, deuteranopes and tritanopes see it.
export const GROUP_COLOURS: Record<Theme, Record<GroupName, string>> = {
  light: {
    precious: "#f0bb1f",
    base: "#0b55ae",
    ferrous: "#a8430f",
    special: "#cc6ccb",
    energy: "#459f66",
    industrial: "#88cefa",
    construction: "#33363b",
    other: "#ffffff",
  },
  dark: {
    precious: "#ffc941",
    base: "#4a6ef0",
    ferrous: "#d25807",
    special: "#a872ab",
    energy: "#6cb783",
    industrial: "#8cd6ff",
    construction: "#5a5e63",
    other: "#14191c",
  },
};

/** The sea, the land and its lines; the outline of a deposit, and of one whose group says nothing; the ring of the chosen. */
export const GROUND: Record<Theme, Record<"sea" | "land" | "state" | "border" | "outline" | "hollow" | "ring", string>> = {
  light: { sea: "#d0dee4", land: "#f6f3eb", state: "#d3cbb9", border: "#8d8371", outline: "#2a3035", hollow: "#5f666a", ring: "#0b3b46" },
  dark: { sea: "#12181c", land: "#262c30", state: "#3f484d", border: "#7b868b", outline: "#0c0f11", hollow: "#9aa5a8", ring: "#ffffff" },
};

export const outlineOf = (theme: Theme, group: GroupName): string => GROUND[theme][group === "other" ? "hollow" : "outline"];

export const groupOf = (term: Term | undefined): GroupName => {
  const groups = Object.keys(GATHERED) as (keyof typeof GATHERED)[];
  return groups.find((name) => GATHERED[name].includes(term?.group ?? "")) ?? "other";
};
