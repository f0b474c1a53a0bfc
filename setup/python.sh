#!/usr/bin/env bash
# Makes .venv: Python, the locked packages and the project itself.
set -eu
. "$(dirname "$0")/common.sh"

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    local python
    for python in python3 python3.13 python3.12 python3.11; do
        if new_enough "$python"; then
            command -v "$python"
            return
        fi
    done
    return 1
}

can_make_venv() {
    "$1" -c 'import ensurepip, venv' 2>/dev/null
}

install_python() {
    local package
    may_install || die \
        "Python 3.11 or newer is missing: ask an administrator to install python3.11 and python3.11-venv." \
        "Falta Python 3.11 o posterior: pida a un administrador que instale python3.11 y python3.11-venv."
    apt_knows python3 || apt_update
    for package in python3.13 python3.12 python3.11; do
        if apt_knows "$package"; then
            say "Installing $package" "Instalando $package"
            apt_install "$package" "$package-venv" || break
            return
        fi
    done
    die "Python 3.11 or newer is needed, and this system's packages do not offer one." \
        "Se necesita Python 3.11 o posterior, y los paquetes de este sistema no lo ofrecen."
}

install_venv() {
    local package
    package=$("$1" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    may_install || die \
        "$1 cannot make a virtual environment: ask an administrator for 'apt-get install $package'." \
        "$1 no puede crear un entorno virtual: pida a un administrador 'apt-get install $package'."
    say "Installing $package" "Instalando $package"
    apt_install "$package" && can_make_venv "$1" || die \
        "$1 cannot make a virtual environment, with $package or without." \
        "$1 no puede crear un entorno virtual, ni con $package."
}

make_venv() {
    local python
    find_python >/dev/null || install_python
    python=$(find_python)
    can_make_venv "$python" || install_venv "$python"
    say "Installing the Python packages into .venv (a minute or two)" \
        "Instalando los paquetes de Python en .venv (uno o dos minutos)"
    rm -rf .venv
    # Without --no-deps, pip of 2023 looks past the lock for coverage[toml] as soon as a newer coverage is out, and gives up.
    quietly "$python" -m venv .venv &&
        quietly .venv/bin/pip --disable-pip-version-check install --no-deps --require-hashes -r requirements.lock &&
        quietly .venv/bin/pip --disable-pip-version-check check ||
        die "The Python packages could not be installed; all that was said is in var/setup.log" \
            "No se pudieron instalar los paquetes de Python; todo lo dicho está en var/setup.log"
}

install_project() {
    quietly .venv/bin/pip --disable-pip-version-check install --no-deps --no-build-isolation -e . ||
        die "The project could not be installed into .venv; all that was said is in var/setup.log" \
            "No se pudo instalar el proyecto en .venv; todo lo dicho está en var/setup.log"
}

# With the whole paths: a virtual environment does not survive a move of its folder.
made_from=$(fingerprint "$root/requirements.lock")
installed_from=$(fingerprint "$root/pyproject.toml")
lock
if [ "$(cat .venv/made-from 2>/dev/null)" != "$made_from" ] || ! .venv/bin/python -c ''; then
    make_venv
    echo "$made_from" >.venv/made-from
fi
if [ "$(cat .venv/installed-from 2>/dev/null)" != "$installed_from" ]; then
    install_project
    echo "$installed_from" >.venv/installed-from
fi
