"""port502's blocking client: ``single`` (one request at a time) or ``many`` (``read_many``, 16 in flight)."""

from __future__ import annotations

import sys

from bench.peers.counting import Window, count
from port502.client import SyncClient
from port502.protocol.register_access import ReadHoldingRegistersRequest

BATCH = 32
TOGETHER = 16


def main() -> None:
    way, port, registers, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])

    def single(window: Window) -> None:
        while window.open():
            for _ in range(BATCH):
                assert len(client.read_holding_registers(0, registers)) == registers
            window.add(BATCH)

    def many(window: Window) -> None:
        requests = [ReadHoldingRegistersRequest(0, registers) for _ in range(8 * TOGETHER)]
        while window.open():
            client.read_many(requests)
            window.add(len(requests))

    together = 1 if way == "single" else TOGETHER
    with SyncClient(f"tcp://127.0.0.1:{port}", window=together, coalesce=together > 1) as client:
        count(seconds, single if way == "single" else many)


main()
