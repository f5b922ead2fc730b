"""What a fault does: to a request's answer, to the bytes of a reply, or to a whole connection.

Effects are plain descriptions. Those on replies say themselves what is sent; the rest is carried out by
``Faults``. Effects on the bytes of a reply speak of Modbus TCP frames.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from port502.errors import UsageError
from port502.protocol.checksum import crc16
from port502.transport.wire import Action, Close, Reset, Send

_HEADER = 6
_UNIT = 6
_RARE = 3.09
"""Standard deviations that one value in a thousand exceeds."""


@dataclass(frozen=True, slots=True)
class Delay:
    """The answer comes ``low`` to ``high`` seconds late.

    All delays between are equally likely, unless ``typical`` names the one that half of them stay below: then they
    crowd there, with a long tail up to ``high``. Raises UsageError unless 0 <= low <= typical <= high.
    """

    low: float
    high: float
    typical: float | None = None

    def __post_init__(self) -> None:
        middle = self.high if self.typical is None else self.typical
        if not 0 <= self.low <= middle <= self.high or self.typical == 0:
            raise UsageError(f"a delay goes from 0 or more up, got {self.low:g}..{self.high:g} s")

    def draw(self, dice: random.Random) -> float:
        """One delay in seconds."""
        if self.typical is None:
            return dice.uniform(self.low, self.high)
        spread = math.log(self.high / self.typical) / _RARE
        return min(self.high, max(self.low, self.typical * math.exp(dice.gauss(0.0, spread))))


@dataclass(frozen=True, slots=True)
class Silent:
    """The request gets no answer and is not carried out."""


@dataclass(frozen=True, slots=True)
class Refuse:
    """The request is answered with an exception code (1-255) and not carried out."""

    code: int

    def __post_init__(self) -> None:
        if not 0 < self.code <= 0xFF:
            raise UsageError(f"exception codes are 1-255, got {self.code}")


@dataclass(frozen=True, slots=True)
class Short:
    """A read's reply holds so many registers or bytes of bits less than were asked for."""

    by: int = 1


@dataclass(frozen=True, slots=True)
class Stuck:
    """Every register of a read's reply has this value, such as 0x8000 for *not available*."""

    value: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.value <= 0xFFFF:
            raise UsageError(f"a register holds 0-65535, got {self.value}")


@dataclass(frozen=True, slots=True)
class Stale:
    """The same request gets the same answer again and again: the values stand still."""


class FrameEffect:
    """An effect on the bytes of a reply: what is sent in its place."""

    __slots__ = ()
    needs_header: ClassVar[bool] = True
    """Whether it speaks of the header that only Modbus TCP has."""

    def actions(self, reply: bytes, before: bytes, dice: random.Random) -> Sequence[Action]:
        """What to do in place of sending ``reply``; ``before`` is the reply before it, or empty."""
        raise UsageError(f"{type(self).__name__} says nothing of replies")


@dataclass(frozen=True, slots=True)
class WrongId(FrameEffect):
    """The transaction id is another one: ``by`` more than the request's."""

    by: int = 1

    def actions(self, reply: bytes, before: bytes, dice: random.Random) -> Sequence[Action]:
        return [Send(_with_id(reply, int.from_bytes(reply[:2], "big") + self.by))]


@dataclass(frozen=True, slots=True)
class ZeroId(FrameEffect):
    """The transaction id is 0, as of servers that never look at it."""

    def actions(self, reply: bytes, before: bytes, dice: random.Random) -> Sequence[Action]:
        return [Send(_with_id(reply, 0))]


@dataclass(frozen=True, slots=True)
class PreviousId(FrameEffect):
    """The transaction id is that of the reply before, as if this one had come late."""

    def actions(self, reply: bytes, before: bytes, dice: random.Random) -> Sequence[Action]:
        previous = int.from_bytes((before or reply)[:2], "big") - (0 if before else 1)
        return [Send(_with_id(reply, previous))]


@dataclass(frozen=True, slots=True)
class WrongUnit(FrameEffect):
    """The reply comes from another unit: ``unit``, or the next one."""

    unit: int | None = None

    def actions(self, reply: bytes, before: bytes, dice: random.Random) -> Sequence[Action]:
        unit = reply[_UNIT] + 1 if self.unit is None else self.unit
        return [Send(reply[:_UNIT] + bytes((unit & 0xFF,)) + reply[_UNIT + 1 :])]


@dataclass(frozen=True, slots=True)
class WrongLength(FrameEffect):
    """The length in the header is ``by`` too large (or too small, below 0)."""

    by: int = 1

    def actions(self, reply: bytes, before: bytes, dice: random.Random) -> Sequence[Action]:
        length = (int.from_bytes(reply[4:6], "big") + self.by) & 0xFFFF
        return [Send(reply[:4] + length.to_bytes(2, "big") + reply[_HEADER:])]


