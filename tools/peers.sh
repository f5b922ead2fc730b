#!/bin/sh
# Install the programs and libraries that the tests talk to. Debian packages need root; the npm package goes into
# .cache/peers and needs only node and npm. What cannot be had is named, and its tests skip and say so again.
set -eu
cd "$(dirname "$0")/.."

modbus_serial=8.0.25

has_library() { ldconfig -p 2>/dev/null | grep -q "$1" || /sbin/ldconfig -p 2>/dev/null | grep -q "$1"; }
has_header() { test -e "/usr/include/$1"; }
has_program() { command -v "$1" >/dev/null 2>&1; }

updated=no

install() {  # install PACKAGE...: what Debian has, as root; else say what is missing
    test $# -gt 0 || return 0
    if test "$(id -u)" != 0 || ! has_program apt-get; then
        echo "not installed: $* (Debian packages; root has them installed). Their tests will be skipped." >&2
        return 0
    fi
    echo "installing for the tests: $*"
    mkdir -p .cache
    test $updated = yes || apt-get update >.cache/apt.log 2>&1 || true
    updated=yes
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >>.cache/apt.log 2>&1 ||
        { tail -n 20 .cache/apt.log; echo "apt-get failed: the tests that need $* will be skipped"; } >&2
}

set --
has_library libmodbus.so.5 || set -- "$@" libmodbus5
has_header modbus/modbus.h || set -- "$@" libmodbus-dev
has_program cc || set -- "$@" gcc libc6-dev
has_program mbpoll || set -- "$@" mbpoll
has_program socat || set -- "$@" socat
has_program tshark || set -- "$@" tshark
has_program openssl || set -- "$@" openssl
has_program nft || set -- "$@" nftables
has_program iptables || set -- "$@" iptables
has_program ip || set -- "$@" iproute2
has_program nmap || set -- "$@" nmap
has_program chromium || set -- "$@" chromium
has_program ufw || set -- "$@" ufw
has_program nmap || set -- "$@" nmap
# Its package starts firewalld where systemd runs, and that would filter this very machine.
has_program firewall-offline-cmd || test -d /run/systemd/system || set -- "$@" firewalld
install "$@"
has_program node || install nodejs
has_program npm || install npm # some packages of nodejs bring it along

if ! grep -qs "\"version\": \"$modbus_serial\"" .cache/peers/node_modules/modbus-serial/package.json; then
    if has_program npm; then
        mkdir -p .cache/peers
        npm install --prefix .cache/peers --no-save --no-package-lock --no-audit --no-fund --ignore-scripts --omit=optional \
            --loglevel=error "modbus-serial@$modbus_serial" ||
            echo "npm failed: the tests that need modbus-serial will be skipped" >&2
    else
        echo "no npm: the tests that need modbus-serial will be skipped" >&2
    fi
fi

tmodbus=1.1.0
newer() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; }

if ! grep -qs "^$tmodbus\$" .cache/peers/tmodbus/version; then
    found=
    for python in python3 python3.14 python3.13 python3.12 "$HOME"/.pyenv/versions/3.1[2-9]*/bin/python; do
        if newer "$python"; then found=$python && break; fi
    done
    if test -n "$found" && "$found" -m venv .cache/peers/tmodbus &&
        .cache/peers/tmodbus/bin/python -m pip install --quiet --disable-pip-version-check "tmodbus==$tmodbus" cryptography; then
        echo "$tmodbus" >.cache/peers/tmodbus/version
    else
        rm -rf .cache/peers/tmodbus
        echo "no Python 3.12 or newer, or no tmodbus: the tests that need tmodbus will be skipped" >&2
    fi
fi

modbus_proxy=0.8.0

# A program of its own licence: it runs beside us, in an environment of its own.
if ! grep -qs "^$modbus_proxy\$" .cache/peers/modbus-proxy/version; then
    if python3 -m venv .cache/peers/modbus-proxy && .cache/peers/modbus-proxy/bin/python -m pip install --quiet \
        --disable-pip-version-check "modbus-proxy==$modbus_proxy"; then
        echo "$modbus_proxy" >.cache/peers/modbus-proxy/version
    else
        rm -rf .cache/peers/modbus-proxy
        echo "no modbus-proxy: make bench will not measure it" >&2
    fi
fi
