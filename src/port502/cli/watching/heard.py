"""What passes on the connection of an ad hoc watch: heard by ourselves, or told by the running site that has it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal, Protocol

from port502.errors import Port502Error
from port502.site.control import AskTraffic, inquire
from port502.site.overheard import Overheard, overheard
from port502.site.traffic import Tap

MOST: Final = 500
PATIENCE: Final = 1.0


class Heard(Protocol):
    """Exchanges, the oldest first."""

    async def look(self) -> Sequence[Overheard]:
        """Those that are known now."""
        ...


class OwnTap:
    """Hears a connection of our own: give ``hear`` to ``Asked``."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._tap: Tap | None = None
        self._patience = patience

    def hear(self, url: str) -> OwnTap:
        """What hears the bytes of a connection to this url."""
        self._tap = Tap(url)
        return self

    def __call__(self, way: Literal["sent", "received"], data: bytes) -> None:
        """Some bytes pass."""
        if self._tap is not None:
            self._tap.hear(way, data)

    async def look(self) -> Sequence[Overheard]:
        """What passed lately."""
        if self._tap is None:
            return ()
        return overheard(self._tap.look(), self._patience, time.time_ns())


class SiteTap:
    """Asks a running site what passes on one of its connections; what is known already is not asked for again."""

    def __init__(self, control: Path, connection: str) -> None:
        self._control = control
        self.connection = connection
        self._known: dict[int, Overheard] = {}

    async def look(self) -> Sequence[Overheard]:
        """What passed lately; what is known already where the site does not answer."""
        try:
            answer = await inquire(self._control, AskTraffic(self.connection, self._complete()))
        except Port502Error:
            return list(self._known.values())
        fresh = answer.overheard or ()
        if not fresh and self._known and self._complete() == 0:
            self._known.clear()
        self._known |= {one.number: one for one in fresh}
        while len(self._known) > MOST:
            del self._known[next(iter(self._known))]
        return list(self._known.values())

    def _complete(self) -> int:
        """The number up to which nothing more will come."""
        last = 0
        for number, one in self._known.items():
            if not one.done:
                return number - 1
            last = number
        return last
