"""Values that were seen somewhere else, at the times at which they were seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from port502.errors import UsageError
from port502.registers.reference import Table as TableName
from port502.service.device import Device
from port502.service.table import Table

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Change:
    """``values`` (0-65535, or 0 and 1) that stand at ``address`` of a table from ``seconds`` after the start on."""

    seconds: float
    table: TableName
    address: int
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Course:
    """Changes in the order of their times; after ``period`` seconds it begins anew, None: what came last stays."""

    changes: tuple[Change, ...] = ()
    period: float | None = None


class Replay:
    """Keeps a device's tables on a course: brought up to the present moment before each read of a client.

    It starts when it is made. ``clock`` gives seconds. What a client writes stays until the course says otherwise.
    Raises UsageError for changes of addresses that the device does not have.
    """

    def __init__(self, device: Device, course: Course, clock: Clock) -> None:
        self._changes = course.changes
        self._period = course.period
        self._clock = clock
        self._tables: dict[TableName, Table[int] | Table[bool]] = {
            name: getattr(device, str(name)) for name in {change.table for change in course.changes}
        }
        self._began = clock()
        self._round = 0
        self._next = 0
        self._before = [self._change_at(0.0, change) for change in self._changes]
        for table in self._tables.values():
            table.on_read(self._on_read)

    def go_on(self) -> None:
        """Apply all changes up to the present moment."""
        elapsed = self._clock() - self._began
        if self._period:
            turn, elapsed = divmod(elapsed, self._period)
            if turn != self._round:
                self._round, self._next = int(turn), 0
                for change in self._before:
                    self._apply(change)
        changes, at = self._changes, self._next
        while at < len(changes) and changes[at].seconds <= elapsed:
            self._apply(changes[at])
            at += 1
        self._next = at

    def _on_read(self, address: int, quantity: int) -> None:
        self.go_on()

    def _change_at(self, seconds: float, change: Change) -> Change:
        """What stands now where something changes later."""
        values = self._tables[change.table].read(change.address, len(change.values))
        return Change(seconds, change.table, change.address, tuple(map(int, values)))

    def _apply(self, change: Change) -> None:
        values: Sequence[int] = change.values
        if change.table.is_bits:
            values = [bool(value) for value in values]
        self._tables[change.table].write(change.address, values)  # type: ignore[arg-type]


def replayed(device: Device, course: Course, clock: Clock) -> Device:
    """The device, kept on a course from now on; raises UsageError for a course that leads out of its tables."""
    if any(
        one.seconds > other.seconds for one, other in zip(course.changes, course.changes[1:], strict=False)
    ):
        raise UsageError("the changes of a course stand in the order of their times")
    if course.changes:
        Replay(device, course, clock)
    return device
