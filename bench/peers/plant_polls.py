"""Polls every meter of a plant once a second: all points of its map, in the requests that a plan gives.

Each meter has its own connection and its own moment of the second. A poll whose replies are not all there when
the next one is due is lost, and so is one with an exception in it; a reply that nobody waits for counts as one more.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

from bench.peers.collecting import raise_descriptor_limit
from bench.peers.counting import cpu_of
from port502.registers.maps.library import Library
from port502.registers.planner import plan

INTERVAL = 1.0
SETTLE = 1.5
HEADER = 7


def requests_of(name: str) -> list[bytes]:
    """The frames that read all points of a map."""
    known = Library.default().load(name)
    blocks = plan([one.point for one in known.points.values()], known.limits)
    pdus = [block.request.encode() for block in blocks]
    return [
        number.to_bytes(2, "big") + b"\0\0" + (len(pdu) + 1).to_bytes(2, "big") + b"\1" + pdu
        for number, pdu in enumerate(pdus)
    ]


class Meter(asyncio.Protocol):
    """One connection: asks for the blocks one after the other, and knows which polls came to an end."""

    def __init__(self, frames: list[bytes], totals: Totals) -> None:
        self._frames = frames
        self._totals = totals
        self._held = b""
        self._left: list[bytes] = []
        self._began = 0.0
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Polls begin when ``poll`` says so."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def poll(self, due: float) -> None:
        """Ask, and come again after the interval."""
        loop = asyncio.get_running_loop()
        if self._left:
            self._totals.lost += 1
        self._left = list(self._frames)
        self._began = loop.time()
        self._totals.polls += 1
        self.transport.write(self._left[0])
        loop.call_at(due + INTERVAL, self.poll, due + INTERVAL)

    def data_received(self, data: bytes) -> None:
        """Take one reply after the other, each to be answered by the next request."""
        self._held += data
        while len(self._held) > HEADER:
            size = 6 + int.from_bytes(self._held[4:6], "big")
            if len(self._held) < size:
                return
            reply, self._held = self._held[:size], self._held[size:]
            self._take(reply)

    def _take(self, reply: bytes) -> None:
        if not self._left or reply[:2] != self._left[0][:2]:
            self._totals.wrong += 1
            return
        if reply[HEADER] != self._left[0][HEADER]:
            self._totals.lost += 1
            self._left.clear()
            return
        del self._left[0]
        if self._left:
            self.transport.write(self._left[0])
        else:
            self._totals.took.append(asyncio.get_running_loop().time() - self._began)


class Totals:
    """What became of all polls."""

    def __init__(self) -> None:
        self.polls = self.lost = self.wrong = 0
        self.took: list[float] = []


async def main(places: list[str], name: str, seconds: float, pid: int) -> None:
    """Connect to all, let them come into step, and count for some seconds."""
    frames, totals = requests_of(name), Totals()
    loop = asyncio.get_running_loop()
    meters = []
    for place in places:
        port = urlsplit(place).port
        _, meter = await loop.create_connection(lambda: Meter(frames, totals), "127.0.0.1", port)
        meters.append(meter)
    start = loop.time() + 0.1
    for number, meter in enumerate(meters):
        due = start + number * INTERVAL / len(meters)
        loop.call_at(due, meter.poll, due)
    await asyncio.sleep(SETTLE)
    polls, used, began = len(totals.took), cpu_of(pid), time.perf_counter()
    await asyncio.sleep(seconds)
    took = time.perf_counter() - began
    told = {
        "polls": len(totals.took) - polls,
        "seconds": took,
        "cpu": cpu_of(pid) - used,
        "lost": totals.lost + totals.wrong,
        "requests": len(frames),
        "p99": sorted(totals.took)[int(len(totals.took) * 0.99)],
    }
    print(json.dumps(told))


if __name__ == "__main__":
    raise_descriptor_limit()
    listed = (Path(sys.argv[1]) / "places").read_text(encoding="utf-8").split()
    asyncio.run(main(listed, sys.argv[2], float(sys.argv[3]), int(sys.argv[4])))
