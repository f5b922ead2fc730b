"""Who polls whom: for each client, server, unit, function and range how often, and how it is answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final, NamedTuple

from port502.protocol.codes import function_name
from port502.traffic.message import Message
from port502.traffic.moment import time_text
from port502.traffic.spread import Spread
from port502.traffic.way import Way

MOST: Final = 5_000
"""Flows that are told apart; further ones are counted as ``left_out``."""

MOST_WAYS: Final = 64
"""Connections of a flow whose retransmissions are counted."""

_PER_MS: Final = 1_000_000
_OF_BITS: Final = frozenset({1, 2, 15})


class Key(NamedTuple):
    """What makes a flow; address and quantity are None where the function has none."""

    client: str
    server: str
    port: int
    unit: int
    function: int
    address: int | None
    quantity: int | None


class Flow:
    """The requests of one kind and their responses; intervals and response times in milliseconds."""

    __slots__ = (
        "exceptions",
        "first",
        "intervals",
        "key",
        "last",
        "requests",
        "response_times",
        "responses",
        "ways",
    )

    def __init__(self, key: Key) -> None:
        self.key = key
        self.requests = 0
        self.responses = 0
        self.exceptions: Counter[int] = Counter()
        self.first = 0
        self.last = 0
        self.intervals = Spread()
        self.response_times = Spread()
        self.ways: set[Way] = set()

    @property
    def unanswered(self) -> int:
        """Requests without a response, those under way at the end among them."""
        return self.requests - self.responses

    @property
    def retransmissions(self) -> int:
        """Segments that TCP sent again, in all connections that carry this flow."""
        return sum(way.retransmissions for way in self.ways)

    def asked(self, message: Message) -> None:
        """One more request."""
        if self.requests:
            self.intervals.add((message.time - self.last) / _PER_MS)
        else:
            self.first = message.time
        self.requests += 1
        self.last = message.time
        if len(self.ways) < MOST_WAYS:
            self.ways.add(message.way)

    def answered(self, message: Message) -> None:
        """One of them is answered."""
        self.responses += 1
        if message.exception_code is not None:
            self.exceptions[message.exception_code] += 1
        if message.response_time_ms is not None:
            self.response_times.add(message.response_time_ms)

    def record(self) -> dict[str, object]:
        """The flow by its field names; what is not known is left out."""
        key = self.key
        times, intervals = self.response_times, self.intervals
        record: dict[str, object] = {
            "client": key.client,
            "server": key.server,
            "port": key.port,
            "unit_id": key.unit,
            "func_code": key.function,
            "func_name": function_name(key.function),
            "reference_num": key.address,
            "bit_cnt" if key.function in _OF_BITS else "word_cnt": key.quantity,
            "requests": self.requests,
            "responses": self.responses,
            "unanswered": self.unanswered,
            "retransmissions": self.retransmissions,
            "first": time_text(self.first),
            "last": time_text(self.last),
        }
        if self.exceptions:
            record["exceptions"] = {str(code): count for code, count in sorted(self.exceptions.items())}
        if intervals.count:
            record["interval_ms"] = _rounded(intervals.quantile(0.5))
            record["jitter_ms"] = _rounded(intervals.deviation)
        if times.count:
            record["response_time_ms"] = {
                "p50": _rounded(times.quantile(0.5)),
                "p95": _rounded(times.quantile(0.95)),
                "p99": _rounded(times.quantile(0.99)),
                "max": _rounded(times.largest),
            }
        return {name: value for name, value in record.items() if value is not None}


class Flows:
    """Sorts messages into flows, a bounded number of them."""

    def __init__(self) -> None:
        self.flows: dict[Key, Flow] = {}
        self.left_out = 0

    def add(self, messages: Iterable[Message]) -> None:
        """Some messages more; what answers nothing that was seen belongs to no flow."""
        for message in messages:
            if message.func_code is None:
                continue
            if message.way.asks:
                flow = self._flow(message)
                if flow is not None:
                    flow.asked(message)
            elif message.request is not None:
                flow = self.flows.get(_key(message.request))
                if flow is not None:
                    flow.answered(message)

    def sorted(self) -> list[Flow]:
        """The flows by client, server, unit and function."""
        return sorted(self.flows.values(), key=lambda flow: tuple((one is None, one) for one in flow.key))

    def _flow(self, message: Message) -> Flow | None:
        key = _key(message)
        flow = self.flows.get(key)
        if flow is None:
            if len(self.flows) >= MOST:
                self.left_out += 1
                return None
            flow = self.flows[key] = Flow(key)
        return flow


def _key(request: Message) -> Key:
    way, fields = request.way, request.fields
    count = fields.word_cnt if fields.word_cnt is not None else fields.bit_cnt
    return Key(
        way.client,
        way.server,
        way.server_port,
        request.unit_id or 0,
        request.func_code or 0,
        fields.reference_num,
        count,
    )


def _rounded(value: float) -> float:
    return round(value, 3)
