#!/usr/bin/env bash
# Installs the programs that the conformance tests read the service with: GDAL's commands, and QGIS for Python.
set -eu
. "$(dirname "$0")/common.sh"

has_gdal() { command -v ogrinfo >/dev/null && command -v ogr2ogr >/dev/null; }

# The packages of QGIS are made for the system's own Python.
has_qgis() { QT_QPA_PLATFORM=offscreen /usr/bin/python3 -c 'import qgis.core' 2>/dev/null; }

# install PACKAGE CHECK; without it, the tests that need it fail and name it.
install() {
    if "$2"; then return; fi
    say "Installing $1 (a minute or two)" "Instalando $1 (uno o dos minutos)"
    may_install && apt_install "$1" && "$2" || say \
        "$1 could not be installed; the tests that need it will fail." \
        "No se pudo instalar $1; las pruebas que lo necesitan fallarán."
}

lock
install gdal-bin has_gdal
install python3-qgis has_qgis
