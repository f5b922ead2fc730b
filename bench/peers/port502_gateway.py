"""port502's gateway before a TCP device, or before a serial line: ``PORT`` or a url, and the baud rate of its wire."""

from __future__ import annotations

import sys

from bench.peers.loops import run, until_input_ends
from port502.gateway.routing import Route
from port502.gateway.station import BusPlan, ListenPlan, Station
from port502.server import Limits

CONNECTIONS = 100


async def stand(bus: str) -> None:
    """Lead clients to the bus until standard input ends."""
    limits = Limits(connections=CONNECTIONS, per_client=CONNECTIONS)
    listen = ListenPlan("tcp://127.0.0.1:0", (Route(1, 16, "bus"),), limits, ("127.0.0.0/8",))
    async with Station([listen], [BusPlan("bus", bus)]) as station:
        await until_input_ends(station.servers[0].port)


if __name__ == "__main__":
    where = sys.argv[1]
    run(stand(where if "://" in where else f"tcp://127.0.0.1:{where}"), uvloop=False)
