#!/usr/bin/env bash
# Reads the code without running it: format, lint, types, import rules, the map page.
set -eu
. "$(dirname "$0")/common.sh"

setup/python.sh
setup/web.sh
. setup/node.sh
PATH=$PWD/.venv/bin:$PATH
say "Checking format and lint" "Revisando formato y estilo"
ruff format --check .
ruff check .
say "Checking types" "Revisando tipos"
mypy
say "Checking the import rules" "Revisando las reglas de importación"
lint-imports
say "Checking the map page" "Revisando la página del mapa"
npm --prefix app/web run check
