"""A guard before a device that notes every byte that reaches it, for clients that mean no good."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Sequence
from typing import Any

from port502.guard.auditor import Auditor
from port502.guard.gate import Gate
from port502.guard.guard import Guard
from port502.guard.policy import Policy
from port502.guard.settings import GuardSettings
from port502.protocol.message import Request
from port502.server import Limits, Server
from port502.service.access import Networks
from port502.service.call import Call, Reply
from port502.service.long_frames import LongFrames
from port502.service.units import Units
from tests.guard.rules import policy, rule
from tests.hostile.raw import device

READS = rule("reads", "read", "holding:0*100", units={1})
SETPOINT = rule("setpoint", "write", "holding:20*4", units={1})
POLICY = policy(READS, SETPOINT, read_before="never")
"""Reads of some registers, writes of four."""


class Plant:
    """The device behind the guard, and what reached it."""

    def __init__(self) -> None:
        self.device = device()
        self.asked: list[tuple[int, Request[Any]]] = []

    def __call__(self, call: Call) -> Reply | Awaitable[Reply]:
        self.asked.append((call.unit, call.request))
        return self.device(call)

    @property
    def pdus(self) -> list[str]:
        """What reached the device, as hex."""
        return [request.encode().hex() for _, request in self.asked]


class Held:
    """A guard, the plant behind it, and what was written down."""

    def __init__(self, guard: Guard, plant: Plant, heard: list[dict[str, Any]]) -> None:
        self.guard = guard
        self.plant = plant
        self.heard = heard
        self.port = guard.server.port

    def told(self, event: str) -> list[dict[str, Any]]:
        return [said for said in self.heard if said["event"] == event]


@contextlib.asynccontextmanager
async def held(
    made: Policy = POLICY,
    *,
    window: int = 4,
    limits: Limits | None = None,
    auditor: Auditor | None = None,
    long_frames: Sequence[LongFrames] = (),
    **options: Any,
) -> AsyncIterator[Held]:
    """A guard on loopback before a plant of its own."""
    plant = Plant()
    heard: list[dict[str, Any]] = []
    kept = auditor or Auditor(tell=(heard.append,))
    longer = [LongFrames(Networks(["127.0.0.1"]), one.function, one.size) for one in long_frames]
    async with Server(Units({}, any_unit=plant), "tcp://127.0.0.1:0", long_frames=longer) as server:
        gate = Gate(made, kept)
        guard = Guard(
            "tcp://127.0.0.1:0",
            server.url,
            gate,
            settings=GuardSettings(window=window, **options),
            limits=limits or Limits(connections=200, per_client=200),
            long_frames=long_frames,
        )
        async with guard:
            yield Held(guard, plant, heard)


async def settled() -> None:
    """Let everything that is on its way on loopback arrive."""
    for _ in range(20):
        await asyncio.sleep(0)
