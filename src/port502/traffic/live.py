"""An interface as a source of packets, for as long as wanted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Final

from port502.traffic.pcap import Record
from port502.transport.tap import Tap

PATIENCE: Final = 0.2
"""Seconds of silence after which an empty list is given, so that what waits can be looked after."""


class Live:
    """What passes an interface, from the first turn of iterating on, for ``seconds`` or until it is no more asked.

    Packets that the kernel dropped are told in ``problem`` at the end. Raises UsageError like ``Tap``.
    """

    def __init__(
        self, interface: str, seconds: float | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.name = interface
        self.problem: str | None = None
        self.secrets: tuple[bytes, ...] = ()
        self._tap = Tap(interface)
        self._seconds = seconds
        self._clock = clock

    def __iter__(self) -> Iterator[list[Record]]:
        end = None if self._seconds is None else self._clock() + self._seconds
        try:
            while end is None or self._clock() < end:
                rest = PATIENCE if end is None else min(PATIENCE, end - self._clock())
                yield self._tap.receive(rest)
            # What came in time and still waits in the kernel belongs to it too.
            last = time.time_ns()
            while records := self._tap.receive(0):
                yield records
                if records[-1][0] > last:
                    break
        finally:
            if dropped := self._tap.dropped():
                self.problem = f"the system dropped {dropped} packets that came too fast"
            self.close()

    def close(self) -> None:
        """Listen no more."""
        self._tap.close()
