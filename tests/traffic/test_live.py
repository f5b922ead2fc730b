"""An interface as a source."""

from __future__ import annotations

import os
import socket
import sys

import pytest

from port502.traffic.dissector import Dissector
from port502.traffic.live import Live
from tests.traffic.wire import answer, ask

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="listening on an interface takes root on Linux"
)


def test_what_passes_the_loopback_is_understood() -> None:
    dissector = Dissector()
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        live = Live("lo")
        found: list[tuple[int | None, int | None]] = []
        with socket.create_connection(("127.0.0.1", port)) as client:
            peer, _ = server.accept()
            with peer:
                client.sendall(ask(1))
                peer.sendall(answer(1, 5))
                for records in live:
                    found += [
                        (one.trans_id, one.request_frame)
                        for one in dissector.feed(records)
                        if port in (one.sport, one.dport)
                    ]
                    if len(found) >= 2:
                        break
    assert [number for number, _ in found] == [1, 1]
    assert found[1][1] is not None
    live.close()


def test_it_ends_after_its_time() -> None:
    moments = iter(range(100))
    live = Live("lo", 3.0, clock=lambda: next(moments) / 2)
    assert len(list(live)) <= 6
