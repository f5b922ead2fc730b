"""One unit id on a connection: its health, and whose turn it is to find out whether it lives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from port502.collect.health import UnitHealth

if TYPE_CHECKING:
    from port502.collect.group import Group


class Unit:
    """All groups that ask one unit id share this.

    While the unit is not known to answer, one group at a time spends one request on it as a test; the others wait
    for the outcome, which is theirs too. ``mourned`` says that the log called it offline.
    """

    __slots__ = ("health", "mourned", "number", "tester", "waiting")

    def __init__(self, number: int, now: float) -> None:
        self.number = number
        self.health = UnitHealth(now)
        self.mourned = False
        self.tester: Group | None = None
        self.waiting: list[Group] = []

    def answered(self, now: float) -> bool:
        """It gave a sign of life: the test is over and those who waited may go on; True when that is news."""
        news = self.health.answered(now)
        if news:
            self._end_test(now, "")
        return news

    def failed(self, now: float, reason: str, cost: float, *, shared: bool) -> bool:
        """It gave none within ``cost`` seconds: those who waited need not ask; True when its state changes."""
        news = self.health.failed(now, reason, cost, shared=shared)
        self._end_test(now, reason)
        return news

    def leave(self, group: Group, now: float) -> None:
        """A group gives up its cycle; if it was testing, the next in line tests."""
        if group in self.waiting:
            self.waiting.remove(group)
        if self.tester is group:
            self._end_test(now, "")

    def _end_test(self, now: float, reason: str) -> None:
        self.tester = None
        if not self.waiting:
            return
        waiting, self.waiting = self.waiting, []
        for group in waiting:
            if reason:
                group.fail(reason, now)
            else:
                group.resume(now)
