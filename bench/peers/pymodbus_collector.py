"""The collector's job as one writes it on pymodbus: a client and a task for each device."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time

from pymodbus.client import AsyncModbusTcpClient

from bench.peers.collecting import POINTS, SETTLE, Counted, address, raise_descriptor_limit

Entry = tuple[float, object, str]


LATEST: dict[str, Entry] = {}


async def poll(host: str, port: int, phase: float, interval: float, counted: Counted) -> None:
    """Read 20 floats of one device on a fixed grid for ever, and keep the newest of each."""
    client = AsyncModbusTcpClient(host, port=port, timeout=1, retries=2)
    names = [f"{host}.value{point:02}" for point in range(POINTS)]
    await client.connect()
    loop = asyncio.get_running_loop()
    due = loop.time() + phase
    while True:
        await asyncio.sleep(max(0.0, due - loop.time()))
        due += interval
        answer = await client.read_holding_registers(0, count=2 * POINTS, device_id=1)
        now = time.time()
        if answer.isError():
            continue
        for point, name in enumerate(names):
            words = answer.registers[2 * point : 2 * point + 2]
            value = client.convert_from_registers(words, client.DATATYPE.FLOAT32)
            LATEST[name] = (now, value, "good")
        counted.polls += 1
        counted.samples += len(names)


async def collect(port: int, devices: int, interval: float, seconds: float) -> None:
    """Poll all devices and report the last ``seconds``."""
    counted = Counted()
    tasks = [
        asyncio.create_task(poll(address(device), port, device / devices * interval, interval, counted))
        for device in range(devices)
    ]
    await asyncio.sleep(SETTLE)
    counted.open()
    await asyncio.sleep(seconds)
    counted.close()
    for task in tasks:
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.gather(*tasks)


def main() -> None:
    raise_descriptor_limit()
    port, devices = int(sys.argv[1]), int(sys.argv[2])
    asyncio.run(collect(port, devices, interval=float(sys.argv[3]), seconds=float(sys.argv[4])))


if __name__ == "__main__":
    main()
