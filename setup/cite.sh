#!/usr/bin/env bash
# Fetches the OGC's executable test suites into var/cite and runs them; what follows goes to pytest.
set -eu
. "$(dirname "$0")/common.sh"

# What an OGC API promises, in the releases that our list of expected skips is about. Both need Java 17.
suites=(ets-ogcapi-features10:1.9:aio ets-ogcapi-tiles10:1.2:aio)
# Of this one only the schemas are used, which its plain archive has.
suites+=(ets-wfs20:1.25:)

new_enough() {
    local version
    version=$(java -version 2>&1 | sed -nE '1s/.*"([0-9]+).*/\1/p') && [ "${version:-0}" -ge 17 ]
}

install_java() {
    if new_enough && command -v mvn >/dev/null; then return; fi
    may_install || die \
        "Java 17 or Maven is missing: ask an administrator for 'apt-get install openjdk-17-jre-headless maven'." \
        "Falta Java 17 o Maven: pida a un administrador 'apt-get install openjdk-17-jre-headless maven'."
    say "Installing Java and Maven" "Instalando Java y Maven"
    apt_install openjdk-17-jre-headless maven && new_enough || die \
        "Java 17 and Maven could not be installed; all that was said is in var/setup.log" \
        "No se pudieron instalar Java 17 y Maven; todo lo dicho está en var/setup.log"
}

# A suite that is there already, put by hand or by an earlier run, is not asked for. The tests of one that Maven does not
# offer fail, those of the others run.
fetch() {
    local name version kind file artifact
    IFS=: read -r name version kind <<<"$1"
    file=$name-$version${kind:+-$kind}.jar artifact=org.opengis.cite:$name:$version:jar${kind:+:$kind}
    if [ -s "var/cite/$file" ]; then return; fi
    install_java
    say "Fetching $name $version" "Obteniendo $name $version"
    quietly mvn -B -C -U dependency:copy -Dartifact="$artifact" -DoutputDirectory="$root/var/cite" || say \
        "Maven offers no $artifact here. Put $file into var/cite and try again; without it the suite has not been run." \
        "Maven no ofrece aquí $artifact. Ponga $file en var/cite e intente de nuevo; sin él, la suite no se ha ejecutado."
}

setup/python.sh
setup/web.sh
setup/boundaries.sh
(lock && for suite in "${suites[@]}"; do fetch "$suite"; done)
DATABASE_URL=$(setup/postgis.sh)
export DATABASE_URL
say "Running the OGC's test suites" "Ejecutando las suites de pruebas del OGC"
exec .venv/bin/pytest --no-cov -m cite tests/conformance "$@"
