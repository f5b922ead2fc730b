"""Devices that answer for two of their units and refuse or ignore the others: a program of its own.

    python -m tests.peers.quiet_devices ADDRESS... --silent N

Each has the units 1 and 17. N of the others are silent, the rest are refused at once as a gateway would (0B).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib

from port502.errors import GatewayTargetError
from port502.server import Server
from port502.service.call import Call, Reply
from port502.service.units import Units
from tests.discover.bench import meter

UNITS = (1, 17)


class Quiet:
    """The units of one address."""

    def __init__(self, silent: int) -> None:
        self._units = Units({unit: meter() for unit in UNITS})
        self._silent = {unit for unit in range(2, 248) if unit not in UNITS and unit <= silent + 2}

    def __call__(self, call: Call) -> Reply:
        if call.unit in self._silent:
            return None
        if call.unit in UNITS:
            return self._units(call)  # type: ignore[return-value]
        raise GatewayTargetError(call.request.function)


async def serve(addresses: list[str], silent: int) -> None:
    """Serve at port 502 of every address for ever."""
    async with contextlib.AsyncExitStack() as stack:
        for address in addresses:
            host = f"[{address}]" if ":" in address else address
            await stack.enter_async_context(Server(Quiet(silent), f"tcp://{host}:502"))
        print("ready", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("addresses", nargs="+")
    parser.add_argument("--silent", type=int, default=0)
    given = parser.parse_args()
    asyncio.run(serve(given.addresses, given.silent))
