"""Puts the segments of one direction of a TCP connection in order: late, doubled, overlapping and lost ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from port502.traffic.stream import Stream

MOST_HELD: Final = 64
"""Segments that may wait beyond a hole before it is given up."""

MOST_BYTES: Final = 65_536
"""Bytes that may wait so."""

MOST_HOLES: Final = 16
FAR: Final = 1 << 20
"""Bytes ahead or behind beyond which a segment belongs to another connection on the same ports."""

_HALF: Final = 1 << 31
_MASK: Final = 0xFFFFFFFF


@dataclass(slots=True)
class Arrival:
    """What a segment brought: ``pieces`` in order, each (bytes, whether it follows without a hole on what came before).

    ``lost`` are bytes that are not waited for any more, ``retransmission`` and ``differs`` say that bytes came
    again, and that they were not the same.
    """

    pieces: list[tuple[bytes, bool]] = field(default_factory=list)
    lost: int = 0
    retransmission: bool = False
    differs: bool = False


def ahead(sequence: int, of: int) -> int:
    """How many bytes a sequence number lies ahead of another, negative when behind (RFC 9293, clause 3.4)."""
    return (sequence - of + _HALF & _MASK) - _HALF


def arrived(
    stream: Stream, sequence: int, data: bytes, begins: Callable[[bytes], bool], *, full: bool = False
) -> Arrival:
    """A segment with at least one byte; ``begins`` tells whether bytes may stand at the begin of a message.

    A segment beyond a hole is passed on at once when it begins a message, since the capture may never show what is
    missing; what fills the hole later is passed on then. Otherwise it waits, unless ``full``: no room is left.
    """
    found = Arrival()
    if stream.next is None:
        stream.next = sequence
    distance = ahead(sequence, stream.next)
    if abs(distance) > FAR:
        found.lost = 1
        stream.restart(sequence)
        distance = 0
    if distance < 0:
        data = _behind(stream, sequence, data, -distance, found)
        sequence = stream.next or 0
    if not data:
        return found
    if ahead(sequence, stream.next or 0) > 0:
        if stream.tail or stream.held or not begins(data):
            _hold(stream, sequence, data, found, full=full)
            return found
        _skip(stream, sequence, found)
    _pass_on(stream, sequence, data, found)
    _follow(stream, found)
    return found


def give_up(stream: Stream) -> Arrival:
    """Wait no longer for what is missing: pass on all that is held, hole by hole."""
    found = Arrival()
    while stream.held:
        first = min(stream.held, key=lambda sequence: ahead(sequence, stream.next or 0))
        _skip(stream, first, found)
        _follow(stream, found)
    return found


def _behind(stream: Stream, sequence: int, data: bytes, distance: int, found: Arrival) -> bytes:
    """Bytes of which some were passed before: what fills a hole is passed on, what is new is given back."""
    old, new = data[:distance], data[distance:]
    for hole in stream.holes:
        start, stop = ahead(hole[0], sequence), ahead(hole[1], sequence)
        if start <= 0 and stop >= len(old):
            stream.holes.remove(hole)
            if start < 0:
                stream.holes.append((hole[0], sequence))
            if stop > len(old):
                stream.holes.append((sequence + len(old) & _MASK, hole[1]))
            stream.recent.append((sequence, old))
            found.pieces.append((old, False))
            return new
    if len(old) == distance == 1 and not new:
        # A question whether the other side still lives: its one byte is any byte (RFC 9293, clause 3.8.4).
        return new
    found.retransmission = True
    found.differs = any(_differ(sequence, old, *earlier) for earlier in stream.recent)
    return new


def _differ(sequence: int, data: bytes, earlier: int, known: bytes) -> bool:
    """Whether two segments give different bytes for the same place."""
    shift = ahead(sequence, earlier)
    if shift < 0:
        data, shift = data[-shift:], 0
    known = known[shift:]
    common = min(len(known), len(data))
    return data[:common] != known[:common]


def _hold(stream: Stream, sequence: int, data: bytes, found: Arrival, *, full: bool) -> None:
    known = stream.held.get(sequence, b"")
    if known:
        found.retransmission = True
        found.differs = _differ(sequence, data, sequence, known)
    if len(known) < len(data):
        stream.held[sequence] = data
    if full or len(stream.held) > MOST_HELD or stream.buffered > MOST_BYTES:
        passed = give_up(stream)
        found.pieces += passed.pieces
        found.lost += passed.lost


def _skip(stream: Stream, sequence: int, found: Arrival) -> None:
    """Pass over what is missing before ``sequence``, and remember where."""
    missing = stream.next or 0
    found.lost += max(ahead(sequence, missing), 0)
    stream.holes.append((missing, sequence))
    del stream.holes[:-MOST_HOLES]
    stream.next = sequence
    if stream.held:
        found.pieces.append((b"", False))


def _pass_on(stream: Stream, sequence: int, data: bytes, found: Arrival) -> None:
    stream.recent.append((sequence, data))
    stream.next = sequence + len(data) & _MASK
    found.pieces.append((data, True))


def _follow(stream: Stream, found: Arrival) -> None:
    """Pass on what was held and is due now."""
    while stream.held:
        due = [sequence for sequence in stream.held if ahead(sequence, stream.next or 0) <= 0]
        if not due:
            return
        for sequence in due:
            data = stream.held.pop(sequence)
            data = data[-ahead(sequence, stream.next or 0) :] if sequence != stream.next else data
            if data:
                _pass_on(stream, stream.next or 0, data, found)
