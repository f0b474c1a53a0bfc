# The private PostgreSQL cluster of this clone: where it lives, who runs it, stop and start.
# shellcheck shell=bash disable=SC2154

port=5432

# A short name for a clone, from its path.
key_of() {
    printf %s "$1" | sha256sum | cut -c1-16
}

# Where a cluster lives when the account that runs it cannot use the clone's own folder.
outside_home() {
    if [ "$(id -u)" = 0 ]; then
        echo "/var/lib/vetalode/$(key_of "$1")"
    else
        echo "${XDG_DATA_HOME:-$HOME/.local/share}/vetalode/$(key_of "$1")"
    fi
}

# A cluster remembers the clone it was made for, and the inode by which a moved folder is known
# from a copied one.
recorded_path() { sed -n 1p "$1/clone" 2>/dev/null || true; }
recorded_inode() { sed -n 2p "$1/clone" 2>/dev/null || true; }

ours() {
    local path
    path=$(recorded_path var/postgres)
    [ "$path" = "$root" ] && return
    [ "$(recorded_inode var/postgres)" = "$(stat -Lc %i var/postgres)" ] || return 1
    # A copied link leads to the cluster of the clone that it was copied from.
    [ ! -L var/postgres ] || [ ! "$path/var/postgres" -ef var/postgres ]
}

# Runs a command as the account that owns the cluster: PostgreSQL refuses to run as root.
as_server() {
    local owner
    owner=$(stat -Lc %u var/postgres)
    set -- env -i PATH="$PATH" LC_ALL=C.UTF-8 "$@"
    if [ "$owner" = "$(id -u)" ]; then
        (cd / && exec "$@" 9>&-)
    else
        (cd / && exec setpriv --reuid="$owner" --regid="$(stat -Lc %g "$root/var/postgres")" \
            --clear-groups "$@" 9>&-)
    fi
}

# Every process of a server holds its home's lock file, so this also sees a server whose pid file
# is gone or copied, one in another container, and what a killed one left behind.
running() {
    [ -e "$1/lock" ] && ! flock -n "$1/lock" true
}

stop_server() {
    local pid
    running "$1" || return 0
    pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null) || true
    # In another container the number would be another process.
    if [ -n "$pid" ] && [ "/proc/$pid/cwd" -ef "$1/data" ]; then kill -INT "$pid"; fi
    # A server that lost its pid file notices within a minute, and stops by itself.
    flock -w 90 "$1/lock" true || die \
        "The database in $1 is in use by a server that cannot be stopped from here." \
        "La base de datos de $1 la usa un servidor que no se puede detener desde aquí."
}

start_server() {
    exec 8<"$1/lock"
    flock -w 30 8 || die "The database in $1 is in use." "La base de datos de $1 está en uso."
    # We hold the lock, so no server runs here and these can only be left from a crash.
    rm -f "$1/data/postmaster.pid" "$2/.s.PGSQL.$port" "$2/.s.PGSQL.$port.lock"
    if ! as_server "/usr/lib/postgresql/$(cat "$1/data/PG_VERSION")/bin/pg_ctl" \
        -D "$1/data" -l "$1/log" -w -t 300 start >/dev/null; then
        tail -n 20 "$1/log" >&2
        die "PostgreSQL did not start; its log is $1/log" \
            "PostgreSQL no arrancó; su registro es $1/log"
    fi
    exec 8<&-
}
