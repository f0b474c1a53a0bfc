#!/usr/bin/env bash
# Installs what the benches compare with and measure by: tipg, wrk, GDAL's commands and QGIS for Python.
set -eu
. "$(dirname "$0")/common.sh"

has_wrk() { command -v wrk >/dev/null; }

# In an environment of its own: it wants other releases of what we use too.
install_tipg() {
    if [ "$(cat var/tipg/made-from 2>/dev/null)" = "$locked" ]; then return; fi
    say "Installing tipg" "Instalando tipg"
    rm -rf var/tipg
    quietly .venv/bin/python -m venv var/tipg &&
        quietly var/tipg/bin/pip --disable-pip-version-check install --no-deps --require-hashes -r bench/tipg.lock &&
        echo "$locked" >var/tipg/made-from || {
        rm -rf var/tipg
        say "tipg could not be installed; what is compared with it is left out." \
            "No se pudo instalar tipg; lo que se compara con él se omite."
    }
}

locked=$(fingerprint "$root/bench/tipg.lock")
setup/clients.sh
lock
install wrk has_wrk "what it measures is left out." "lo que mide se omite."
install_tipg
