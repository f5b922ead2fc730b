"""This machine's own part."""

from __future__ import annotations

import os
import socket
import sys
from ipaddress import ip_address
from pathlib import Path

import pytest

from port502.transport.probe import own
from port502.transport.probe.own import keepalive_time, own_connections

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="procfs is Linux's")
HERE = ip_address("127.0.0.1")


def test_our_own_connection_is_found_with_its_process() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        assert own_connections(HERE, port) == ()
        with socket.create_connection(("127.0.0.1", port)) as ours:
            (found,) = own_connections(HERE, port)
            assert (found.local_port, found.state) == (ours.getsockname()[1], "established")
            assert str(os.getpid()) in found.process


def test_without_the_tables_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(self: Path, *_: object, **__: object) -> str:
        raise FileNotFoundError(2, "No such file")

    monkeypatch.setattr(own.Path, "read_text", gone)
    assert own_connections(HERE, 502) == ()
    assert keepalive_time() is None


def test_the_systems_keepalive_is_in_seconds() -> None:
    known = keepalive_time()
    assert known is not None
    assert known > 0
