"""Ending what goes on: SIGTERM, Ctrl-C, or a time that is up; SIGHUP asks to read the files again."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

STOPS = ("SIGINT", "SIGTERM")
RELOAD = "SIGHUP"


@contextmanager
def signals(stop: Callable[[], None], reload: Callable[[], None] | None = None) -> Iterator[None]:
    """While inside, SIGINT and SIGTERM call ``stop`` and SIGHUP ``reload``, where the system has them."""
    wanted = dict.fromkeys(STOPS, stop)
    if reload is not None:
        wanted[RELOAD] = reload
    known = {getattr(signal, name): call for name, call in wanted.items() if hasattr(signal, name)}
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in known}
    for number, call in known.items():
        _listen(loop, number, call)
    try:
        yield
    finally:
        for number, handler in before.items():
            if os.name != "nt":
                loop.remove_signal_handler(number)
            signal.signal(number, handler)


def _listen(loop: asyncio.AbstractEventLoop, number: int, call: Callable[[], None]) -> None:
    if os.name != "nt":
        loop.add_signal_handler(number, call)
        return

    def from_any_thread(received: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(call)

    signal.signal(number, from_any_thread)


async def until_stopped(seconds: float | None = None, reload: Callable[[], None] | None = None) -> None:
    """Wait for SIGINT or SIGTERM, at most ``seconds``."""
    stopped = asyncio.Event()
    with signals(stopped.set, reload):
        try:
            async with asyncio.timeout(seconds):
                await stopped.wait()
        except TimeoutError:
            return
