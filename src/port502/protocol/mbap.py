"""Framing on TCP: the MBAP header (Messaging on TCP/IP Implementation Guide V1.0b, clause 3.1.3).

Strict: the first header that cannot be ends the stream, because whatever follows could be read in two ways.
A header is judged as soon as its bytes are there, before any body is waited for.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import lru_cache
from struct import Struct
from typing import Any

from port502.errors import FrameError
from port502.protocol.codes import MAX_PDU
from port502.protocol.framing import Frame, FramingErrors, Parts, check_envelope
from port502.protocol.lookalike import looks_like

HEADER = Struct(">HHHB")
"""Transaction id, protocol id, length of what follows the length field, unit id."""

_unpack = HEADER.unpack_from

_pack_read = Struct(">HHHBBHH").pack

MIN_LENGTH = 2
MAX_LENGTH = MAX_PDU + 1
MAX_ADU = MAX_LENGTH + 6
MOST_ALIKE = 32


class MbapFraming:
    """Frames of 8-260 bytes: protocol id 0, length 2-254."""

    __slots__ = ("_failure", "_tail", "errors")

    def __init__(self) -> None:
        self._tail = b""
        self._failure: FrameError | None = None
        self.errors = FramingErrors()

    @property
    def pending(self) -> int:
        """How many bytes of an incomplete frame are waiting for the rest, at most 259."""
        return len(self._tail)

    @property
    def failure(self) -> FrameError | None:
        """Why the connection must be closed, once a header came that cannot be."""
        return self._failure

    def resemblance(self) -> str | None:
        """What the pending bytes look like: an RTU request at address 0 passes for a header, for example."""
        return looks_like(self._tail)

    def encode(self, transaction_id: int, unit: int, pdu: bytes) -> bytes:
        """The frame around a PDU; raises UsageError unless it has 1-253 bytes and the unit id is 0-255."""
        length = len(pdu) + 1
        if not MIN_LENGTH <= length <= MAX_LENGTH or not 0 <= unit <= 0xFF:
            check_envelope(unit, pdu)
        return HEADER.pack(transaction_id, 0, length, unit) + pdu

    def encode_read(
        self, transaction_id: int, unit: int, function: int, address: int, quantity: int
    ) -> bytes:
        """The frame of a plain read, function 1-4, header and PDU at once; raises UsageError for a bad unit id."""
        try:
            return _pack_read(transaction_id, 0, 6, unit, function, address, quantity)
        except struct.error:
            check_envelope(unit, b"\0")
            raise

    def receive(self, data: bytes) -> list[Frame]:
        """The frames that these bytes complete.

        A bad header sets ``failure``; the frames before it are still returned, and the next call raises.
        """
        return [Frame(*parts) for parts in self.split(data)]

    def split(self, data: bytes) -> list[Parts]:
        """The same as ``receive``, for the client's hot path: transaction id, unit and PDU of each frame."""
        if self._failure is not None:
            raise FrameError(str(self._failure))
        if self._tail:
            data = self._tail + data
        else:
            alike = _frames_alike(data)
            if alike is not None:
                return [*zip(alike[::5], alike[3::5], alike[4::5], strict=True)]
        frames: list[Parts] = []
        size = len(data)
        start = 0
        while size - start >= 8:
            transaction_id, protocol, length, unit = _unpack(data, start)
            if protocol or not 2 <= length <= 254:  # MIN_LENGTH, MAX_LENGTH
                break
            stop = start + 6 + length
            if stop > size:
                break
            frames.append((transaction_id, unit, data[start + 7 : stop]))
            start = stop
        if start == size:
            self._tail = b""
        else:
            self._tail = data[start:]
            self._judge()
        return frames

    def only(self, data: bytes, transaction_id: int, unit: int) -> bytes | None:
        """The PDU, where ``data`` is one whole frame with this envelope and nothing is pending: the usual case."""
        size = len(data)
        if self._tail or not 8 <= size <= MAX_ADU or _unpack(data) != (transaction_id, 0, size - 6, unit):
            return None
        return data[7:]

    def series(self, data: bytes, first: int, unit: int, count: int) -> list[bytes] | None:
        """The PDUs, where ``data`` is ``count`` frames of one unit, ids from ``first`` on, and nothing is pending."""
        if self._tail:
            return None
        alike = _frames_alike(data)
        if alike is not None:
            good = alike[::5] == (*range(first, first + count),) and alike[3::5] == (unit,) * count
            return [*alike[4::5]] if good else None
        pdus = []
        size = len(data)
        start = 0
        for expected in range(first, first + count):
            if size - start < 8:
                return None
            transaction_id, protocol, length, sender = _unpack(data, start)
            stop = start + 6 + length
            if transaction_id != expected or protocol or sender != unit or stop > size or length > MAX_LENGTH:
                return None
            pdus.append(data[start + 7 : stop])
            start = stop
        return pdus if start == size else None

    def silence(self) -> list[Frame]:
        """Nothing: on TCP silence ends no frame."""
        return []

    def discard(self) -> int:
        """Forget an incomplete frame; returns its bytes."""
        dropped = len(self._tail)
        self._tail = b""
        self.errors.noise += dropped
        return dropped

    def _judge(self) -> None:
        """Refuse what is left over as soon as no continuation could make it a frame."""
        tail = self._tail
        fault = ""
        if len(tail) >= 4 and tail[2:4] != b"\0\0":
            fault = f"protocol id {tail[2] << 8 | tail[3]:#06x} instead of 0"
        elif len(tail) >= 6 and not MIN_LENGTH <= (tail[4] << 8 | tail[5]) <= MAX_LENGTH:
            fault = f"length {tail[4] << 8 | tail[5]} is not {MIN_LENGTH}-{MAX_LENGTH}"
        if not fault:
            return
        resemblance = looks_like(tail)
        hint = f"; looks like {resemblance}" if resemblance else ""
        self._failure = FrameError(f"not Modbus TCP: {fault}{hint} (first bytes {tail[:16].hex(' ')})")
        self.errors.length += 1
        self._tail = b""


def _frames_alike(data: bytes) -> tuple[Any, ...] | None:
    """Id, protocol 0, length, unit and PDU of each of 2-32 frames of one length that are all of ``data``, at one go."""
    if len(data) < 16:
        return None
    length = data[4] << 8 | data[5]
    count, rest = divmod(len(data), length + 6)
    if rest or not 2 <= count <= MOST_ALIKE or not MIN_LENGTH <= length <= MAX_LENGTH:
        return None
    fields = _unpacker(count, length)(data)
    if any(fields[1::5]) or fields[2::5] != (length,) * count:
        return None
    return fields


@lru_cache(maxsize=64)
def _unpacker(count: int, length: int) -> Callable[[bytes], tuple[Any, ...]]:
    return Struct(">" + f"HHHB{length - 1}s" * count).unpack
