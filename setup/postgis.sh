#!/usr/bin/env bash
# Makes sure that a PostGIS answers, and prints its address as a DATABASE_URL.
set -eu
. "$(dirname "$0")/common.sh"
. setup/cluster.sh

# --- a server that somebody else keeps -----------------------------------------------------------

check_given_server() {
    .venv/bin/python - <<'PYTHON'
import os, re, sys

import psycopg

url = re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql://", os.environ["DATABASE_URL"])
try:
    server = psycopg.connect(url, connect_timeout=10, autocommit=True)
except psycopg.Error as error:
    print(error, file=sys.stderr)
    sys.exit(2)
try:
    if not server.execute("SELECT 1 FROM pg_extension WHERE extname = 'postgis'").fetchone():
        server.execute("CREATE EXTENSION postgis")
except psycopg.Error as error:
    print(error, file=sys.stderr)
    sys.exit(3)
PYTHON
}

use_given_server() {
    local trouble=0
    say "Using the server that DATABASE_URL names" "Usando el servidor que indica DATABASE_URL"
    check_given_server || trouble=$?
    case $trouble in
        0) sed -E 's#^postgres(ql)?(\+[a-z0-9]+)?://#postgresql+psycopg://#' <<<"$DATABASE_URL" ;;
        3) die "The server of DATABASE_URL has no PostGIS and this account may not add it: ask its administrator for CREATE EXTENSION postgis." \
            "El servidor de DATABASE_URL no tiene PostGIS y esta cuenta no puede añadirlo: pida a su administrador CREATE EXTENSION postgis." ;;
        *) die "The server of DATABASE_URL does not answer. Without DATABASE_URL, make brings its own." \
            "El servidor de DATABASE_URL no responde. Sin DATABASE_URL, make trae el suyo." ;;
    esac
}

# --- the packages --------------------------------------------------------------------------------

# The PostgreSQL versions that have PostGIS, fully installed, lowest first.
installed_versions() {
    dpkg-query -W -f '${db:Status-Status} ${Package}\n' 'postgresql-*-postgis-3' 2>/dev/null |
        sed -nE 's/^installed postgresql-([0-9]+)-postgis-3$/\1/p' | sort -n
}

offered_package() {
    apt-cache pkgnames postgresql- | grep -E "^postgresql-${1:-[0-9]+}-postgis-3$" | sort -V | tail -n 1 | grep .
}

