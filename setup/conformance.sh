#!/usr/bin/env bash
# Sets everything up and reads the service with real clients; what follows goes to pytest.
set -eu
. "$(dirname "$0")/common.sh"

setup/python.sh
setup/web.sh
setup/boundaries.sh
setup/clients.sh
DATABASE_URL=$(setup/postgis.sh)
export DATABASE_URL
say "Reading the service with QGIS, GDAL, OWSLib and others" "Leyendo el servicio con QGIS, GDAL, OWSLib y otros"
exec .venv/bin/pytest --no-cov -m conformance tests/conformance "$@"
