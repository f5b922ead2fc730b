"""tmodbus, the strict typed library: TLS with roles, in an interpreter of its own because it needs Python 3.12."""

from __future__ import annotations

import contextlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.certificates import Authority, Pair
from tests.peers import CACHE, absent
from tests.peers.process import listening

PROGRAM = str(Path(__file__).with_name("tmodbus_program.py"))


@contextlib.contextmanager
def server(authority: Authority, pair: Pair) -> Iterator[int]:
    """tmodbus's server on TLS: 42 in every holding register for the role ``operator``; gives its port."""
    with listening([_python(), PROGRAM, "server", *_files(authority, pair)]) as port:
        yield int(port)


def call(port: int, authority: Authority, pair: Pair) -> dict[str, Any]:
    """What its client gets for reading ten holding registers and writing one."""
    command = [_python(), PROGRAM, "client", str(port), *_files(authority, pair)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _files(authority: Authority, pair: Pair) -> list[str]:
    return [str(pair.certificate), str(pair.key), str(authority.certificate)]


def _python() -> str:
    program = CACHE / "tmodbus" / "bin" / "python"
    if not program.exists():
        absent("tmodbus", "PyPI package tmodbus, in a Python 3.12 or newer")
    return str(program)
