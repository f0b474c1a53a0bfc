#!/usr/bin/env bash
# Brings the database of DATABASE_URL up to date, and publishes sample_data when it has no release.
set -eu
. "$(dirname "$0")/common.sh"

load_sample() {
    say "Loading sample_data" "Cargando sample_data"
    vetalode ingest mrds --synthetic sample_data/mrds.csv
    vetalode ingest sgm --synthetic sample_data/sgm_minas_250k.json
    vetalode ingest sgm --synthetic sample_data/sgm_minas_50k_page1.geojson sample_data/sgm_minas_50k_page2.geojson
    vetalode publish
}

vetalode migrate
has_release=0
vetalode status --has-release || has_release=$?
case $has_release in
    0) ;;
    3) load_sample ;;
    *) die "The state of the database could not be read." "No se pudo leer el estado de la base de datos." ;;
esac
