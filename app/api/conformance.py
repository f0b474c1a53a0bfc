"""The standards' conformance classes that this service holds to; each is tested."""

from app.domain.cql2 import CONFORMANCE as CQL2

_FEATURES = "http://www.opengis.net/spec/ogcapi-features-{}/1.0/conf/{}"
_COMMON = "http://www.opengis.net/spec/ogcapi-common-{}/1.0/conf/{}"
_SCHEMAS = ("schemas", "core-roles-features", "queryables", "returnables-and-receivables")
_TILES = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/{}"

CLASSES = (
    *(_COMMON.format(1, name) for name in ("core", "html", "json", "landing-page", "oas30")),
    *(_COMMON.format(2, name) for name in ("collections", "html", "json")),
    *(_FEATURES.format(1, name) for name in ("core", "geojson", "html", "oas30")),
    _FEATURES.format(2, "crs"),
    *(_FEATURES.format(3, name) for name in ("queryables", "queryables-query-parameters", "filter", "features-filter")),
    # Part 5 was renamed to Common, Part 3 when it was published: QGIS looks for the older name, others for the newer.
    *(classes.format(part, name) for classes, part in ((_FEATURES, 5), (_COMMON, 3)) for name in _SCHEMAS),
    *CQL2,
    *(_TILES.format(name) for name in ("core", "tileset", "tilesets-list", "geodata-tilesets", "mvt", "oas30")),
    "http://www.opengis.net/spec/tms/2.0/conf/tilematrixset",
    "http://www.opengis.net/spec/tms/2.0/conf/json-tilematrixset",
)
