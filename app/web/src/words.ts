/** Every sentence the page says, in English and in Spanish. A word missing in one of them does not compile. */

export const LANGS = ["en", "es"] as const;
export type Lang = (typeof LANGS)[number];

export interface Words {
  tagline: string;
  languages: string;
  openPanel: string;
  closePanel: string;
  close: string;
  retry: string;

  mapName: string;
  map: string;
  zoomIn: string;
  zoomOut: string;
  startView: string;

  deposits: (n: number, formatted: string) => string;
  syntheticIncluded: (formatted: string) => string;
  syntheticDeposit: string;
  counting: string;
  countUnknown: string;
  filters: string;
  clearFilters: string;
  commodity: string;
  country: string;
  status: string;
  source: string;
  anyCommodity: string;
  anyCountry: string;
  anyStatus: string;
  moreFilters: string;
  anyState: string;
  criticalFilter: string;
  criticalChoices: Record<"any" | "both" | "either", string>;
  criticalList: string;
  anyList: string;
  noOption: string;
  remove: (label: string) => string;

  legend: string;
  legendColour: string;
  legendShape: string;
  legendCluster: string;

  list: string;
  listShown: (shown: string, matched: string) => string;
  listEmpty: string;
  unnamed: string;

  take: string;
  takeExtract: string;
  takeExtractHint: string;
  takeView: string;
  takeViewHint: string;
  startPage: string;
  startPageHint: string;
  takeApi: string;
  takeApiHint: string;
  sources: string;
  citation: string;
  licence: string;
  outlines: string;
  release: (name: string, date: string) => string;

  several: (n: string) => string;
  severalMore: (n: string) => string;
  backToList: string;
  loading: string;
  field: string;
  harmonised: string;
  verbatim: string;
  notStated: string;
  notHarmonised: string;
  silent: (titles: string) => string;
  groupsOfRows: Record<RowGroup, string>;
  name: string;
  otherNames: string;
  commodities: string;
  ranks: Record<Rank, string>;
  state: string;
  byPosition: string;
  county: string;
  criticalMinerals: string;
  criticalTo: (countries: string) => string;
  criticalToNone: string;
  byListsInForce: string;
  onNoList: string;
  listed: (commodity: string, named: string) => string;
  standings: Record<string, string>;
  notInForce: string;
  asOf: (date: string) => string;
  asOfRetrieval: (date: string) => string;
  featureKind: string;
  occurrenceType: string;
  mineStatus: string;
  operation: string;
  years: string;
  yearsOf: Record<YearName, string>;
  depositType: string;
  levels: Record<string, string>;
  depositForm: string;
  hostRock: string;
  alteration: string;
  sizes: Record<SizeName, string>;
  position: string;
  accuracy: string;
  accuracyWithin: (metres: string) => string;
  coordinates: string;
  sourceDatum: string;
  transform: string;
  transformNone: string;
  positionRules: Record<string, string>;
  positionChecks: Record<string, string>;
  hemispheres: { north: string; south: string; east: string; west: string };
  provenance: string;
  layer: string;
  sourceId: string;
  retrieved: string;
  sourceFile: string;
  sourceRow: string;
  releaseName: string;
  sourcePage: string;
  asJson: string;

  droppedFromLink: (values: string) => string;
  errors: Record<ErrorName, string>;
  reference: (status: number) => string;
}

export type Rank = "primary" | "secondary" | "tertiary" | "unranked";
export type RowGroup = "identity" | "contents" | "status" | "geology" | "size";
export type YearName = "discovered" | "first" | "last";
export type SizeName = "production" | "deposit" | "operation";
export type ErrorName = "silent" | "unavailable" | "refused" | "missing" | "faulty" | "tiles" | "webgl";

