"""A device with something behind every function code."""

from __future__ import annotations

from port502.service.device import Device
from port502.service.identity import Identity


def full_device() -> Device:
    return Device(
        holding={0: list(range(300))},
        input={0: [7] * 130},
        coil={0: [True, False] * 1000},
        discrete={0: [False, True] * 1000},
        identity=Identity(vendor="Acme", product="B200", revision="1.4"),
        files={1: [10, 20, 30]},
        fifo={50: [1, 2]},
        exception_status=0x5A,
        canopen=lambda data: data[::-1],
    )
