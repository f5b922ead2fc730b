"""What a capture comes to: how many messages of which function between whom, and how they were answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from port502.protocol.codes import EXCEPTION_BIT
from port502.traffic.judge import is_plain_read
from port502.traffic.message import Message
from port502.traffic.way import Way

MOST_KINDS: Final = 50_000
MOST_PAIRS: Final = 10_000
"""Clients and servers that are counted one by one; the messages of others count in the totals only."""

Pair: TypeAlias = tuple[str, str, int]
"""A client, a server and its port."""


@dataclass(slots=True)
class Tally:
    """Requests, responses, and refusals among the responses by exception code."""

    requests: int = 0
    responses: int = 0
    exceptions: Counter[int] = field(default_factory=Counter)
    units: set[int] = field(default_factory=set)


class Statistics:
    """Counts messages as they come: all, those that answer a request, the ``faulty`` that have problems.

    ``functions`` and ``pairs`` are right once ``settle`` was called.
    """

    def __init__(self) -> None:
        self.messages = 0
        self.matched = 0
        self.no_modbus = 0
        self.faulty = 0
        self.first: int | None = None
        self.last = 0
        self.functions: dict[int, Tally] = {}
        self.pairs: dict[Pair, Tally] = {}
        self._kinds: Counter[tuple[Way, bytes]] = Counter()

    def add(self, messages: Sequence[Message]) -> None:
        """Count some messages more."""
        if not messages:
            return
        if self.first is None:
            self.first = messages[0].time
        self.last = messages[-1].time
        self.messages += len(messages)
        self.matched += sum([one.request is not None for one in messages])
        # Unit, function and the byte behind it, which is the reason of a refusal.
        plain = [one for one in messages if not one.notes]
        self._kinds.update([(one.way, one.adu[6:9]) for one in plain if one.way.framing == "mbap"])
        self._kinds.update([(one.way, one.adu[:3]) for one in plain if one.way.framing == "rtu"])
        self.faulty += sum([not is_plain_read(one) and bool(one.problems) for one in plain])
        for one in messages:
            if one.notes:
                self._count_noted(one)
        if len(self._kinds) > MOST_KINDS:
            self.settle()

    def settle(self) -> None:
        """Put all that was counted into the tables."""
        for (way, told), count in self._kinds.items():
            unit, function = told[0], told[1]
            code = function if way.asks else function & ~EXCEPTION_BIT
            tallies = [self.functions.setdefault(code, Tally())]
            pair = way.client, way.server, way.server_port
            if pair in self.pairs or len(self.pairs) < MOST_PAIRS:
                tallies.append(self.pairs.setdefault(pair, Tally()))
            for tally in tallies:
                tally.units.add(unit)
                if way.asks:
                    tally.requests += count
                    continue
                tally.responses += count
                if function >= EXCEPTION_BIT and len(told) > 2:
                    tally.exceptions[told[2]] += count
        self._kinds.clear()

    @property
    def seconds(self) -> float:
        """From the first message to the last."""
        return 0.0 if self.first is None else (self.last - self.first) / 1e9

    def _count_noted(self, one: Message) -> None:
        self.faulty += 1
        if one.func_code is None:
            self.no_modbus += 1
            return
        self._kinds[one.way, one.adu[6:9] if one.way.framing == "mbap" else one.adu[:3]] += 1
