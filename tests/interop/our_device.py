"""Our server with the known values, for foreign clients."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from port502.service.device import Device
from port502.service.identity import Identity
from tests.peers import known
from tests.served import served

IDENTITY = Identity(
    "Acme", "B200", "1.4", "https://example.com", "Boiler", "B200-7", extended={0x80: b"left wing"}
)
FILES = {4: {0: list(range(0x100, 0x140))}, 3: {9: [0x33CD, 0x0040]}}
FIFO = {1246: [440, 4740]}


@dataclass(frozen=True)
class Served:
    """A running server of ours: its device, to look into, and its TCP port (0 on a serial line)."""

    device: Device
    port: int


@contextlib.contextmanager
def serve(url: str = "tcp://127.0.0.1:0") -> Iterator[Served]:
    """A device with the known values, an identity, files and a queue, served until the end of the block."""
    device = Device(
        coil={0: known.COILS},
        discrete={0: known.DISCRETE_INPUTS},
        holding={0: known.HOLDING_REGISTERS},
        input={0: known.INPUT_REGISTERS},
        identity=IDENTITY,
        files=FILES,
        fifo=FIFO,
    )
    with served(device, url) as server:
        yield Served(device, server.port)
