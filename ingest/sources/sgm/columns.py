"""SGM's columns under all the names they come with: service aliases, database names, cut to ten for a shapefile."""

import re
from typing import Any

from app.domain.vocabulary import fold

# The aliases were read in answers of the service; the layer's database names are not published. A placemark of KML is
# called by its Name.
_NAMES = {
    "name": ("Nombre", "NOMBRE_MINA", "NOM_MINA", "Name"),
    "commodities": ("Sustancia", "Sustancias", "SUBSTANCIA"),
    "operation": ("Tipo de operación", "TIPO_OPERACION", "TIPO_OPER"),
    "structure": ("Estructura", "ESTRUCTURAS"),
    "mineralisation": ("Tipo de mineralización", "TIPO_MINERALIZACION", "TIPO_MIN"),
    "origin": ("Origen",),
    "alteration": ("Alteración", "ALTERACIONES"),
    "scale": ("Escala",),
}


def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", fold(name))


_EXACT = {_key(name): attribute for attribute, names in _NAMES.items() for name in names}
# A shapefile keeps ten characters of a column's name.
_CUT = {_key(name[:10]): attribute for attribute, names in _NAMES.items() for name in names}


def attributes(said: dict[str, Any]) -> dict[str, Any]:
    """The values that we harmonise, by our names for them; a column's first spelling that is known counts."""
    found: dict[str, Any] = {}
    for name, value in said.items():
        key = _key(name)
        attribute = _EXACT.get(key) or _CUT.get(key)
        if attribute:
            found.setdefault(attribute, value)
    return found
