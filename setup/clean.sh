#!/usr/bin/env bash
# Stops this clone's database and removes all that set-up made, the database too.
set -eu
. "$(dirname "$0")/common.sh"
. setup/cluster.sh

remove_cluster() {
    local home made_for
    home=$(readlink -f var/postgres)
    made_for=$(recorded_path "$home")
    stop_server "$home"
    rm -rf "$home" "/tmp/vetalode-$(key_of "$made_for")"
}

lock
say "Stopping the database and removing all that set-up made" \
    "Deteniendo la base de datos y quitando todo lo que se preparó"
if [ -e var/postgres ] && ours; then remove_cluster; fi
rm -rf "$(outside_home "$root")" "$(outside_home "$root").old"
rm -rf .venv app/web/node_modules app/web/dist app/web/build ingest/boundaries.geojsonl* var
