"""mbpoll, the field engineer's command line: one poll per run, TCP or RTU.

It exits with 1 for every failure, so the reason is read from what it says. References are one-based there;
here they are zero-based addresses (``-0``). Only one unit and one table per call.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from tests.peers import need_program
from tests.peers.ports import LOOPBACK

COILS, DISCRETE_INPUTS, INPUT_REGISTERS, HOLDING_REGISTERS = "0", "1", "3", "4"
"""mbpoll's numbers for the four tables."""

_VALUE = re.compile(r"^\[(\d+)\]:\s+(\S+)", re.MULTILINE)


@dataclass(frozen=True)
class Poll:
    """What one run said: values by address, or the complaint."""

    values: dict[int, str]
    output: str
    ok: bool


def tcp(port: int, table: str, address: int, count: int = 1, **options: object) -> Poll:
    """Read over TCP; see ``_run`` for the options."""
    return _run(["-p", str(port)], LOOPBACK, table, address, count, **options)


def rtu(device: str, table: str, address: int, count: int = 1, **options: object) -> Poll:
    """Read over a serial line at 19200 baud without parity; see ``_run`` for the options."""
    return _run(["-m", "rtu", "-b", "19200", "-P", "none"], device, table, address, count, **options)


def _run(
    link: Sequence[str],
    where: str,
    table: str,
    address: int,
    count: int,
    *,
    unit: int = 1,
    kind: str = "",
    big_endian: bool = False,
    write: Sequence[object] = (),
) -> Poll:
    """One poll; ``kind`` is mbpoll's format (``:hex``, ``:int``, ``:float``), ``write`` what to write."""
    program = need_program("mbpoll", "Debian package mbpoll")
    command = [program, *link, "-0", "-1", "-o", "5", "-a", str(unit), "-r", str(address), "-t", table + kind]
    command += ["-B"] if big_endian else []
    command += [] if write else ["-c", str(count)]
    values = (
        ["--", *map(str, write)] if any(str(value).startswith("-") for value in write) else map(str, write)
    )
    done = subprocess.run([*command, where, *values], capture_output=True, text=True, timeout=60, check=False)
    found = {int(reference): value for reference, value in _VALUE.findall(done.stdout)}
    return Poll(found, done.stdout + done.stderr, done.returncode == 0)
