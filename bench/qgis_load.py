"""Loads a whole layer as QGIS does, and prints how many features it has got whenever another thousand is there.

qgis_load.py ADDRESS COLLECTION PROFILE; run by the system's Python, which has QGIS.
"""

import sys

from qgis.core import QgsApplication, QgsVectorLayer


def main() -> None:
    address, collection, profile = sys.argv[1:]
    application = QgsApplication([], False, profile)
    application.initQgis()
    layer = QgsVectorLayer(f"url='{address}' typename='{collection}' pagingEnabled='true'", "deposits", "OAPIF")
    if not layer.isValid():
        sys.exit(f"QGIS does not take the layer: {layer.error().message()}")
    number = 0
    for number, _ in enumerate(layer.getFeatures(), 1):
        if number % 1000 == 0:
            print(number, flush=True)  # noqa: T201
    print(number, flush=True)  # noqa: T201
    del layer
    application.exitQgis()


if __name__ == "__main__":
    main()
