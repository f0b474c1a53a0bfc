#!/usr/bin/env bash
# Sets everything up and runs the tests; what follows goes to pytest.
set -eu
. "$(dirname "$0")/common.sh"

setup/python.sh
setup/web.sh
setup/boundaries.sh
DATABASE_URL=$(setup/postgis.sh)
chromium=$(setup/chromium.sh)
export DATABASE_URL ${chromium:+VETALODE_CHROMIUM="$chromium"}
say "Testing" "Probando"
exec .venv/bin/pytest "$@"
