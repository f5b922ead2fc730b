"""Fifty programs that watch a dashboard, in a process of their own: ``python -m tests.hostile.onlookers URL COUNT``.

Each second reads events, each other a WebSocket; four ask for pages and lists without a pause. It says ``ready`` once
all of them have got something, and ends with its input, or with 1 as soon as one of them fails.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine

import httpx
from websockets.asyncio.client import connect

ASKING = 4
PATHS = ("/api/v1/points", "/api/v1/overview", "/api/v1/alarms", "/api/v1/status", "/metrics")
PATIENCE = 60.0


async def reads_a_socket(url: str, got: Callable[[], None]) -> None:
    async with connect(f"{url.replace('http://', 'ws://')}/api/v1/live/ws") as socket:
        async for _ in socket:
            got()


async def reads_events(url: str, got: Callable[[], None]) -> None:
    async with (
        httpx.AsyncClient(base_url=url, trust_env=False, timeout=PATIENCE) as client,
        client.stream("GET", "/api/v1/live") as answer,
    ):
        async for _ in answer.aiter_lines():
            got()


async def asks(url: str, got: Callable[[], None]) -> None:
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=PATIENCE) as client:
        while True:
            for path in PATHS:
                (await client.get(path)).raise_for_status()
            got()


async def main(url: str, count: int) -> None:
    waiting: set[int] = set(range(count))

    def got(number: int) -> None:
        if number in waiting:
            waiting.discard(number)
            if not waiting:
                print("ready", flush=True)

    def one(number: int) -> Coroutine[None, None, None]:
        kind = asks if number < ASKING else reads_a_socket if number % 2 else reads_events
        return kind(url, lambda: got(number))

    looking = [asyncio.create_task(one(number)) for number in range(count)]
    ended = asyncio.create_task(asyncio.to_thread(sys.stdin.readline))
    await asyncio.wait([*looking, ended], return_when=asyncio.FIRST_COMPLETED)
    for task in looking:
        if task.done():
            task.result()
            raise SystemExit(f"{task} ended")
        task.cancel()
    await asyncio.gather(*looking, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
