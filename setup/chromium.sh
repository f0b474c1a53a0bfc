#!/usr/bin/env bash
# Finds or installs a Chromium for the browser tests and prints its path; prints nothing without one.
set -eu
. "$(dirname "$0")/common.sh"

# Ubuntu's package of this name is a door to its snap shop, which a container has not.
is_snap() {
    [[ $(readlink -f "$1") == /snap/* || $(readlink -f "$1") == */snap ]] || grep -q '/snap/' <(head -c 4000 "$1")
}

find_chromium() {
    local name path
    for name in "${VETALODE_CHROMIUM:-chromium}" chromium google-chrome google-chrome-stable; do
        path=$(command -v "$name") && ! is_snap "$path" && echo "$path" && return
    done
    return 1
}

skipped() {
    say "The browser tests will be skipped: $1" "Se omitirán las pruebas de navegador: $2"
    exit 0
}

find_chromium && exit
lock
find_chromium && exit
may_install || skipped "there is no Chromium and this account may not install one." \
    "no hay Chromium y esta cuenta no puede instalarlo."
! grep -qx 'ID=ubuntu' /etc/os-release || skipped "Ubuntu has Chromium only as a snap; a Google Chrome would do." \
    "Ubuntu solo tiene Chromium como snap; serviría un Google Chrome."
say "Installing Chromium for the browser tests" "Instalando Chromium para las pruebas de navegador"
apt_install chromium || skipped "Chromium could not be installed." "no se pudo instalar Chromium."
find_chromium