# Prints the version to use; a cluster keeps the one it was made with.
choose_version() {
    local made_with='' package
    [ ! -e var/postgres/data/PG_VERSION ] || made_with=$(cat var/postgres/data/PG_VERSION)
    if installed_versions | grep -x "${made_with:-[0-9]*}" | tail -n 1 | grep .; then return; fi

    command -v apt-get >/dev/null || die \
        "PostGIS is missing and this system has no apt: set DATABASE_URL to a PostGIS server." \
        "Falta PostGIS y este sistema no tiene apt: indique un servidor PostGIS en DATABASE_URL."
    may_install || die \
        "PostGIS is missing and this account may not install it: ask an administrator for 'apt-get install postgresql-postgis', or set DATABASE_URL to a PostGIS server." \
        "Falta PostGIS y esta cuenta no puede instalarlo: pida a un administrador 'apt-get install postgresql-postgis', o indique un servidor PostGIS en DATABASE_URL."
    package=$(offered_package "$made_with") || apt_update
    package=${package:-$(offered_package "$made_with")} || die \
        "The system's packages offer no PostGIS${made_with:+ for PostgreSQL $made_with, which made the database in var/postgres; 'make clean' removes it}." \
        "Los paquetes del sistema no ofrecen PostGIS${made_with:+ para PostgreSQL $made_with, que creó la base de var/postgres; 'make clean' la quita}."
    say "Installing $package (a few minutes)" "Instalando $package (unos minutos)"
    apt_install "$package" || die "$package could not be installed." "No se pudo instalar $package."
    package=${package#postgresql-}
    echo "${package%%-*}"
}

# --- the private cluster -------------------------------------------------------------------------

# At most one is kept, so that copying clones does not fill the disk.
set_aside() {
    say "$1 is not of this clone: it is kept as $1.old and this clone makes its own" \
        "$1 no es de este clon: se guarda como $1.old y este clon crea la suya"
    rm -rf "$1.old"
    mv "$1" "$1.old"
}

usable_by_server() {
    [ "$(stat -c %a "$1")" = 700 ] && as_server test -w "$root/$1"
}

move_home() {
    local outside
    outside=$(outside_home "$root")
    stop_server "$(readlink -f "$1")"
    command install -d -m 755 "$(dirname "$outside")"
    # An earlier clone at this path left it.
    [ ! -e "$outside" ] || { stop_server "$outside" && set_aside "$outside"; }
    mv -T "$1" "$outside"
    ln -sfn "$outside" var/postgres
}

# Leaves var/postgres as a folder, or a link to one, that is this clone's and that its server can use.
settle_home() {
    if [ -L var/postgres ] && { [ ! -e var/postgres ] || ! ours; }; then
        rm var/postgres
    elif [ -e var/postgres ] && ! ours; then
        set_aside var/postgres
    fi
    if [ ! -e var/postgres ]; then
        mkdir -m 700 var/postgres
        [ "$(id -u)" != 0 ] || chown postgres: var/postgres
    fi
    if [ ! -L var/postgres ]; then
        usable_by_server var/postgres || move_home var/postgres
    elif [ "$(recorded_path var/postgres)" != "$root" ]; then
        move_home "$(readlink var/postgres)"
    fi
    printf '%s\n%s\n' "$root" "$(stat -Lc %i var/postgres)" |
        as_server tee "$(readlink -f var/postgres)/clone" >/dev/null
}

# A socket's address holds 107 bytes, and only plain characters spare its URL and PostgreSQL's
# settings from quoting.
choose_socket_dir() {
    local dir=$home/socket
    if [ ${#dir} -gt 85 ] || [[ $dir == *[!A-Za-z0-9/._-]* ]]; then dir=/tmp/vetalode-$(key_of "$root"); fi
    as_server mkdir -m 700 "$dir" 2>/dev/null || true
    # Anybody may make a folder in /tmp: ours is the server's own and closed to all others.
    [ ! -L "$dir" ] && [ "$(stat -c '%F %a %u' "$dir")" = "directory 700 $(stat -c %u "$home")" ] || die \
        "$dir is not a private folder of the account that runs the database: remove it and try again." \
        "$dir no es una carpeta privada de la cuenta que ejecuta la base de datos: quítela e intente de nuevo."
    echo "$dir"
}

memory_mb() {
    local limit
    limit=$(cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null | head -n 1)
    awk -v limit="$limit" '/^MemTotal/ {
        mb = $2 / 1024
        if (limit ~ /^[0-9]+$/ && limit / 1048576 < mb) mb = limit / 1048576
        print int(mb)
    }' /proc/meminfo
}

# within LOW VALUE HIGH
within() {
    if [ "$2" -lt "$1" ]; then echo "$1"; elif [ "$2" -gt "$3" ]; then echo "$3"; else echo "$2"; fi
}

# Reads mostly, on a disk without a head to move, beside the service on one machine.
settings() {
    local mb
    mb=$(memory_mb)
    cat <<SETTINGS
listen_addresses = ''
port = $port
unix_socket_directories = '$1'
unix_socket_permissions = 0700
shared_buffers = $(within 64 $((mb / 8)) 1024)MB
effective_cache_size = $((mb / 2))MB
work_mem = $(within 4 $((mb / 384)) 64)MB
maintenance_work_mem = $(within 64 $((mb / 32)) 1024)MB
max_wal_size = 2GB
checkpoint_completion_target = 0.9
random_page_cost = 1.1
effective_io_concurrency = 200
jit = off
log_timezone = 'UTC'
timezone = 'UTC'
log_line_prefix = '%m [%p] %d '
SETTINGS
    # A container's /dev/shm is often too small for a parallel query.
    if [ "$(df --output=size -m /dev/shm 2>/dev/null | tail -n 1)" -lt 1024 ]; then
        echo "dynamic_shared_memory_type = sysv"
    fi
}

make_cluster() {
    say "Making a private database cluster in var/postgres" \
        "Creando un clúster de base de datos privado en var/postgres"
    as_server rm -rf "$home/data.new"
    quietly as_server "$bin/initdb" -D "$home/data.new" -U vetalode --auth=trust \
        --encoding=UTF8 --locale=C.UTF-8 --no-instructions || die \
        "PostgreSQL could not make a cluster in $home" "PostgreSQL no pudo crear un clúster en $home"
    echo "include 'vetalode.conf'" | as_server tee -a "$home/data.new/postgresql.conf" >/dev/null
    # Whoever may enter the socket's folder may do everything; there is no other way in.
    echo "local all all trust" | as_server tee "$home/data.new/pg_hba.conf" >/dev/null
    as_server touch "$home/lock"
    as_server mv "$home/data.new" "$home/data"
}

# ask DATABASE STATEMENT
ask() {
    env PGOPTIONS= PGSSLMODE=disable "$bin/psql" -XAtqw -h "$socket_dir" -p "$port" -U vetalode -d "$1" \
        -c "set client_min_messages = warning" -c "$2" 9>&-
}

# Newer packages or other settings need a restart; so does a server whose socket is gone.
start_cluster() {
    local wanted serving
    wanted=$(settings "$socket_dir")
    serving=$(ask postgres "show server_version" 2>/dev/null) || serving=
    if [ "postgres (PostgreSQL) $serving" = "$("$bin/postgres" --version)" ] &&
        [ "$wanted" = "$(cat "$home/data/vetalode.conf" 2>/dev/null)" ]; then
        return
    fi
    say "Starting PostgreSQL $version" "Arrancando PostgreSQL $version"
    stop_server "$home"
    printf '%s\n' "$wanted" | as_server tee "$home/data/vetalode.conf" >/dev/null
    start_server "$home" "$socket_dir"
}

make_database() {
    ask vetalode "create extension if not exists postgis" 2>/dev/null && return
    ask postgres "select 1 from pg_database where datname = 'vetalode'" | grep -q 1 ||
        ask postgres "create database vetalode"
    ask vetalode "create extension if not exists postgis"
}

use_private_cluster() {
    local version bin home socket_dir url
    lock
    version=$(choose_version)
    bin=/usr/lib/postgresql/$version/bin
    settle_home
    home=$(readlink -f var/postgres)
    [ -e "$home/data" ] || make_cluster
    socket_dir=$(choose_socket_dir)
    start_cluster
    make_database
    url="postgresql+psycopg://vetalode@/vetalode?host=$socket_dir&port=$port"
    rm -f var/env
    printf "export DATABASE_URL='%s'\n" "$url" >var/env
    echo "$url"
}

if [ -n "${DATABASE_URL:-}" ]; then use_given_server; else use_private_cluster; fi
