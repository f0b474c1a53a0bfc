#!/usr/bin/env bash
# Prints what puts this clone's commands and its database into a shell: eval "$(setup/shell.sh)".
set -eu
. "$(dirname "$0")/common.sh"

setup/python.sh
setup/web.sh
setup/boundaries.sh
DATABASE_URL=$(setup/postgis.sh)
# shellcheck disable=SC2016  # the reader's shell expands PATH
printf 'export DATABASE_URL=%q PATH=%q:"$PATH"\n' "$DATABASE_URL" "$PWD/.venv/bin"
