# What every set-up script shares: where the project is, how it speaks, how it installs.
# shellcheck shell=bash

unset CDPATH
cd -P "$(dirname "${BASH_SOURCE[0]}")/.." || exit
root=$PWD
trap 'exit 130' INT

# Says one line in the reader's language: say "english" "español".
say() {
    case ${LC_ALL:-${LC_MESSAGES:-${LANG:-}}} in
        es*) printf '==> %s\n' "$2" >&2 ;;
        *) printf '==> %s\n' "$1" >&2 ;;
    esac
}

die() {
    say "$@"
    exit 1
}

# One make at a time prepares this clone; the lock ends with the script that took it.
lock() {
    mkdir -p var 2>/dev/null || true
    if ! { [ -w var ] && { [ ! -e var/lock ] || [ -w var/lock ]; }; }; then
        die "$root/var belongs to another account: use that account, or let it run 'make clean'." \
            "$root/var es de otra cuenta: use esa cuenta, o que ella ejecute 'make clean'."
    fi
    # 'make clean' removes the file, so it is taken anew when it is no longer the one in var/.
    until exec 9>>var/lock && wait_for_lock && [ var/lock -ef /dev/fd/9 ]; do
        mkdir -p var
    done
}

wait_for_lock() {
    flock -n 9 && return
    say "Waiting for another make in this clone" "Esperando a otro make en este clon"
    flock 9
}

logged() {
    rm -f var/setup.log
    "$@" >var/setup.log 2>&1 9>&-
}

# Keeps a command's chatter in var/setup.log and shows its end only when it fails.
quietly() {
    logged "$@" && return
    tail -n 20 var/setup.log >&2
    return 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

may_install() {
    command -v apt-get >/dev/null || return 1
    [ "$(id -u)" = 0 ] && return
    command -v sudo >/dev/null || return 1
    # Without a terminal sudo cannot ask for a password.
    [ -t 0 ] || sudo -n true 2>/dev/null
}

apt_get() {
    as_root env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 \
        apt-get -q -y -o DPkg::Lock::Timeout=300 "$@" </dev/null
}

# A source that does not answer is no reason to stop: the package may be in another one.
apt_update() {
    say "Refreshing the system's list of packages" "Actualizando la lista de paquetes del sistema"
    until logged apt_get update || ! grep -q '/var/lib/apt/lists/lock' var/setup.log; do
        # apt waits for the lock of its packages, but not for the lock of its lists.
        sleep 2
    done
}

# The system may know none of its packages (a fresh container), or only old versions of them.
apt_knows() {
    apt-cache show --no-all-versions "$1" >/dev/null 2>&1
}

apt_install() {
    logged apt_get install --no-install-recommends "$@" && return
    apt_update
    quietly apt_get install --no-install-recommends "$@"
}

# install PACKAGE CHECK EN ES: where it cannot be had, says so, and what follows from that.
install() {
    if "$2"; then return; fi
    say "Installing $1 (a minute or two)" "Instalando $1 (uno o dos minutos)"
    may_install && apt_install "$1" && "$2" || say \
        "$1 could not be installed; $3" "No se pudo instalar $1; $4"
}

# Says in one word what these files hold and where they are: when it changes, what was made from
# them must be made again.
fingerprint() {
    sha256sum "$@" | sha256sum | cut -d' ' -f1
}
