"""Learns what is usual from traffic as it goes by, in bounded memory."""

from __future__ import annotations

from typing import Final

from port502.traffic.findings.access import accesses, operation
from port502.traffic.findings.baseline import Baseline, Conversation, Usual, Who
from port502.traffic.findings.spans import Spans
from port502.traffic.message import Message

MOST_CONVERSATIONS: Final = 5_000
MOST_PLACES: Final = 20_000
"""Places in all whose written values are remembered."""

MOST_PAIRS: Final = 20_000
_SECOND: Final = 1_000_000_000
_FEWEST_TO_COUNT: Final = 4


class Learner:
    """Hears messages; ``baseline`` is what they come to so far."""

    def __init__(self) -> None:
        self.baseline = Baseline()
        self._last: dict[Who, int] = {}
        self._values: dict[tuple[Who, str, int], _Values] = {}
        self._rates: dict[tuple[str, str, int], list[int]] = {}

    def add(self, message: Message) -> None:
        """One message more; what is no Modbus or answers nothing that was seen says nothing."""
        if message.unit_id is None or message.function is None:
            return
        if not message.way.asks:
            self._answered(message)
            return
        way = message.way
        who = Who(way.client, way.server, way.server_port, message.unit_id)
        conversation = self._conversation(who)
        if conversation is None:
            self.baseline.left_out += 1
            return
        self._timed(conversation, message)
        conversation.functions.add(operation(message))
        for access in accesses(message):
            spans = conversation.writes if access.writes else conversation.reads
            spans.setdefault(access.table, Spans()).add(access.address, access.end)
            for at, value in enumerate(access.values or ()):
                self._wrote(who, conversation, access.table, access.address + at, int(value))

    def _conversation(self, who: Who) -> Conversation | None:
        known = self.baseline.conversations
        if who not in known and len(known) < MOST_CONVERSATIONS:
            known[who] = Conversation(who)
        return known.get(who)

    def _timed(self, conversation: Conversation, message: Message) -> None:
        time, who, baseline = message.time, conversation.who, self.baseline
        baseline.since = min(baseline.since or time, time)
        baseline.until = max(baseline.until, time)
        last = self._last.get(who)
        if last is not None:
            conversation.pause = max(conversation.pause or 0.0, (time - last) / _SECOND)
        self._last[who] = time
        conversation.requests += 1
        pair = who[:3]
        if pair not in self._rates and len(self._rates) >= MOST_PAIRS:
            return
        rate = self._rates.setdefault(pair, [0, 0, 0])
        if time // _SECOND == rate[0]:
            rate[1] += 1
        else:
            rate[0], rate[1] = time // _SECOND, 1
        rate[2] = max(rate[1], rate[2])
        conversation.per_second = max(rate[2], conversation.per_second)

    def _answered(self, message: Message) -> None:
        request = message.request
        if request is None or request.unit_id is None:
            return
        way = message.way
        conversation = self.baseline.conversations.get(
            Who(way.client, way.server, way.server_port, request.unit_id)
        )
        if conversation is not None:
            took = (message.time - request.time) / _SECOND
            conversation.response_time = max(conversation.response_time or 0.0, took)

    def _wrote(self, who: Who, conversation: Conversation, table: str, address: int, value: int) -> None:
        key = who, table, address
        values = self._values.get(key)
        if values is None:
            if len(self._values) < MOST_PLACES:
                usual = conversation.values[table, address] = Usual(value, value)
                self._values[key] = _Values(value, usual)
            return
        values.next(value)


class _Values:
    """The values of one place while they are learned."""

    __slots__ = ("before", "counts", "usual")

    def __init__(self, value: int, usual: Usual) -> None:
        self.before = value
        self.counts = True
        self.usual = usual

    def next(self, value: int) -> None:
        usual = self.usual
        usual.writes += 1
        usual.least, usual.most = min(usual.least, value), max(usual.most, value)
        usual.step = max(usual.step, abs(value - self.before))
        # A sign of life counts on by one, and begins again at its end.
        self.counts = self.counts and (value == self.before + 1 or value <= 1)
        usual.counts = self.counts and usual.writes >= _FEWEST_TO_COUNT and usual.most - usual.least > 1
        self.before = value
