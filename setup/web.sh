#!/usr/bin/env bash
# Builds the map page: app/web becomes app/web/dist.
set -eu
. "$(dirname "$0")/common.sh"
. setup/node.sh

sources() {
    find app/web app/domain/terms/map \( -name node_modules -o -name dist -o -name build \) -prune -o -type f -print0 | sort -z
}

install_packages() {
    say "Installing the map page's packages" "Instalando los paquetes de la página del mapa"
    quietly npm --prefix app/web ci --no-audit --no-fund || die \
        "The map page's packages could not be installed." \
        "No se pudieron instalar los paquetes de la página del mapa."
}

build() {
    say "Building the map page" "Construyendo la página del mapa"
    quietly npm --prefix app/web run build || die \
        "The map page could not be built." "No se pudo construir la página del mapa."
}

lock

made_from=$(fingerprint app/web/package.json app/web/package-lock.json)
if [ "$(cat app/web/node_modules/.made-from 2>/dev/null)" != "$made_from" ]; then
    install_packages
    echo "$made_from" >app/web/node_modules/.made-from
fi

made_from=$(sources | xargs -0 sha256sum | fingerprint -)
if [ "$(cat app/web/dist/.made-from 2>/dev/null)" != "$made_from" ]; then
    build
    echo "$made_from" >app/web/dist/.made-from
fi
