"""Values that were read a moment ago, for those who can do with them: never older than was allowed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from port502.errors import UsageError
from port502.gateway.prompt import Passing, Prompt
from port502.gateway.spans import TABLE_READS, Span, TableRead, cut, span_of, written_by
from port502.protocol.codes import ILLEGAL_DATA_ADDRESS, ILLEGAL_DATA_VALUE, ILLEGAL_FUNCTION
from port502.protocol.message import ExceptionResponse, Response
from port502.service.call import Call, Reply
from port502.service.maybe import Later

LASTING = frozenset({ILLEGAL_FUNCTION, ILLEGAL_DATA_ADDRESS, ILLEGAL_DATA_VALUE})
"""Refusals that will be the same a moment later; 05, 06, 0A and 0B are about this moment only."""

MOST = 1024
"""So many replies are kept; the oldest makes room."""

Key: TypeAlias = tuple[int, int]
"""A unit id and the function that reads the table."""


@dataclass(frozen=True, slots=True)
class AgeOf:
    """The age in seconds that values of a span may have, 0 for none at all."""

    span: Span
    age: float


@dataclass(frozen=True, slots=True)
class Ages:
    """How old values may be, in seconds: ``usual``, and of single spans; 0 means that they are always read anew.

    Raises UsageError for an age that cannot be, and for spans that overlap.
    """

    usual: float = 0.0
    spans: tuple[AgeOf, ...] = ()

    def __post_init__(self) -> None:
        for age in (self.usual, *(one.age for one in self.spans)):
            if not 0 <= age < float("inf"):
                raise UsageError(f"an age is 0 s or more, got {age!r}")
        for place, one in enumerate(self.spans):
            if any(
                one.span.meets(other.span.function, other.span.first, other.span.end)
                for other in self.spans[:place]
            ):
                raise UsageError(f"two ages for the same addresses: {one.span}")

    @property
    def keeps(self) -> bool:
        """Whether anything at all is kept."""
        return self.usual > 0 or any(one.age > 0 for one in self.spans)

    def of(self, function: int, first: int, end: int) -> float:
        """The age that every address of a read may have: the strictest that applies to any of them."""
        if not self.spans:
            return self.usual
        met = [one for one in self.spans if one.span.meets(function, first, end)]
        ages = [one.age for one in met]
        covered = sum(min(end, one.span.end) - max(first, one.span.first) for one in met)
        if covered < end - first:
            ages.append(self.usual)
        return min(ages)


@dataclass(slots=True)
class CacheCounters:
    """``hits`` cost the device nothing; ``parts`` of them came from larger blocks.

    ``voided`` were forgotten because of a write, ``dropped`` for want of room. ``oldest`` is the highest age in
    seconds of all that was served.
    """

    hits: int = 0
    misses: int = 0
    parts: int = 0
    voided: int = 0
    dropped: int = 0
    oldest: float = 0.0


@dataclass(frozen=True, slots=True)
class Kept:
    """A reply and its PDU, what it is about, and when it was asked for."""

    first: int
    end: int
    reply: Response
    pdu: bytes
    since: float


class Cache:
    """The layer that answers reads of functions 1 to 4 from what was read before.

    A write that passes voids what it may change, of every unit since several ids may be one device, when it is sent
    and again before its reply goes out; a read that was under way in between is not kept. ``time`` is the clock that
    ages are measured with, in seconds.
    """

    def __init__(self, service: Prompt, ages: Ages, time: Callable[[], float], *, most: int = MOST) -> None:
        self._service = service
        self._ages = ages
        self._keeps = ages.keeps
        self._time = time
        self._most = most
        self._kept: dict[Key, dict[tuple[int, int], Kept]] = {}
        self._fills: set[Fill] = set()
        self._size = 0
        self.counters = CacheCounters()

    def __len__(self) -> int:
        return self._size

    def __call__(self, call: Call) -> Reply | Later[Reply]:
        """Answer from what is kept, or pass the call on and keep what comes back."""
        request = call.request
        if not self._keeps:
            return self._service(call)
        if isinstance(request, TABLE_READS):
            reply = self.find(call.unit, request.function, request.address, request.quantity)
            return reply if reply is not None else self._fetch(call, request)
        if request.writes:
            return self._write(call, written_by(request))
        return self._service(call)

    def find(self, unit: int, function: int, address: int, quantity: int) -> Response | None:
        """What is kept and young enough to answer a read; None where the device has to be asked."""
        block = self._young(unit, function, address, address + quantity)
        if block is None:
            return None
        if block.first == address and block.end == address + quantity:
            return block.reply
        self.counters.parts += 1
        return cut(block.reply, address - block.first, quantity)

    def find_pdu(self, unit: int, function: int, address: int, quantity: int) -> bytes | None:
        """The same as a PDU; a quantity that cannot be is found nowhere."""
        if not quantity:
            return None
        block = self._young(unit, function, address, address + quantity)
        if block is None:
            return None
        if block.first == address and block.end == address + quantity:
            return block.pdu
        self.counters.parts += 1
        return cut(block.reply, address - block.first, quantity).encode()

    def _young(self, unit: int, function: int, address: int, end: int) -> Kept | None:
        """A block that has all of it and is young enough; a refusal counts for the same read only."""
        blocks = self._kept.get((unit, function))
        if not blocks:
            return None
        age = self._ages.of(function, address, end)
        now = self._time()
        same = blocks.get((address, end))
        if same is not None and now - same.since <= age:
            self._hit(now - same.since)
            return same
        for block in blocks.values():
            if (
                block.first <= address
                and end <= block.end
                and now - block.since <= age
                and not isinstance(block.reply, ExceptionResponse)
            ):
                self._hit(now - block.since)
                return block
        return None

    def _hit(self, age: float) -> None:
        self.counters.hits += 1
        if age > self.counters.oldest:
            self.counters.oldest = age

    def _fetch(self, call: Call, request: TableRead) -> Reply | Later[Reply]:
        self.counters.misses += 1
        span = span_of(request)
        asked = self._time()
        waiting = self._service(call)
        if not isinstance(waiting, Later):
            self._keep(call.unit, span, waiting, asked)
            return waiting
        fill = Fill(self, waiting, call.unit, span, asked)
        self._fills.add(fill)
        waiting.then(self._came, fill)
        return fill

    def _came(self, fill: Fill, reply: Reply) -> None:
        self._fills.discard(fill)
        if fill.good:
            left = fill.source.since if isinstance(fill.source, Passing) else 0.0
            self._keep(fill.unit, fill.span, reply, left or fill.asked)
        fill.give(reply)

    def _keep(self, unit: int, span: Span, reply: Reply, since: float) -> None:
        if reply is None or self._ages.of(span.function, span.first, span.end) <= 0:
            return
        refused = isinstance(reply, ExceptionResponse)
        if isinstance(reply, ExceptionResponse) and reply.code not in LASTING:
            return
        blocks = self._kept.setdefault((unit, span.function), {})
        if not refused:
            for place in [
                place for place, one in blocks.items() if span.first <= one.first and one.end <= span.end
            ]:
                self._drop(blocks, place)
        elif (span.first, span.end) in blocks:
            self._drop(blocks, (span.first, span.end))
        if self._size >= self._most:
            self._make_room()
            blocks = self._kept.setdefault((unit, span.function), {})
        blocks[span.first, span.end] = Kept(span.first, span.end, reply, reply.encode(), since)
        self._size += 1

    def _drop(self, blocks: dict[tuple[int, int], Kept], place: tuple[int, int]) -> None:
        del blocks[place]
        self._size -= 1

    def _make_room(self) -> None:
        """The older half goes, so that this is not done for each reply."""
        everything = sorted(
            ((one.since, key, place) for key, blocks in self._kept.items() for place, one in blocks.items()),
        )
        for _, key, place in everything[: max(1, len(everything) // 2)]:
            self._drop(self._kept[key], place)
            self.counters.dropped += 1
        self._kept = {key: blocks for key, blocks in self._kept.items() if blocks}

    # Writes

    def _write(self, call: Call, span: Span | None) -> Reply | Later[Reply]:
        self.void(span)
        waiting = self._service(call)
        if not isinstance(waiting, Later):
            return waiting
        passing = Write(waiting, span)
        waiting.then(self._written, passing)
        return passing

    def _written(self, passing: Write, reply: Reply) -> None:
        self.void(passing.span)
        passing.give(reply)

    def void(self, span: Span | None = None) -> None:
        """Forget what lies in a span, of every unit, and do not keep what is under way; all of it without a span."""
        for fill in self._fills:
            if span is None or span.meets(fill.span.function, fill.span.first, fill.span.end):
                fill.good = False
        for (_, function), blocks in self._kept.items():
            for place in [place for place in blocks if span is None or span.meets(function, *place)]:
                self._drop(blocks, place)
                self.counters.voided += 1


class Fill(Passing):
    """A reply that will be kept, unless somebody writes there meanwhile."""

    __slots__ = ("_cache", "asked", "good", "span", "unit")

    def __init__(self, cache: Cache, source: Later[Reply], unit: int, span: Span, asked: float) -> None:
        super().__init__(source)
        self._cache = cache
        self.unit = unit
        self.span = span
        self.asked = asked
        self.good = True

    def cancel(self) -> None:
        """Nobody waits for the reply any more, so there will be none to keep."""
        self._cache._fills.discard(self)
        super().cancel()


class Write(Passing):
    """The reply to a write on its way, and what was written."""

    __slots__ = ("span",)

    def __init__(self, source: Later[Reply], span: Span | None) -> None:
        super().__init__(source)
        self.span = span
