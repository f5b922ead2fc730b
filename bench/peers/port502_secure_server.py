"""port502's server with a thousand holding registers, in plain or over TLS."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from bench.peers.loops import run, until_input_ends
from port502.server import Limits, Server
from port502.service.device import Device

CONNECTIONS = 100


async def serve(scheme: str, folder: Path) -> None:
    """Answer until standard input ends."""
    files: dict[str, Any] = {}
    if scheme == "tls":
        files = {
            "certificate": folder / "server.pem",
            "key": folder / "server.key",
            "authority": folder / "site-ca.pem",
            "crl": folder / "site-ca.crl",
        }
    device = Device(holding={0: list(range(1000))})
    limits = Limits(connections=CONNECTIONS, per_client=CONNECTIONS)
    async with Server(device, f"{scheme}://127.0.0.1:0", limits=limits, **files) as server:
        await until_input_ends(server.port)


if __name__ == "__main__":
    run(serve(sys.argv[1], Path(sys.argv[2])), uvloop=False)
