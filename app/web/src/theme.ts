/** Day or night as the reader's system has it; the palette's colours become the style sheet's. */

import { colourOf, groundOf, GROUPS, outlineOf, type Theme } from "./palette.ts";

export function followTheme(onTheme: (theme: Theme) => void): Theme {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const theme = (): Theme => (dark.matches ? "dark" : "light");
  dark.addEventListener("change", () => {
    paint(theme());
    onTheme(theme());
  });
  paint(theme());
  return theme();
}

function paint(theme: Theme): void {
  const { style } = document.documentElement;
  for (const group of GROUPS) {
    style.setProperty(`--fill-${group}`, colourOf(theme, group));
    style.setProperty(`--outline-${group}`, outlineOf(theme, group));
  }
  style.setProperty("--sea", groundOf(theme, "sea"));
}
