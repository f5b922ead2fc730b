"""Ten thousand idle connections, in processes of their own: who is called, and who calls and says nothing.

``python -m tests.hostile.crowd server|guard LIMIT`` serves and tells its port, and for each line of its input how many
connections it holds and how many bytes of memory it has. ``python -m tests.hostile.crowd callers PORT COUNT`` connects
so often from many addresses of loopback, and does what each line of its input says.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import resource
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from port502.guard.gate import Gate
from port502.guard.guard import Guard
from port502.server import Limits, Server
from port502.service.units import Units
from tests.guard.rules import policy, rule
from tests.hostile.raw import device

FRAME = bytes.fromhex("000700000006010300000001")
SPARE = 300
"""Descriptors that a process needs besides its connections."""


def descriptors(wanted: int) -> bool:
    """Whether this process may have so many descriptors, after asking for them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + SPARE
    if soft != resource.RLIM_INFINITY and soft < needed:
        if hard != resource.RLIM_INFINITY and hard < needed:
            return False
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
    return True


def resident() -> int:
    """The bytes of memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


@contextlib.asynccontextmanager
async def called(kind: str, limit: int) -> AsyncIterator[Server]:
    """A server, or a guard before one, that takes so many connections and never tires of them."""
    limits = Limits(connections=limit, per_client=limit, idle=None, frame=600.0)
    if kind == "server":
        async with Server(device(), "tcp://127.0.0.1:0", limits=limits, allow=["127.0.0.0/16"]) as server:
            yield server
        return
    gate = Gate(policy(rule("reads", "read", "holding:0*200")))
    async with (
        Server(Units({}, any_unit=device()), "tcp://127.0.0.1:0") as plc,
        Guard("tcp://127.0.0.1:0", plc.url, gate, limits=limits, allow=["127.0.0.0/16"]) as guard,
    ):
        yield guard.server


async def serve(kind: str, limit: int) -> None:
    async with called(kind, limit) as server:
        print(server.port, flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            sessions = server.sessions
            told = {
                "held": len(sessions),
                "working": [one.port for one in sessions if one.host == "127.0.0.1"],
                "bytes": resident(),
                "causes": server.counters.causes,
            }
            print(json.dumps(told), flush=True)


def call(port: int, count: int) -> None:
    held = [_connected(port, number) for number in range(count)]
    print(len(held), flush=True)
    chance = random.Random(73)
    for line in sys.stdin:
        if line.strip() == "first bytes":
            for one in held:
                with contextlib.suppress(OSError):  # some had to make room
                    one.send(FRAME[:1])
        elif line.strip() == "garbage":
            for one in held[-count // 10 :]:
                with contextlib.suppress(OSError):
                    one.send(chance.randbytes(200))
        elif line.strip() == "more":
            held += [_connected(port, count + number) for number in range(count // 10)]
        print("done", flush=True)


def _connected(port: int, number: int) -> socket.socket:
    made = socket.socket()
    made.bind((f"127.0.{1 + number // 250}.{1 + number % 250}", 0))
    made.connect(("127.0.0.1", port))
    return made


if __name__ == "__main__":
    role, *rest = sys.argv[1:]
    amount = int(rest[-1])
    if not descriptors(amount + amount // 10):
        sys.exit(f"this process may not have {amount} descriptors (ulimit -Hn)")
    if role == "callers":
        call(int(rest[0]), amount)
    else:
        asyncio.run(serve(role, amount))
