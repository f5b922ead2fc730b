"""A gateway as one writes it with pymodbus: a server that asks the device behind it for whatever is read.

``PORT`` of a TCP device, or the path of a serial line and its baud rate. It knows reads of holding registers of unit 1.
"""

from __future__ import annotations

import asyncio
import sys

from pymodbus import FramerType
from pymodbus.client import AsyncModbusSerialClient, AsyncModbusTcpClient
from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from bench.peers.loops import until_input_ends

REGISTERS = 1000


async def stand(client: AsyncModbusSerialClient | AsyncModbusTcpClient) -> None:
    """Lead clients to the device until standard input ends."""

    async def fetch(
        function: int, start: int, address: int, count: int, current: list[int], written: object
    ) -> ExcCodes | None:
        reply = await client.read_holding_registers(address, count=count, device_id=1)
        if reply.isError():
            return ExcCodes.GATEWAY_NO_RESPONSE
        current[address - start : address - start + count] = reply.registers
        return None

    await client.connect()
    held = SimData(0, count=REGISTERS, values=0, datatype=DataType.REGISTERS)
    server = ModbusTcpServer(SimDevice(0, simdata=[held], action=fetch), address=("127.0.0.1", 0))
    await server.listen()
    await until_input_ends(server.transport.sockets[0].getsockname()[1])
    await server.shutdown()
    client.close()


async def main() -> None:
    """Choose the client by what the device is reached over."""
    where = sys.argv[1]
    if where.isdigit():
        await stand(AsyncModbusTcpClient("127.0.0.1", port=int(where)))
    else:
        await stand(
            AsyncModbusSerialClient(where, framer=FramerType.RTU, baudrate=int(sys.argv[2]), parity="N")
        )


asyncio.run(main())
