/** Where the build put what the page loads by address; relative to the page. */
declare const ASSETS: { readonly worker: string; readonly outlines: string };

interface Window {
  /** For tests and for the curious at the browser's console. */
  vetalode?: { map: import("maplibre-gl").Map };
}