@dataclass(frozen=True, slots=True)
class CrcTail(FrameEffect):
    """The checksum of a serial line follows the reply; ``counted``: the header's length includes it."""

    counted: bool = False

    def actions(self, reply: bytes, before: bytes, dice: random.Random) -> Sequence[Action]:
        tail = crc16(reply[_UNIT:]).to_bytes(2, "little")
        length = int.from_bytes(reply[4:6], "big") + (2 if self.counted else 0)
        return [Send(reply[:4] + length.to_bytes(2, "big") + reply[_HEADER:] + tail)]


@dataclass(frozen=True, slots=True)
class Truncated(FrameEffect):
    """Only the first ``keep`` bytes are sent (None: half of them), and never the rest."""

    keep: int | None = None
    needs_header: ClassVar[bool] = False

    def actions(self, reply: bytes, before: bytes, dice: random.Random) -> Sequence[Action]:
        return [Send(reply[: len(reply) // 2 if self.keep is None else self.keep])]


@dataclass(frozen=True, slots=True)
class Split(FrameEffect):
    """The reply comes in two segments, cut behind ``at`` bytes, with ``gap`` seconds between."""

    at: int
    gap: float = 0.02
    needs_header: ClassVar[bool] = False

    def actions(self, reply: bytes, before: bytes, dice: random.Random) -> Sequence[Action]:
        if not 0 < self.at < len(reply):
            return [Send(reply)]
        return [Send(reply[: self.at]), Send(reply[self.at :], self.gap)]


@dataclass(frozen=True, slots=True)
class Drip(FrameEffect):
    """The reply comes byte by byte, ``gap`` seconds apart."""

    gap: float = 0.005
    needs_header: ClassVar[bool] = False

    def actions(self, reply: bytes, before: bytes, dice: random.Random) -> Sequence[Action]:
        return [Send(reply[at : at + 1], self.gap) for at in range(len(reply))]


@dataclass(frozen=True, slots=True)
class Glued(FrameEffect):
    """The reply before comes once more, in one segment with this one; at first this one comes twice."""

    needs_header: ClassVar[bool] = False

    def actions(self, reply: bytes, before: bytes, dice: random.Random) -> Sequence[Action]:
        return [Send((before or reply) + reply)]


@dataclass(frozen=True, slots=True)
class Garbage(FrameEffect):
    """So many bytes of nonsense come in place of the reply, no two bytes of it a protocol id of 0."""

    length: int = 16
    needs_header: ClassVar[bool] = False

    def actions(self, reply: bytes, before: bytes, dice: random.Random) -> Sequence[Action]:
        return [Send(bytes(dice.randrange(1, 256) for _ in range(self.length)))]


@dataclass(frozen=True, slots=True)
class ResetInstead(FrameEffect):
    """The connection is reset in place of a reply."""

    needs_header: ClassVar[bool] = False

    def actions(self, reply: bytes, before: bytes, dice: random.Random) -> Sequence[Action]:
        return [Reset()]


@dataclass(frozen=True, slots=True)
class CloseInstead(FrameEffect):
    """The connection is closed in place of a reply, or ``behind`` it."""

    behind: bool = False
    needs_header: ClassVar[bool] = False

    def actions(self, reply: bytes, before: bytes, dice: random.Random) -> Sequence[Action]:
        return [Send(reply), Close()] if self.behind else [Close()]


@dataclass(frozen=True, slots=True)
class AcceptClose:
    """Connections are accepted and closed before anything was said."""


@dataclass(frozen=True, slots=True)
class ConnectionLimit:
    """What happens to one connection more than ``connections``.

    ``over``: ``refuse`` it with a reset, ``evict`` the oldest in its favour, or leave it ``silent``.
    """

    connections: int
    over: str = "refuse"

    def __post_init__(self) -> None:
        if self.connections < 0 or self.over not in OVER:
            raise UsageError(f"over a connection limit of 0 or more: {', '.join(OVER)}; got {self.over!r}")


@dataclass(frozen=True, slots=True)
class IdleClose:
    """A connection is closed when it brought no request for so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class SlowStart:
    """Nothing is answered in the first seconds of a connection."""

    seconds: float


@dataclass(frozen=True, slots=True)
class AnyUnit:
    """Requests to any unit id are answered, as by the lowest one there is."""


OVER = ("refuse", "evict", "silent")

AnswerEffect: TypeAlias = Delay | Silent | Refuse | Short | Stuck | Stale | SlowStart | AnyUnit
ConnectionEffect: TypeAlias = AcceptClose | ConnectionLimit | IdleClose
Effect: TypeAlias = AnswerEffect | FrameEffect | ConnectionEffect

CONNECTION_EFFECTS = (AcceptClose, ConnectionLimit, IdleClose)
"""Effects on connections; only the client and the times of a rule mean anything for them."""


def _with_id(reply: bytes, number: int) -> bytes:
    return (number & 0xFFFF).to_bytes(2, "big") + reply[2:]