const en: Words = {
  tagline: "Mineral deposits of two geological surveys, in one vocabulary, beside the sources’ own words.",
  languages: "Language",
  openPanel: "Filters and legend",
  closePanel: "Show the map",
  close: "Close",
  retry: "Try again",

  mapName: "Map",
  map: "Map of mineral deposits. Arrow keys move it, plus and minus zoom.",
  zoomIn: "Zoom in",
  zoomOut: "Zoom out",
  startView: "Back to the border region",

  deposits: (n, formatted) => `${formatted} ${n === 1 ? "deposit" : "deposits"}`,
  syntheticIncluded: (formatted) => `Synthetic records in this release, written to try the service: ${formatted}`,
  syntheticDeposit: "Synthetic record, written to try the service; not data of the survey.",
  counting: "Counting…",
  countUnknown: "Count not available",
  filters: "Filters",
  clearFilters: "Clear filters",
  commodity: "Commodity",
  country: "Country",
  status: "Status",
  source: "Source",
  anyCommodity: "Any commodity",
  anyCountry: "Any country",
  anyStatus: "Any status",
  moreFilters: "More filters",
  anyState: "Any state",
  criticalFilter: "Critical to the U.S. and Mexico, by the lists in force",
  criticalChoices: { any: "Any", both: "To both", either: "To either" },
  criticalList: "List of critical minerals",
  anyList: "Any list, or none",
  noOption: "Nothing by that name",
  remove: (label) => `Remove ${label}`,

  legend: "Legend",
  legendColour: "Colour: leading commodity",
  legendShape: "Shape: source",
  legendCluster: "So many deposits close together, in the colour of the commodity that leads most of them. Select the ring to open it.",

  list: "Deposits in this view",
  listShown: (shown, matched) => `${shown} of ${matched} in this view`,
  listEmpty: "No deposit in this view matches the filters.",
  unnamed: "Unnamed deposit",

  take: "Get the data",
  takeExtract: "Extract, GeoJSON",
  takeExtractHint: "every deposit the filters match",
  takeView: "This view, GeoJSON",
  takeViewHint: "a bbox query, page by page",
  startPage: "Start page",
  startPageHint: "the deposits to read, without a map",
  takeApi: "API documentation",
  takeApiHint: "bbox queries, tiles, extracts",
  sources: "Sources and licences",
  citation: "Cite as",
  licence: "Licence",
  outlines: "Outlines: Natural Earth, public domain.",
  release: (name, date) => `Release ${name}, published ${date}`,

  several: (n) => `${n} deposits here`,
  severalMore: (n) => `and ${n} more: zoom in to tell them apart`,
  backToList: "Back to the list",
  loading: "Loading…",
  field: "Field",
  harmonised: "Harmonised",
  verbatim: "Source’s words",
  notStated: "not stated",
  notHarmonised: "no harmonised value",
  silent: (titles) => `Not stated: ${titles}.`,
  groupsOfRows: {
    identity: "Name and place",
    contents: "What it holds",
    status: "Status and years, as recorded",
    geology: "Geology",
    size: "Size, by separate measures",
  },
  name: "Name",
  otherNames: "Other names",
  commodities: "Commodities",
  ranks: { primary: "primary", secondary: "secondary", tertiary: "tertiary", unranked: "rank not stated" },
  state: "State",
  byPosition: "by the position",
  county: "County or municipality",
  criticalMinerals: "Critical minerals",
  criticalTo: (countries) => `Critical to: ${countries}`,
  criticalToNone: "On no list in force",
  byListsInForce: "by the lists in force",
  onNoList: "On none of the lists",
  listed: (commodity, named) => `${commodity} (listed: ${named})`,
  standings: { law: "law", official: "official", presented: "presented, not decreed" },
  notInForce: "no longer in force",
  asOf: (date) => `recorded as of ${date}`,
  asOfRetrieval: (date) => `recorded as of ${date}, when retrieved`,
  featureKind: "Kind of feature",
  occurrenceType: "Type of occurrence",
  mineStatus: "Status of the mine",
  operation: "Operation",
  years: "Years",
  yearsOf: { discovered: "discovery", first: "first production", last: "last production" },
  depositType: "Deposit type",
  levels: { type: "type", group: "group of types", environment: "environment" },
  depositForm: "Form",
  hostRock: "Host rock",
  alteration: "Alteration",
  sizes: { production: "Amount produced", deposit: "Size of the deposit", operation: "Size of the mine or showing" },
  position: "Position",
  accuracy: "Accuracy",
  accuracyWithin: (metres) => `± ${metres} m`,
  coordinates: "WGS 84",
  sourceDatum: "Source’s datum",
  transform: "Operation to WGS 84",
  transformNone: "none, already in it",
  positionRules: {
    "longitude-sign": "Moved by us: as written, the point lay outside the stated country, so the sign of its longitude was changed.",
    "latitude-sign": "Moved by us: as written, the point lay outside the stated country, so the sign of its latitude was changed.",
    "both-signs": "Moved by us: as written, the point lay outside the stated country, so the signs of its longitude and latitude were changed.",
    "axes-swapped": "Moved by us: as written, the point could not lie in the stated country, so its longitude and latitude were swapped.",
  },
  positionChecks: {
    "outside-stated-country": "Odd: the point lies outside the country that the source states. It stays where the source puts it.",
    "outside-stated-state": "Odd: the point lies outside the state that the source states. It stays where the source puts it.",
    "datum-not-stated": "Odd: the source states no datum. WGS 84 is assumed, and the accuracy allows for that.",
  },
  hemispheres: { north: "N", south: "S", east: "E", west: "W" },
  provenance: "Where it comes from",
  layer: "Layer",
  sourceId: "Identifier in the source",
  retrieved: "Retrieved",
  sourceFile: "Source file (SHA-256)",
  sourceRow: "Row in the file",
  releaseName: "Release",
  sourcePage: "Page at the source",
  asJson: "This deposit as GeoJSON",

  droppedFromLink: (values) => `The link asked for values this service does not know; they were left out: ${values}.`,
  errors: {
    silent: "The service does not answer. Check the connection and try again.",
    unavailable: "The service is not available at the moment. Try again in a minute.",
    refused: "The service refused the question.",
    missing: "This deposit is not in the current release.",
    faulty: "The service failed to answer. Try again; if it persists, tell whoever runs it.",
    tiles: "Part of the map could not be loaded.",
    webgl: "This browser cannot draw the map (WebGL is missing). The filters, the list and the extracts still work.",
  },
  reference: (status) => `HTTP ${status}`,
};

