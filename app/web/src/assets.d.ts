/** Where the build put what the page loads by address; relative to the page. */
declare const ASSETS: { readonly worker: string; readonly outlines: string };

/** The build takes a table in as its text. */
declare module "*.csv" {
  const text: string;
  export default text;
}

interface Window {
  /** For tests and for the curious at the browser's console. */
  vetalode?: { map: import("maplibre-gl").Map };
}
