"""A serial line without hardware: two pseudo-terminals tied together, on systems that have them.

They know no parity, no modem lines and no baud rate: bytes pass at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from port502.errors import UsageError

CHUNK = 4096


class PtyLine:
    """A line with two ``ends``, the paths of its ports, from ``start`` to ``stop``.

    Both ends may be opened and closed any number of times; what is sent while nobody listens is lost, as on a wire.
    ``link`` is a name for the first end, as long as the line is there: numbers of terminals are given again to others.
    Raises UsageError on a system without pseudo-terminals, and for a link where something else is.
    """

    def __init__(self, link: Path | None = None) -> None:
        self.link = link
        self.ends: tuple[str, str] = ("", "")
        self._pairs: list[tuple[int, int]] = []

    @staticmethod
    def is_possible() -> bool:
        """Whether this system has pseudo-terminals."""
        return hasattr(os, "openpty")

    async def __aenter__(self) -> Self:
        self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Make both ends, and pass on what is sent between them."""
        if not self.is_possible():
            raise UsageError("this system has no pseudo-terminals to make a serial line of")
        import tty

        if self.link is not None and self.link.exists() and not self.link.is_symlink():
            raise UsageError(f"{self.link} is there already, and is no serial line")
        loop = asyncio.get_running_loop()
        self._pairs = [os.openpty(), os.openpty()]
        for ours, theirs in self._pairs:
            tty.setraw(theirs)
            os.set_blocking(ours, False)
        (one, near), (other, far) = self._pairs
        self.ends = os.ttyname(near), os.ttyname(far)
        try:
            if self.link is not None:
                self.link.unlink(missing_ok=True)
                self.link.symlink_to(self.ends[0])
        except OSError as error:
            self._close()
            raise UsageError(f"{self.link} cannot be made: {error.strerror or error}") from error
        loop.add_reader(one, _pass_on, one, other)
        loop.add_reader(other, _pass_on, other, one)

    def stop(self) -> None:
        """End the line; its ports are gone."""
        if self.link is not None and self._pairs:
            self.link.unlink(missing_ok=True)
        self._close()

    def _close(self) -> None:
        loop = asyncio.get_running_loop()
        pairs, self._pairs = self._pairs, []
        for ours, theirs in pairs:
            loop.remove_reader(ours)
            os.close(ours)
            os.close(theirs)


def _pass_on(sender: int, receiver: int) -> None:
    with contextlib.suppress(BlockingIOError):  # nothing to read after all, or nobody reads at the other end
        os.write(receiver, os.read(sender, CHUNK))
