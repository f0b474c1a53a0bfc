#!/usr/bin/env bash
# Installs the programs that the conformance tests read the service with: GDAL's commands, and QGIS for Python.
set -eu
. "$(dirname "$0")/common.sh"

has_gdal() { command -v ogrinfo >/dev/null && command -v ogr2ogr >/dev/null; }

# The packages of QGIS are made for the system's own Python.
has_qgis() { QT_QPA_PLATFORM=offscreen /usr/bin/python3 -c 'import qgis.core' 2>/dev/null; }

lock
without=("the tests that need it will fail." "las pruebas que lo necesitan fallarán.")
install gdal-bin has_gdal "${without[@]}"
install python3-qgis has_qgis "${without[@]}"
