"""Frames that are longer than the specification allows, of functions that are named one by one.

Programming tools of some makers send them: function 90 in frames of 261 bytes, whose length field is 255. Whoever does
not name the function keeps the limit of 260 bytes (Messaging on TCP/IP Implementation Guide V1.0b, clause 3.1.3).
"""

from __future__ import annotations

from collections.abc import Mapping

from port502.errors import UsageError
from port502.protocol.codes import EXCEPTION_BIT, FUNCTION_NAMES, MAX_LONG_PDU
from port502.protocol.framing import Parts
from port502.protocol.mbap import HEADER, MAX_ADU, MAX_LENGTH, MbapFraming

MAX_LONG_ADU = MAX_LONG_PDU + 7
_ENVELOPE = 7
_BEFORE_LENGTH = 6


def check_long(function: int, size: int) -> None:
    """Raises UsageError unless frames of a function may be named as so long, counted with their header."""
    if not 1 <= function <= 127 or function in FUNCTION_NAMES:
        raise UsageError(
            f"function {function} has its length by the specification; name a maker's own function"
        )
    if not MAX_ADU < size <= MAX_LONG_ADU:
        raise UsageError(f"a long frame has {MAX_ADU + 1}-{MAX_LONG_ADU} bytes, not {size}")


class LongMbapFraming(MbapFraming):
    """Framing on TCP with exceptions: ``sizes`` is the greatest number of bytes of a frame for each function named."""

    __slots__ = ("_most", "_sizes")

    def __init__(self, sizes: Mapping[int, int]) -> None:
        super().__init__()
        self._sizes = dict(sizes)
        self._most = max(sizes.values(), default=0)

    def encode(self, transaction_id: int, unit: int, pdu: bytes) -> bytes:
        """The frame around a PDU; raises UsageError for one that is too long for its function."""
        size = len(pdu) + _ENVELOPE
        if MAX_ADU < size <= self._size_of(pdu[0]) and 0 <= unit <= 0xFF:
            return HEADER.pack(transaction_id, 0, len(pdu) + 1, unit) + pdu
        return super().encode(transaction_id, unit, pdu)

    def split(self, data: bytes) -> list[Parts]:
        frames = super().split(data)
        while (parts := self._long_one()) is not None:
            frames.append(parts)
            rest = self._tail[len(parts[2]) + _ENVELOPE :]
            self._tail = b""
            frames += super().split(rest)
        return frames

    def _long_one(self) -> Parts | None:
        """The long frame that what is pending begins with, if it is there in full."""
        tail = self._tail
        if len(tail) <= MAX_ADU:
            return None
        transaction_id, _, length, unit = HEADER.unpack_from(tail)
        stop = _BEFORE_LENGTH + length
        return (transaction_id, unit, tail[_ENVELOPE:stop]) if stop <= len(tail) else None

    def _judge(self) -> None:
        if not self._may_become_long():
            super()._judge()

    def _may_become_long(self) -> bool:
        """Whether what is pending is the beginning of a frame that is longer than others may be."""
        tail = self._tail
        if len(tail) < _BEFORE_LENGTH or tail[2:4] != b"\0\0":
            return False
        length = tail[4] << 8 | tail[5]
        most = self._most if len(tail) <= _ENVELOPE else self._size_of(tail[_ENVELOPE])
        return MAX_LENGTH < length <= most - _BEFORE_LENGTH

    def _size_of(self, function: int) -> int:
        return self._sizes.get(function & ~EXCEPTION_BIT, 0)
