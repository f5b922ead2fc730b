"""port502's concentrator before a device; at the end it writes into a file how many requests the device got."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.peers.loops import run, until_input_ends
from port502.gateway.share import Share
from port502.server import Limits, Server

CONNECTIONS = 100


async def stand(port: int, found: list[int]) -> None:
    """Share the device until standard input ends, and note how many requests it got."""
    limits = Limits(connections=CONNECTIONS, per_client=CONNECTIONS)
    share = Share(f"tcp://127.0.0.1:{port}")
    server = Server(share.service, "tcp://127.0.0.1:0", limits=limits, allow=["127.0.0.0/8"])
    async with share, server:
        await until_input_ends(server.port)
        found.append(share.status().shared.requests)


if __name__ == "__main__":
    requests: list[int] = []
    run(stand(int(sys.argv[1]), requests), uvloop=False)
    Path(sys.argv[2]).write_text(str(requests[0]))
