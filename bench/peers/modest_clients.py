"""Clients that ask now and then, beside one that never has enough: how long the modest ones wait.

``PORT CLIENTS PERIOD GREED REGISTERS SECONDS SEED``: every modest client asks once a period, at times that the seed
chooses; the greedy one keeps ``GREED`` requests in flight, 0 for none. Ends with a line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time

WARM_UP = 0.3
PATIENCE = 30.0


class Client:
    """One connection that reads holding registers."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, registers: int) -> None:
        self._reader, self._writer, self._registers, self._sent = reader, writer, registers, 0

    def send(self) -> None:
        """Send a read."""
        self._sent = self._sent % 0xFFFF + 1
        self._writer.write(
            self._sent.to_bytes(2, "big") + b"\0\0\0\6\1\3\0\0" + self._registers.to_bytes(2, "big")
        )

    async def receive(self) -> None:
        """Wait for the next reply; raises ValueError unless it has the registers."""
        header = await self._reader.readexactly(6)
        body = await self._reader.readexactly(int.from_bytes(header[4:], "big"))
        if body[:3] != bytes((1, 3, 2 * self._registers)):
            raise ValueError(f"a wrong reply: {body.hex(' ')}")

    async def be_modest(self, times: list[float], taken: list[float]) -> None:
        """Ask at these times, and note how long each answer took, from when it was wanted."""
        for wanted in times:
            await asyncio.sleep(wanted - time.monotonic())
            self.send()
            await self.receive()
            taken.append(time.monotonic() - wanted)

    async def be_greedy(self, depth: int) -> None:
        """Keep so many requests in flight for ever."""
        for _ in range(depth):
            self.send()
        while True:
            await self.receive()
            self.send()


async def ask(
    port: int, clients: int, period: float, greed: int, registers: int, seconds: float, seed: int
) -> list[float]:
    """How long the modest ones waited for each of their answers, in seconds."""

    async def connect() -> Client:
        return Client(*await asyncio.open_connection("127.0.0.1", port), registers)

    chance, taken = random.Random(seed), []
    greedy = asyncio.ensure_future((await connect()).be_greedy(greed))
    modest = [await connect() for _ in range(clients)]
    begin = time.monotonic() + WARM_UP
    rounds = range(round(seconds / period))
    async with asyncio.timeout(PATIENCE + seconds), asyncio.TaskGroup() as group:
        for client in modest:
            times = [begin + (number + chance.random()) * period for number in rounds]
            group.create_task(client.be_modest(times, taken))
    if greedy.done():
        greedy.result()
    greedy.cancel()
    return taken


if __name__ == "__main__":
    port, clients, greed, registers, seed = (int(sys.argv[place]) for place in (1, 2, 4, 5, 7))
    period, seconds = float(sys.argv[3]), float(sys.argv[6])
    waited = sorted(asyncio.run(ask(port, clients, period, greed, registers, seconds, seed)))
    told = {"requests": len(waited), "p50": waited[len(waited) // 2], "p99": waited[int(len(waited) * 0.99)]}
    print(json.dumps(told))