const es: Words = {
  tagline: "Yacimientos minerales de dos servicios geológicos, en un solo vocabulario, junto a las palabras de cada fuente.",
  languages: "Idioma",
  openPanel: "Filtros y leyenda",
  closePanel: "Ver el mapa",
  close: "Cerrar",
  retry: "Reintentar",

  mapName: "Mapa",
  map: "Mapa de yacimientos minerales. Las flechas lo mueven; más y menos lo acercan y alejan.",
  zoomIn: "Acercar",
  zoomOut: "Alejar",
  startView: "Volver a la región fronteriza",

  deposits: (n, formatted) => `${formatted} ${n === 1 ? "yacimiento" : "yacimientos"}`,
  syntheticIncluded: (formatted) => `Registros sintéticos en esta edición, escritos para probar el servicio: ${formatted}`,
  syntheticDeposit: "Registro sintético, escrito para probar el servicio; no es dato del servicio geológico.",
  counting: "Contando…",
  countUnknown: "Conteo no disponible",
  filters: "Filtros",
  clearFilters: "Quitar filtros",
  commodity: "Sustancia",
  country: "País",
  status: "Situación",
  source: "Fuente",
  anyCommodity: "Cualquier sustancia",
  anyCountry: "Cualquier país",
  anyStatus: "Cualquier situación",
  moreFilters: "Más filtros",
  anyState: "Cualquier estado",
  criticalFilter: "Crítico para EE. UU. y México, según las listas vigentes",
  criticalChoices: { any: "Todos", both: "Para ambos", either: "Para alguno" },
  criticalList: "Lista de minerales críticos",
  anyList: "Cualquier lista, o ninguna",
  noOption: "Nada con ese nombre",
  remove: (label) => `Quitar ${label}`,

  legend: "Leyenda",
  legendColour: "Color: sustancia principal",
  legendShape: "Forma: fuente",
  legendCluster: "Tantos yacimientos cercanos entre sí, del color de la sustancia que encabeza más de ellos. Elija el anillo para abrirlo.",

  list: "Yacimientos en esta vista",
  listShown: (shown, matched) => `${shown} de ${matched} en esta vista`,
  listEmpty: "Ningún yacimiento de esta vista cumple los filtros.",
  unnamed: "Yacimiento sin nombre",

  take: "Obtener los datos",
  takeExtract: "Extracto, GeoJSON",
  takeExtractHint: "todo yacimiento que cumple los filtros",
  takeView: "Esta vista, GeoJSON",
  takeViewHint: "consulta bbox, página a página",
  startPage: "Página de inicio",
  startPageHint: "los yacimientos para leer, sin mapa",
  takeApi: "Documentación de la API",
  takeApiHint: "consultas bbox, teselas, extractos",
  sources: "Fuentes y licencias",
  citation: "Citar como",
  licence: "Licencia",
  outlines: "Contornos: Natural Earth, dominio público.",
  release: (name, date) => `Edición ${name}, publicada el ${date}`,

  several: (n) => `${n} yacimientos aquí`,
  severalMore: (n) => `y ${n} más: acerque el mapa para distinguirlos`,
  backToList: "Volver a la lista",
  loading: "Cargando…",
  field: "Campo",
  harmonised: "Armonizado",
  verbatim: "Palabras de la fuente",
  notStated: "no declarado",
  notHarmonised: "sin valor armonizado",
  silent: (titles) => `No declarado: ${titles}.`,
  groupsOfRows: {
    identity: "Nombre y lugar",
    contents: "Qué contiene",
    status: "Situación y años, según el registro",
    geology: "Geología",
    size: "Tamaño, por medidas separadas",
  },
  name: "Nombre",
  otherNames: "Otros nombres",
  commodities: "Sustancias",
  ranks: { primary: "principales", secondary: "secundarias", tertiary: "terciarias", unranked: "rango no declarado" },
  state: "Estado",
  byPosition: "por la posición",
  county: "Municipio o condado",
  criticalMinerals: "Minerales críticos",
  criticalTo: (countries) => `Críticos para: ${countries}`,
  criticalToNone: "En ninguna lista vigente",
  byListsInForce: "según las listas vigentes",
  onNoList: "En ninguna de las listas",
  listed: (commodity, named) => `${commodity} (en la lista: ${named})`,
  standings: { law: "ley", official: "oficial", presented: "presentada, no decretada" },
  notInForce: "ya no vigente",
  asOf: (date) => `según el registro a fecha de ${date}`,
  asOfRetrieval: (date) => `según el registro al ${date}, cuando se obtuvo`,
  featureKind: "Clase de objeto",
  occurrenceType: "Tipo de manifestación",
  mineStatus: "Situación de la mina",
  operation: "Operación",
  years: "Años",
  yearsOf: { discovered: "descubrimiento", first: "primera producción", last: "última producción" },
  depositType: "Tipo de yacimiento",
  levels: { type: "tipo", group: "grupo de tipos", environment: "ambiente" },
  depositForm: "Forma",
  hostRock: "Roca encajonante",
  alteration: "Alteración",
  sizes: { production: "Cantidad producida", deposit: "Tamaño del yacimiento", operation: "Tamaño de la mina o manifestación" },
  position: "Posición",
  accuracy: "Exactitud",
  accuracyWithin: (metres) => `± ${metres} m`,
  coordinates: "WGS 84",
  sourceDatum: "Datum de la fuente",
  transform: "Operación a WGS 84",
  transformNone: "ninguna, ya está en él",
  positionRules: {
    "longitude-sign": "Corregida aquí: tal como venía, el punto caía fuera del país declarado; se cambió el signo de su longitud.",
    "latitude-sign": "Corregida aquí: tal como venía, el punto caía fuera del país declarado; se cambió el signo de su latitud.",
    "both-signs": "Corregida aquí: tal como venía, el punto caía fuera del país declarado; se cambiaron los signos de su longitud y su latitud.",
    "axes-swapped": "Corregida aquí: tal como venía, el punto no podía estar en el país declarado; se intercambiaron su longitud y su latitud.",
  },
  positionChecks: {
    "outside-stated-country": "Anomalía: el punto cae fuera del país que declara la fuente. Se deja donde la fuente lo pone.",
    "outside-stated-state": "Anomalía: el punto cae fuera del estado que declara la fuente. Se deja donde la fuente lo pone.",
    "datum-not-stated": "Anomalía: la fuente no declara el datum. Se supone WGS 84, y la exactitud lo toma en cuenta.",
  },
  hemispheres: { north: "N", south: "S", east: "E", west: "O" },
  provenance: "De dónde viene",
  layer: "Capa",
  sourceId: "Identificador en la fuente",
  retrieved: "Obtenido el",
  sourceFile: "Archivo de origen (SHA-256)",
  sourceRow: "Fila en el archivo",
  releaseName: "Edición",
  sourcePage: "Página en la fuente",
  asJson: "Este yacimiento en GeoJSON",

  droppedFromLink: (values) => `El enlace pedía valores que este servicio no conoce; se dejaron fuera: ${values}.`,
  errors: {
    silent: "El servicio no responde. Revise la conexión y vuelva a intentarlo.",
    unavailable: "El servicio no está disponible por el momento. Vuelva a intentarlo en un minuto.",
    refused: "El servicio rechazó la consulta.",
    missing: "Este yacimiento no está en la edición vigente.",
    faulty: "El servicio no pudo responder. Vuelva a intentarlo; si persiste, avise a quien lo administra.",
    tiles: "Una parte del mapa no se pudo cargar.",
    webgl: "Este navegador no puede dibujar el mapa (falta WebGL). Los filtros, la lista y los extractos sí funcionan.",
  },
  reference: (status) => `HTTP ${status}`,
};

