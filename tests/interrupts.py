"""Ctrl-C at any moment, as a test can have it: an alarm that raises KeyboardInterrupt."""

from __future__ import annotations

import gc
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def alarms() -> Iterator[Callable[[float], None]]:
    """``ring(seconds)`` interrupts the main thread after that time, ``ring(0)`` does not any more.

    No garbage is collected meanwhile: what is raised while Python calls a finalizer is never seen.
    """

    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    def ring(seconds: float) -> None:
        signal.setitimer(signal.ITIMER_REAL, seconds)

    before = signal.signal(signal.SIGALRM, stop)
    gc.collect()
    gc.disable()
    try:
        yield ring
    finally:
        ring(0)
        gc.enable()
        signal.signal(signal.SIGALRM, before)
