#!/usr/bin/env bash
# Sets everything up and measures; what follows goes to the bench.
set -eu
. "$(dirname "$0")/common.sh"

setup/python.sh
setup/web.sh
setup/boundaries.sh
setup/peers.sh
DATABASE_URL=$(setup/postgis.sh)
export DATABASE_URL
say "Measuring" "Midiendo"
exec .venv/bin/python -m bench "$@"