const SPOKEN: Record<Lang, Words> = { en, es };

export const wordsOf = (lang: Lang): Words => SPOKEN[lang];

/** The words that are one plain sentence: what index.html may ask for with data-word. */
export type PlainWord = { [K in keyof Words]: Words[K] extends string ? K : never }[keyof Words];

const REMEMBERED = "vetalode.lang";

/** What the address asks for, else what was chosen before, else what the browser speaks, else English. */
export function firstLang(query: URLSearchParams): Lang {
  const wishes = [query.get("lang"), remembered(), ...navigator.languages];
  return wishes.map(langOf).find((lang) => lang !== undefined) ?? "en";
}

/** es for es-MX, and undefined for a language we do not speak. */
export const langOf = (tag: string | null): Lang | undefined =>
  LANGS.find((lang) => tag?.toLowerCase().split("-")[0] === lang);

/** The browser's own regional variety of a language where it has one, else that of the survey that speaks it. */
export const localeOf = (lang: Lang): string =>
  navigator.languages.find((tag) => langOf(tag) === lang) ?? { en: "en-US", es: "es-MX" }[lang];

// A browser may forbid storage (private windows, strict settings); the page then only forgets.
function remembered(): string | null {
  try {
    return localStorage.getItem(REMEMBERED);
  } catch {
    return null;
  }
}

export function remember(lang: Lang): void {
  try {
    localStorage.setItem(REMEMBERED, lang);
  } catch {
    return;
  }
}
