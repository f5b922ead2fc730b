"""modbus-serial, the JavaScript library: the one ready-made client that keeps several requests outstanding.

Its report-server-id call takes two arguments that it ignores, and does not return when the server answers with
an exception; its reader of file records (FC 20) reads past the end of every answer. Its server answers a read
register by register and has no FC 22 and 23.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.peers import CACHE, absent, known, need_program
from tests.peers.ports import free_port
from tests.peers.process import listening

SCRIPT = str(Path(__file__).with_name("modbus_serial.js"))


def call(port: int, calls: Sequence[Sequence[object]], *, together: bool = False) -> list[dict[str, Any]]:
    """Make calls on one connection, each ``[method, *arguments]``; one ``value`` or ``error`` for each.

    ``together`` sends every request before the first answer is waited for.
    """
    node = _need()
    done = subprocess.run(
        [node, SCRIPT, "client", str(port)],
        input=json.dumps({"calls": calls, "together": together}) + "\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    results: list[dict[str, Any]] = json.loads(done.stdout)
    return results


@contextlib.contextmanager
def server() -> Iterator[int]:
    """modbus-serial's TCP server with the known values; gives its port."""
    node = _need()
    tables = {
        "coils": known.COILS,
        "discrete": known.DISCRETE_INPUTS,
        "holding": known.HOLDING_REGISTERS,
        "input": known.INPUT_REGISTERS,
    }
    port = str(free_port())  # it takes port 0 for "the default", 502
    with listening([node, SCRIPT, "server", port], hand_over=json.dumps(tables)):
        yield int(port)


def _need() -> str:
    node = need_program("node", "Debian package nodejs")
    if not (CACHE / "node_modules" / "modbus-serial").is_dir():
        absent("modbus-serial", "npm package modbus-serial")
    os.environ["PEERS_CACHE"] = str(CACHE)
    return node
