"""pyModbusTCP, a small pure Python library: its server as a program of its own, its client in the test.

Its client returns None for every failure (``last_except`` has the exception code) and knows neither FC 22 nor
FC 17; its server has one set of tables for all unit ids.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.peers import need_module
from tests.peers.ports import LOOPBACK
from tests.peers.process import listening

if TYPE_CHECKING:
    from pyModbusTCP.client import ModbusClient

READ_WRITE_MAX_READ = 123
"""The most registers its server reads in FC 23, where the specification allows 125."""

IDENTIFICATION = {0: b"Acme", 1: b"B200", 2: b"1.4"}
"""The basic identification objects of its server, by object id."""


@contextlib.contextmanager
def server() -> Iterator[int]:
    """pyModbusTCP's server with the known values; gives its port."""
    _need()
    with listening([sys.executable, "-m", "tests.peers.pymodbustcp_program"]) as port:
        yield int(port)


@contextlib.contextmanager
def client(port: int, *, unit: int = 1, seconds: float = 5.0) -> Iterator[ModbusClient]:
    """pyModbusTCP's own client, connected."""
    _need()
    from pyModbusTCP.client import ModbusClient

    connection = ModbusClient(LOOPBACK, port, unit_id=unit, timeout=seconds, auto_open=False)
    if not connection.open():
        raise ConnectionError(f"pyModbusTCP could not connect: {connection.last_error_as_txt}")
    try:
        yield connection
    finally:
        connection.close()


def _need() -> None:
    need_module("pyModbusTCP", "PyPI package pyModbusTCP")
