"""What one unit was seen to hold: its tables at first, and every change of them with its time, in bounded memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from port502.registers.reference import Table
from port502.simulate.replay import Change
from port502.site.replay_file import MOST_CHANGES

MOST_PLACES = 400_000
MOST_MOVES = 400_000
"""Addresses and changes that are remembered of all units together."""

MOST_REPLIES = 128
_NANOSECONDS = 1_000_000_000


@dataclass(slots=True)
class Budget:
    """What all units together may still remember; ``refused`` counts values and changes that found no room."""

    places: int = MOST_PLACES
    moves: int = MOST_MOVES
    refused: int = 0


@dataclass(slots=True)
class Memory:
    """The tables, files and queues of one unit as they were read and written.

    ``first`` and ``now`` hold values (0-65535, bits 0 and 1) by address, ``moves`` what changed: time in ns, table,
    address, value. ``written`` are the addresses that clients wrote.
    """

    budget: Budget = field(default_factory=Budget)
    first: dict[Table, dict[int, int]] = field(default_factory=lambda: {table: {} for table in Table})
    now: dict[Table, dict[int, int]] = field(default_factory=lambda: {table: {} for table in Table})
    moves: list[tuple[int, Table, int, int]] = field(default_factory=list)
    written: set[tuple[Table, int]] = field(default_factory=set)
    records: dict[int, dict[int, int]] = field(default_factory=dict)
    queues: dict[int, tuple[int, ...]] = field(default_factory=dict)
    objects: dict[int, bytes] = field(default_factory=dict)
    server_id: bytes | None = None
    _replies: dict[bytes, tuple[bytes, int]] = field(default_factory=dict)
    _version: int = 0

    def is_known(self, request: bytes, reply: bytes) -> bool:
        """Whether this reply to this request (PDUs) came last, and nothing changed since: it says nothing new."""
        known = self._replies.get(request)
        return known is not None and known[1] == self._version and known[0] == reply

    def remember(self, request: bytes, reply: bytes) -> None:
        """This reply was looked at."""
        if len(self._replies) >= MOST_REPLIES:
            self._replies.clear()
        self._replies[request] = reply, self._version

    def hold(self, time: int, table: Table, address: int, values: Sequence[int]) -> None:
        """From a time (ns) on these values stood there."""
        now = self.now[table]
        for place, value in enumerate(values, address):
            before = now.get(place)
            if before == value:
                continue
            value = int(value)
            if before is None:
                if not self.budget.places:
                    self.budget.refused += 1
                    continue
                self.budget.places -= 1
                self.first[table][place] = value
            elif self.budget.moves and len(self.moves) < MOST_CHANGES:
                self.budget.moves -= 1
                self.moves.append((time, table, place, value))
            else:
                self.budget.refused += 1
            now[place] = value
            self._version += 1

    def write(self, time: int, table: Table, address: int, values: Sequence[int]) -> None:
        """A client wrote these values."""
        self.hold(time, table, address, values)
        known = self.now[table]
        places = range(address, address + len(values))
        self.written.update((table, place) for place in places if place in known)

    def keep_records(self, file: int, record: int, values: Sequence[int]) -> None:
        """These records stand in a file."""
        known = self.records.setdefault(file, {})
        for place, value in enumerate(values, record):
            if place not in known:
                if not self.budget.places:
                    self.budget.refused += 1
                    continue
                self.budget.places -= 1
            known[place] = value

    def keep_queue(self, address: int, values: Sequence[int]) -> None:
        """These registers stand in a queue."""
        if address not in self.queues:
            if self.budget.places < len(values):
                self.budget.refused += len(values)
                return
            self.budget.places -= len(values)
        self.queues[address] = tuple(values)

    def taken(self, table: Table, address: int, count: int) -> list[int] | None:
        """The values that stand there at last; None where one of them was never seen."""
        now = self.now[table]
        found = [now.get(place) for place in range(address, address + count)]
        return None if None in found else [value for value in found if value is not None]

    @property
    def moving(self) -> set[tuple[Table, int]]:
        """The addresses whose values changed."""
        return {(table, address) for _, table, address, _ in self.moves}

    @property
    def is_empty(self) -> bool:
        """Whether nothing of it is known that a device could serve."""
        return not (any(self.first.values()) or self.records or self.queues or self.objects)

    def course(self, began: int) -> tuple[Change, ...]:
        """The changes since a time (ns), those of neighbours at one moment together."""
        found: list[Change] = []
        values: list[int] = []
        ordered = sorted(self.moves, key=lambda move: move[0])
        for move, following in pairwise([*ordered, None]):
            assert move is not None
            time, table, address, value = move
            values.append(value)
            if following is not None and following[:3] == (time, table, address + 1) and len(values) < 125:
                continue
            seconds = max(0, time - began) / _NANOSECONDS
            found.append(Change(seconds, table, address - len(values) + 1, tuple(values)))
            values = []
        return tuple(found)


@dataclass(slots=True)
class Unit:
    """One unit of a server: its memory, who asked it, and how often it refused what (function, exception code)."""

    server: str
    port: int
    number: int
    memory: Memory
    clients: set[str] = field(default_factory=set)
    functions: Counter[int] = field(default_factory=Counter)
    refused: Counter[tuple[int, int]] = field(default_factory=Counter)
    answers: int = 0
    faulty: int = 0

    @property
    def key(self) -> tuple[str, int, int]:
        """Server, port and unit id."""
        return self.server, self.port, self.number
