"""What is watched on a target without a site file: the references, their newest values, and how the device answers."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count, islice
from typing import Final

from port502.cli.exits import Failed, exception_text, message, one_line
from port502.cli.peer import Peer, Wanted
from port502.cli.target import resolve
from port502.cli.values import BAD, Row
from port502.cli.watching.shown import NOT_READ, Shown
from port502.errors import DeviceError, Port502Error, UsageError
from port502.protocol.codes import ILLEGAL_DATA_ADDRESS, ILLEGAL_DATA_VALUE, ILLEGAL_FUNCTION
from port502.registers.reference import Table

MOST: Final = 5000
"""Values that are watched at a time."""

TOGETHER: Final = 100
"""Values that are asked for together: where the device refuses one of them, these are read one by one, once."""

RETRY: Final = 10.0
"""Seconds after which a refused value is tried again, by itself."""

RETRIES: Final = 3
"""So many refused values are tried again in one poll."""

LEAST_STALE: Final = 2.0
"""Seconds for which a value is good at least, however often it is read."""

_REFUSALS = (ILLEGAL_FUNCTION, ILLEGAL_DATA_ADDRESS, ILLEGAL_DATA_VALUE)


@dataclass(slots=True, eq=False)
class Entry:
    """One value that is watched; after a refusal it is left out until monotonic ``retry_at``."""

    wanted: Wanted
    shown: Shown
    retry_at: float = 0.0


@dataclass(slots=True)
class Tally:
    """How the polls went so far: ``took`` are the seconds that the last ones needed."""

    polls: int = 0
    failed: int = 0
    took: deque[float] = field(default_factory=lambda: deque(maxlen=300))


class Book:
    """The values that are watched on a device. Reading is all that it does."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.entries: list[Entry] = []
        self.tally = Tally()
        self.fault = ""
        self.registers: dict[tuple[Table, int], int] = {}
        self.connected = False
        self._keys = count(1)

    def add(self, text: str) -> list[Entry]:
        """Watch what the words of a text mean; raises UsageError where one means nothing, or it becomes too much."""
        words = text.split()
        if not words:
            raise UsageError("nothing says what to read: holding:0*10, 40001, coil:3, or a point's name")
        return self.add_wanted([one for word in words for one in resolve(word, self.peer.device)])

    def add_wanted(self, wanted: Sequence[Wanted]) -> list[Entry]:
        """Watch these values; raises UsageError where it becomes too much."""
        if len(self.entries) + len(wanted) > MOST:
            raise UsageError(f"at most {MOST:,} values are watched at a time")
        new = [Entry(one, Shown(str(next(self._keys)), _nothing_yet(one))) for one in wanted]
        self.entries += new
        return new

    def remove(self, entry: Entry) -> None:
        """Watch a value no more."""
        if entry in self.entries:
            self.entries.remove(entry)

    def change(self, entry: Entry, wanted: Wanted) -> None:
        """Let a line of the table be another value from now on."""
        entry.wanted, entry.retry_at = wanted, 0.0
        entry.shown.begin_anew(_nothing_yet(wanted))

    async def poll(self) -> list[Row]:
        """Read everything once; what fails is in the values and in ``fault``, in words. Returns what was read."""
        began = time.monotonic()
        rows: list[Row] = []
        fault = ""
        try:
            if not self.connected:
                await self.peer.__aenter__()
                self.connected = True
            for some in self._portions(began):
                rows += await self._read(some)
        except (Failed, Port502Error, OSError) as error:
            fault = message(error)
            self._fail(_reason(error))
        self.tally.polls += 1
        if fault:
            self.tally.failed += 1
        else:
            self.tally.took.append(time.monotonic() - began)
        self.fault = fault
        return rows

    def grow_stale(self, interval: float) -> None:
        """Say of values that are overdue, three polls or some seconds, that they are."""
        now = time.time()
        for entry in self.entries:
            entry.shown.grow_stale(now, max(3 * interval, LEAST_STALE))

    async def close(self) -> None:
        """Let go of the device."""
        if self.connected:
            self.connected = False
            await self.peer.__aexit__(None, None, None)

    def _portions(self, now: float) -> list[list[Entry]]:
        """What is read together: the healthy in large portions, and a few refused ones each by itself."""
        healthy = [one for one in self.entries if not one.retry_at]
        due = islice((one for one in self.entries if one.retry_at and one.retry_at <= now), RETRIES)
        portions = [healthy[start : start + TOGETHER] for start in range(0, len(healthy), TOGETHER)]
        return portions + [[one] for one in due]

    async def _read(self, entries: Sequence[Entry]) -> list[Row]:
        asked = [(one, one.wanted) for one in entries]
        try:
            rows = await self.peer.read([wanted for _, wanted in asked])
        except Failed as failed:
            if not isinstance(failed.error, DeviceError):
                raise
            self._refuse(entries, failed.error)
            return []
        now = time.time()
        taken = []
        for (entry, wanted), row in zip(asked, rows, strict=True):
            if entry.wanted is wanted:  # not changed by a key meanwhile
                taken.append(row)
                self._take(entry, row, now)
        return taken

    def _take(self, entry: Entry, row: Row, now: float) -> None:
        entry.shown.take(row, now)
        refused = row.quality == BAD and not row.registers
        entry.retry_at = time.monotonic() + RETRY if refused else 0.0
        table = entry.wanted.point.table
        if not table.is_bits:
            self.registers.update(
                ((table, row.address + step), one) for step, one in enumerate(row.registers)
            )

    def _refuse(self, entries: Sequence[Entry], error: DeviceError) -> None:
        now = time.time()
        later = time.monotonic() + RETRY if error.code in _REFUSALS else 0.0
        for entry in entries:
            entry.shown.fail(exception_text(error), now)
            entry.retry_at = later

    def _fail(self, reason: str) -> None:
        now = time.time()
        for entry in self.entries:
            entry.shown.fail(reason, now)
        self.registers.clear()


def _reason(error: Exception) -> str:
    """What went wrong, in the words of a value's quality."""
    cause = error.error if isinstance(error, Failed) else error
    return exception_text(cause) if isinstance(cause, DeviceError) else one_line(str(cause))


def _nothing_yet(wanted: Wanted) -> Row:
    point = wanted.point
    return Row(
        ref=wanted.ref,
        name=wanted.name,
        table=str(point.table),
        address=point.address,
        type=point.type if point.order == "abcd" else f"{point.type}:{point.order}",
        value=None,
        registers=(),
        time="",
        unit_of_measure=point.unit,
        quality=BAD,
        reason=NOT_READ,
    )
