"""Ending what goes on: SIGTERM, Ctrl-C, a closed terminal, or a time that is up; SIGHUP asks to read the files again.

After SIGTERM and a time that is up the exit code is 0, after Ctrl-C it is 130.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar

from port502.cli import interrupt

INTERRUPT = "SIGINT"
STOPS = (INTERRUPT, "SIGTERM")
RELOAD = "SIGHUP"

T = TypeVar("T")


@contextmanager
def stoppable(reload: Callable[[], None] | None = None) -> Iterator[asyncio.Event]:
    """While inside, SIGINT and SIGTERM set the event, and SIGHUP calls ``reload``, where the system has them.

    When a terminal is closed, SIGHUP comes to what was started on it: that ends it, for nobody else would.
    """
    stopped = asyncio.Event()
    wanted: dict[str, Callable[[], None]] = dict.fromkeys(STOPS, stopped.set)

    def interrupted() -> None:
        interrupt.note()
        stopped.set()

    wanted[INTERRUPT] = interrupted
    if reload is not None:
        wanted[RELOAD] = _unless_closed(reload, stopped.set)
    known = {getattr(signal, name): call for name, call in wanted.items() if hasattr(signal, name)}
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in known}
    for number, call in known.items():
        _listen(loop, number, call)
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            if os.name != "nt":
                loop.remove_signal_handler(number)
            signal.signal(number, handler)


async def unless_stopped(work: Coroutine[Any, Any, T]) -> T | None:
    """The outcome of the work; None where a signal ended it before its own end."""
    with stoppable() as stopped:
        running, stopping = asyncio.create_task(work), asyncio.create_task(stopped.wait())
        try:
            await asyncio.wait((running, stopping), return_when=asyncio.FIRST_COMPLETED)
            return running.result() if running.done() else None
        finally:
            running.cancel()
            stopping.cancel()
            await asyncio.gather(running, stopping, return_exceptions=True)


async def wait(stopped: asyncio.Event, seconds: float | None = None) -> None:
    """Wait until somebody stops the program, at most ``seconds``."""
    try:
        async with asyncio.timeout(seconds):
            await stopped.wait()
    except TimeoutError:
        return


def _unless_closed(reload: Callable[[], None], stop: Callable[[], None]) -> Callable[[], None]:
    begun_on_terminal = _has_terminal()
    return lambda: stop() if begun_on_terminal and not _has_terminal() else reload()


def _has_terminal() -> bool:
    return sys.__stdin__ is not None and not sys.__stdin__.closed and sys.__stdin__.isatty()


def _listen(loop: asyncio.AbstractEventLoop, number: int, call: Callable[[], None]) -> None:
    if os.name != "nt":
        loop.add_signal_handler(number, call)
        return

    def from_any_thread(received: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(call)

    signal.signal(number, from_any_thread)
