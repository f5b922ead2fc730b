#!/bin/sh
# Resolve pyproject.toml into requirements/*.lock: exact versions with hashes, for every system and Python >= 3.11,
# and without the address of any package index, so that each machine's own pip configuration decides where from.
set -eu
cd "$(dirname "$0")/.."

tool=.cache/lock
test -x "$tool/bin/uv" || { .venv/bin/python -m venv "$tool" && "$tool/bin/pip" install --quiet uv; }

resolve() {  # resolve FILE SOURCE...: newest versions that fit
    file=$1
    shift
    "$tool/bin/uv" pip compile --universal --python-version 3.11 --upgrade --quiet \
        --generate-hashes --no-emit-index-url --no-emit-find-links --no-header "$@" --output-file "requirements/$file"
}

# Each adds to those before it and agrees with them.
resolve run.lock pyproject.toml --all-extras --group build
resolve dev.lock --group dev --constraint requirements/run.lock
resolve docs.lock --group docs --constraint requirements/run.lock --constraint requirements/dev.lock
