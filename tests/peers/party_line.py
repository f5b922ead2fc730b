"""A serial bus without hardware: pseudo-terminals on which everybody hears everybody else, as slow as a baud rate.

They know no parity and no modem lines. Without a baud rate bytes pass at once.
"""

from __future__ import annotations

import contextlib
import heapq
import os
import select
import threading
import time
import tty
from collections.abc import Iterator

_BITS = 11


class PartyLine:
    """The hub behind the terminals; ``ends`` are their paths, ``heard`` all bytes that were sent, by end."""

    def __init__(self, count: int, baud: int | None = None) -> None:
        self._pairs = [os.openpty() for _ in range(count)]
        for ours, theirs in self._pairs:
            tty.setraw(ours)
            tty.setraw(theirs)
            os.set_blocking(ours, False)
        self.ends = [os.ttyname(theirs) for _, theirs in self._pairs]
        self.heard: list[tuple[int, bytes]] = []
        self.busy_seconds = 0.0
        self._baud = baud
        self._waiting: list[tuple[float, int, int, bytes]] = []
        self._free_at = 0.0
        self._wake, self._woken = os.pipe()
        self._thread = threading.Thread(target=self._pass_on, name="party line")
        self._thread.start()

    def close(self) -> None:
        os.write(self._woken, b"x")
        self._thread.join()
        for descriptor in (self._wake, self._woken, *(one for pair in self._pairs for one in pair)):
            os.close(descriptor)

    def _pass_on(self) -> None:
        ours = {pair[0]: number for number, pair in enumerate(self._pairs)}
        while True:
            timeout = max(0.0, self._waiting[0][0] - time.monotonic()) if self._waiting else None
            ready, _, _ = select.select([self._wake, *ours], (), (), timeout)
            if self._wake in ready:
                return
            for descriptor in ready:
                self._take(ours[descriptor], os.read(descriptor, 4096))
            while self._waiting and self._waiting[0][0] <= time.monotonic():
                _, _, sender, data = heapq.heappop(self._waiting)
                for number, (end, _) in enumerate(self._pairs):
                    if number != sender:
                        with contextlib.suppress(BlockingIOError):  # nobody listens at that end
                            os.write(end, data)

    def _take(self, sender: int, data: bytes) -> None:
        """Bytes are there for the others when the last of them has gone over the wire."""
        now = time.monotonic()
        self.heard.append((sender, data))
        taken = len(data) * _BITS / self._baud if self._baud else 0.0
        self.busy_seconds += taken
        self._free_at = max(now, self._free_at) + taken
        heapq.heappush(self._waiting, (self._free_at, len(self.heard), sender, data))


@contextlib.contextmanager
def party_line(count: int, baud: int | None = None) -> Iterator[PartyLine]:
    """A bus with so many ends, until the block ends."""
    made = PartyLine(count, baud)
    try:
        yield made
    finally:
        made.close()
