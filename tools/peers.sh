#!/bin/sh
# Install the programs and libraries that the tests talk to. Debian packages need root; the npm package goes into
# .cache/peers and needs only node and npm. What cannot be had is named, and its tests skip and say so again.
set -eu
cd "$(dirname "$0")/.."

modbus_serial=8.0.25

has_library() { ldconfig -p 2>/dev/null | grep -q "$1" || /sbin/ldconfig -p 2>/dev/null | grep -q "$1"; }
has_header() { test -e "/usr/include/$1"; }
has_program() { command -v "$1" >/dev/null 2>&1; }

missing=""
has_library libmodbus.so.5 || missing="$missing libmodbus5"
has_header modbus/modbus.h || missing="$missing libmodbus-dev"
has_program cc || missing="$missing gcc libc6-dev"
has_program mbpoll || missing="$missing mbpoll"
has_program socat || missing="$missing socat"
has_program tshark || missing="$missing tshark"
has_program node || missing="$missing nodejs"
has_program npm || missing="$missing npm"

if test -n "$missing"; then
    if test "$(id -u)" = 0 && has_program apt-get; then
        echo "installing for the tests:$missing"
        export DEBIAN_FRONTEND=noninteractive
        log=.cache/apt.log
        mkdir -p .cache
        { apt-get update && apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1 ||
            { tail -n 20 "$log"; echo "apt-get failed: the tests that need$missing will be skipped"; } >&2
    else
        echo "not installed:$missing (Debian packages; run as root to have them installed). Their tests will be skipped." >&2
    fi
fi

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
