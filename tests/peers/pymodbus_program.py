"""pymodbus's server with the known values, as a program: ``python -m tests.peers.pymodbus_program tcp``.

With ``rtu DEVICE`` it serves a serial line instead. It answers units 1 and 7 there and any unit on TCP.
"""

from __future__ import annotations

import asyncio
import sys

from pymodbus import ModbusDeviceIdentification
from pymodbus.server import ModbusSerialServer, ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from tests.peers import known

IDENTITY = {
    "VendorName": "Acme",
    "ProductCode": "B200",
    "MajorMinorRevision": "1.4",
    "VendorUrl": "https://example.com",
    "ProductName": "Boiler",
    "ModelName": "B200-7",
}


def device(unit: int) -> SimDevice:
    def bits(values: list[bool]) -> list[SimData]:
        return [SimData(0, values=list(values), datatype=DataType.BITS)]

    def registers(values: list[int]) -> list[SimData]:
        return [SimData(0, values=list(values), datatype=DataType.REGISTERS)]

    tables = (
        bits(known.COILS),
        bits(known.DISCRETE_INPUTS),
        registers(known.HOLDING_REGISTERS),
        registers(known.INPUT_REGISTERS),
    )
    return SimDevice(id=unit, simdata=tables)


async def serve(link: str, line: str) -> None:
    identity = ModbusDeviceIdentification(info_name=IDENTITY)
    server: ModbusTcpServer | ModbusSerialServer
    if link == "tcp":
        server = ModbusTcpServer(device(0), identity=identity, address=("127.0.0.1", 0))
        await server.serve_forever(background=True)
        where = server.transport.sockets[0].getsockname()[1]
    else:
        server = ModbusSerialServer([device(1), device(7)], identity=identity, port=line, baudrate=19200)
        await server.serve_forever(background=True)
        where = line
    print(f"listening {where}", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await server.shutdown()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""))
