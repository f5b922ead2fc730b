"""pymodbus as a server with a thousand holding registers."""

from __future__ import annotations

import asyncio

from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from bench.peers.loops import until_input_ends


async def serve() -> None:
    """Answer any unit until standard input ends."""
    registers = SimData(0, values=list(range(1000)), datatype=DataType.REGISTERS)
    server = ModbusTcpServer(SimDevice(0, simdata=[registers]), address=("127.0.0.1", 0))
    await server.listen()
    await until_input_ends(server.transport.sockets[0].getsockname()[1])
    await server.shutdown()


asyncio.run(serve())
