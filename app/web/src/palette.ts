/** The colours: eight groups of commodities, and the map beneath them by day and by night; from the service's tables. */

import commodityGroups from "../../domain/terms/map/commodity_group.csv";
import groundColours from "../../domain/terms/map/ground.csv";
import type { Term } from "./api.ts";
import { cell, rowsBy } from "./table.ts";
import type { Lang } from "./words.ts";

export type Theme = "light" | "dark";

/** A code of `commodity_group.csv`: every group of the commodity vocabulary, gathered into as many as colours can tell apart. */
export type GroupName = string;
export const OTHER: GroupName = "other";

// The hues follow Okabe and Ito's set for colour-blind readers, moved in lightness to stand off land and one another;
// palette.test.ts measures every pair as protanopes, deuteranopes and tritanopes see it.
const ROWS = rowsBy(commodityGroups, "code");
export const GROUPS: readonly GroupName[] = [...ROWS.keys()];
export const colourOf = (theme: Theme, group: GroupName): string => cell(ROWS.get(group), theme);
export const labelOfGroup = (group: GroupName, lang: Lang): string => cell(ROWS.get(group), `label_${lang}`);

const GATHERED: readonly (readonly [GroupName, readonly string[]])[] = GROUPS.map((name) => [
  name,
  cell(ROWS.get(name), "groups").split("|"),
]);
export const groupOf = (term: Term | undefined): GroupName =>
  GATHERED.find(([, gathered]) => gathered.includes(term?.group ?? ""))?.[0] ?? OTHER;

/** The sea, the land and its lines; the outline of a deposit, and of one whose group says nothing; the ring of the chosen. */
export type GroundName = "sea" | "land" | "state" | "border" | "outline" | "hollow" | "ring";
const GROUND = rowsBy(groundColours, "code");
export const groundOf = (theme: Theme, name: GroundName): string => cell(GROUND.get(name), theme);

export const outlineOf = (theme: Theme, group: GroupName): string => groundOf(theme, group === OTHER ? "hollow" : "outline");
