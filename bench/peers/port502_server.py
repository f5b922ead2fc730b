"""port502's server with a thousand holding registers.

Every limit is on; only the numbers of connections are raised, since one load generator opens them all.
"""

from __future__ import annotations

import sys

from bench.peers.collecting import raise_descriptor_limit
from bench.peers.loops import run, until_input_ends
from port502.server import Limits, Server
from port502.service.device import Device

CONNECTIONS = 2000


async def serve() -> None:
    """Answer until standard input ends."""
    device = Device(holding={0: list(range(1000))})
    limits = Limits(connections=CONNECTIONS, per_client=CONNECTIONS)
    async with Server(device, "tcp://127.0.0.1:0", limits=limits, allow=["127.0.0.0/8"]) as server:
        await until_input_ends(server.port)


if __name__ == "__main__":
    raise_descriptor_limit()
    run(serve(), uvloop="uvloop" in sys.argv)
