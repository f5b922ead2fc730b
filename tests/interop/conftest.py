"""Our clients on foreign servers, and our server for foreign clients."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest

from tests.interop.faces import FACES, Face
from tests.peers import libmodbus, modbus_serial, pymodbus_peer, pymodbustcp


@contextlib.contextmanager
def libmodbus_server() -> Iterator[int]:
    with libmodbus.Server.tcp() as server:
        yield server.port


SERVERS: dict[str, Callable[[], contextlib.AbstractContextManager[int]]] = {
    "libmodbus": libmodbus_server,
    "pymodbus": pymodbus_peer.server,
    "pyModbusTCP": pymodbustcp.server,
    "modbus-serial": modbus_serial.server,
}


@pytest.fixture(params=SERVERS.keys())
def peer(request: pytest.FixtureRequest) -> str:
    """The name of a foreign server."""
    return str(request.param)


@pytest.fixture
def port(peer: str) -> Iterator[int]:
    """The port of that server, freshly started with the known values."""
    with SERVERS[peer]() as port:
        yield port


@pytest.fixture(params=FACES.keys())
def connect(request: pytest.FixtureRequest) -> Callable[..., contextlib.AbstractContextManager[Face]]:
    """How one of our clients connects: ``with connect(url) as client``."""
    return FACES[request.param]


@pytest.fixture
def client(port: int, connect: Callable[..., contextlib.AbstractContextManager[Face]]) -> Iterator[Face]:
    """One of our clients, connected to the foreign server."""
    with connect(f"tcp://127.0.0.1:{port}", pause=0.002) as client:
        yield client
