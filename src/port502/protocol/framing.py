"""What every framing does: messages into frames, and any stream of bytes back into messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeAlias

from port502.errors import FrameError, UsageError
from port502.protocol.codes import MAX_PDU


class Frame:
    """One message with its envelope: ``transaction_id`` is 0 on serial lines, ``unit`` 0-255."""

    __slots__ = ("pdu", "transaction_id", "unit")
    __match_args__ = ("transaction_id", "unit", "pdu")

    def __init__(self, transaction_id: int, unit: int, pdu: bytes) -> None:
        self.transaction_id = transaction_id
        self.unit = unit
        self.pdu = pdu

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Frame):
            return NotImplemented
        mine = (self.transaction_id, self.unit, self.pdu)
        return mine == (other.transaction_id, other.unit, other.pdu)

    def __hash__(self) -> int:
        return hash((self.transaction_id, self.unit, self.pdu))

    def __repr__(self) -> str:
        return f"Frame({self.transaction_id}, {self.unit}, bytes.fromhex({self.pdu.hex(' ')!r}))"


Parts: TypeAlias = tuple[int, int, bytes]
"""A frame's transaction id, unit and PDU where making a Frame of them would be the largest cost."""


@dataclass(slots=True)
class FramingErrors:
    """What a serial framing threw away: frames with a wrong checksum, frames of an impossible length or
    with characters that cannot be, and the number of bytes dropped in all."""

    crc: int = 0
    length: int = 0
    noise: int = 0


class Framing(Protocol):
    """A framing with the state of one direction of one link: what arrived and is not yet a frame.

    On TCP it is strict: bytes that are no frame set ``failure``, and nothing is decoded any more. On a
    serial line it never fails: what is no frame is dropped and counted in ``errors``.
    """

    errors: FramingErrors

    @property
    def pending(self) -> int:
        """How many bytes of an incomplete frame are waiting for the rest."""
        ...

    @property
    def failure(self) -> FrameError | None:
        """Why the connection must be closed, once the peer sent what is no frame."""
        ...

    def resemblance(self) -> str | None:
        """What the pending bytes look like, if they look like something else; for a time-out's reason."""
        ...

    def encode(self, transaction_id: int, unit: int, pdu: bytes) -> bytes:
        """The frame around a PDU of 1-253 bytes."""
        ...

    def encode_read(
        self, transaction_id: int, unit: int, function: int, address: int, quantity: int
    ) -> bytes:
        """The frame around the PDU of a plain read, function 1-4; what is asked most often."""
        ...

    def receive(self, data: bytes) -> list[Frame]:
        """The frames that these bytes complete, oldest first; how the stream is cut does not matter.

        Raises FrameError when called again after ``failure`` was set.
        """
        ...

    def split(self, data: bytes) -> list[Parts]:
        """The same as ``receive``, as plain tuples."""
        ...

    def only(self, data: bytes, transaction_id: int, unit: int) -> bytes | None:
        """The PDU of the one frame with this envelope that ``data`` is, if it is just that and nothing is pending.

        None for anything else, with nothing taken in.
        """
        ...

    def series(self, data: bytes, first: int, unit: int, count: int) -> list[bytes] | None:
        """The same for ``count`` frames of one unit whose transaction ids grow by one from ``first``."""
        ...

    def silence(self) -> list[Frame]:
        """The frame that ended because the line fell silent, if the pending bytes are one."""
        ...

    def discard(self) -> int:
        """Forget the pending bytes, before a request that must not meet an old reply; returns how many."""
        ...


def check_envelope(unit: int, pdu: bytes) -> None:
    """Raises UsageError unless unit is 0-255 and the PDU has 1-253 bytes."""
    if not 0 <= unit <= 0xFF:
        raise UsageError(f"a unit id is 0-255, got {unit!r}")
    if not 1 <= len(pdu) <= MAX_PDU:
        raise UsageError(f"a PDU has 1-{MAX_PDU} bytes, got {len(pdu)}")
