#!/usr/bin/env bash
# Sets everything up, loads the sample data where there is none, and serves until Ctrl-C.
set -eu
. "$(dirname "$0")/common.sh"

export HOST=${HOST:-127.0.0.1} PORT=${PORT:-8000}

address() {
    case $HOST in 0.0.0.0 | ::) echo 127.0.0.1 ;; *) echo "$HOST" ;; esac
}

check_port() {
    if ! [[ $PORT =~ ^[0-9]{1,5}$ ]] || [ "$PORT" -lt 1 ] || [ "$PORT" -gt 65535 ]; then
        die "PORT is a number from 1 to 65535, not '$PORT'." "PORT es un número de 1 a 65535, no '$PORT'."
    fi
    if (exec 3<>"/dev/tcp/$(address)/$PORT") 2>/dev/null; then
        die "Port $PORT is taken. Choose another: PORT=$((PORT + 1)) make run" \
            "El puerto $PORT está ocupado. Elija otro: PORT=$((PORT + 1)) make run"
    fi
}

check_port
setup/python.sh
setup/web.sh
setup/boundaries.sh
DATABASE_URL=$(setup/postgis.sh)
export DATABASE_URL PATH="$PWD/.venv/bin:$PATH"
(lock && setup/sample.sh)
check_port
say "Vetalode is at http://$(address):$PORT/, its map at http://$(address):$PORT/map (Ctrl-C stops it)" \
    "Vetalode está en http://$(address):$PORT/, su mapa en http://$(address):$PORT/map (Ctrl-C lo detiene)"
exec .venv/bin/python -m app
