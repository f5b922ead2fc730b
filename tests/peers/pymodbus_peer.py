"""pymodbus, the most used Python library: its server as a program, its blocking client in the test.

Its server answers one request per segment and loses others that come along with it, so leave it 2 ms between
two requests. It knows FC 7, 8, 11, 12, 17, 20-24 and 43/14 besides the common ones; file records and the FIFO
queue answer fixed texts.
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
    from pymodbus.client import ModbusTcpClient

FILE_RECORD = b"SERVER DUMMY RECORD."
"""What its server answers to every file record that is read."""

FIFO_QUEUE = [0, 1, 2, 3]
"""What its server answers to every FIFO queue that is read."""

IDENTIFICATION = {
    0: b"Acme",
    1: b"B200",
    2: b"1.4",
    3: b"https://example.com",
    4: b"Boiler",
    5: b"B200-7",
}
"""The basic and regular identification objects of its server, by object id."""


@contextlib.contextmanager
def server() -> Iterator[int]:
    """pymodbus's TCP server with the known values; gives its port."""
    _need()
    with listening([sys.executable, "-m", "tests.peers.pymodbus_program", "tcp"]) as port:
        yield int(port)


@contextlib.contextmanager
def rtu_server(device: str) -> Iterator[None]:
    """pymodbus's RTU server for units 1 and 7 on a serial line, 19200 baud."""
    _need()
    need_module("serial", "PyPI package pyserial")
    with listening([sys.executable, "-m", "tests.peers.pymodbus_program", "rtu", device]):
        yield


@contextlib.contextmanager
def client(port: int, *, seconds: float = 5.0) -> Iterator[ModbusTcpClient]:
    """pymodbus's own blocking client, connected; every result must be asked ``isError()``."""
    _need()
    from pymodbus.client import ModbusTcpClient

    connection = ModbusTcpClient(LOOPBACK, port=port, timeout=seconds, retries=0)
    if not connection.connect():
        raise ConnectionError(f"pymodbus could not connect to port {port}")
    try:
        yield connection
    finally:
        connection.close()


def _need() -> None:
    need_module("pymodbus", "PyPI package pymodbus")
