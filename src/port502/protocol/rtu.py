"""RTU framing (Modbus over Serial Line V1.02, clause 2.5.1), on serial lines and over TCP.

The end of a frame is known from its function code first, from silence second. One rule brings a decoder
back that lost its place: nothing more is decoded until ``silence``, which judges all that came as one
frame. It never searches for a frame within a stream: that would carry out a write hidden in the data of
another message.
"""

from __future__ import annotations

from typing import Literal

from port502.errors import FrameError
from port502.protocol.checksum import crc16
from port502.protocol.codes import DIAGNOSTICS, MAX_PDU
from port502.protocol.framing import Frame, FramingErrors, Parts, check_envelope
from port502.protocol.lengths import request_length, response_length
from port502.protocol.plain_read import READ_PDU

__all__ = ["RtuFraming", "crc16"]

MIN_FRAME = 4
MAX_FRAME = 256
_OVERHEAD = 3
_QUERY_DATA = bytes((DIAGNOSTICS, 0, 0))


class RtuFraming:
    """Frames of 4-256 bytes: unit, PDU, CRC low byte first.

    A ``client`` receives replies, a ``server`` requests; a server on a line with others also hears their
    replies, which become frames at the silence behind them and carry the others' unit ids. When to call
    ``silence`` is the owner's decision: after 3.5 characters, or more where an adapter delivers in bursts.
    """

    def __init__(self, role: Literal["client", "server"]) -> None:
        self.errors = FramingErrors()
        self._is_server = role == "server"
        self._buffer = b""
        self._lost = False
        self._overflowed = False
        self._echo_length: int | None = None

    @property
    def pending(self) -> int:
        """How many bytes are waiting for the rest of their frame or for silence, at most 256."""
        return len(self._buffer)

    @property
    def failure(self) -> FrameError | None:
        """Always None: this framing comes back by silence."""
        return None

    def resemblance(self) -> str | None:
        """Always None: on a serial line anything may be noise."""
        return None

    def encode(self, transaction_id: int, unit: int, pdu: bytes) -> bytes:
        """The frame around a PDU of 1-253 bytes; the transaction id is not sent."""
        check_envelope(unit, pdu)
        self._echo_length = len(pdu) if pdu.startswith(_QUERY_DATA) else None
        body = bytes((unit,)) + pdu
        return body + crc16(body).to_bytes(2, "little")

    def encode_read(
        self, transaction_id: int, unit: int, function: int, address: int, quantity: int
    ) -> bytes:
        """The frame of a plain read, function 1-4."""
        return self.encode(transaction_id, unit, READ_PDU.pack(function, address, quantity))

    def receive(self, data: bytes) -> list[Frame]:
        """The frames that these bytes complete; none after a bad one until ``silence``."""
        if self._overflowed:
            self.errors.noise += len(data)
            return []
        data = self._buffer + data
        frames: list[Frame] = []
        start = 0
        while not self._lost:
            length = self._expected(data[start + 1 : start + MAX_FRAME])
            if length is None:
                break
            stop = start + length + _OVERHEAD
            if length <= MAX_PDU and stop > len(data):
                break
            if length > MAX_PDU or crc16(data[start:stop]):
                self._lost = True
            else:
                frames.append(Frame(0, data[start], data[start + 1 : stop - 2]))
                start = stop
        self._buffer = data[start:]
        if len(self._buffer) > MAX_FRAME:
            self._overflowed = True
            self._drop()
            self.errors.length += 1
        return frames

    def split(self, data: bytes) -> list[Parts]:
        """The same as ``receive``, as plain tuples."""
        return [(frame.transaction_id, frame.unit, frame.pdu) for frame in self.receive(data)]

    def only(self, data: bytes, transaction_id: int, unit: int) -> bytes | None:
        """None: where a frame ends is not told by a look at its bytes."""
        return None

    def series(self, data: bytes, first: int, unit: int, count: int) -> list[bytes] | None:
        """None, like ``only``."""
        return None

    def silence(self) -> list[Frame]:
        """The line was silent: what is pending is a frame if its CRC says so, otherwise it is dropped."""
        data = self._buffer
        self._lost = False
        self._overflowed = False
        if len(data) >= MIN_FRAME and crc16(data) == 0:
            self._buffer = b""
            return [Frame(0, data[0], data[1:-2])]
        if data:
            self._drop()
            if len(data) < MIN_FRAME:
                self.errors.length += 1
            else:
                self.errors.crc += 1
        return []

    def discard(self) -> int:
        """Forget the pending bytes and start anew; returns how many they were."""
        self._lost = False
        self._overflowed = False
        return self._drop()

    def _drop(self) -> int:
        dropped = len(self._buffer)
        self._buffer = b""
        self.errors.noise += dropped
        return dropped

    def _expected(self, pdu: bytes) -> int | None:
        if self._is_server:
            return request_length(pdu)
        if pdu.startswith(_QUERY_DATA):
            return self._echo_length
        return response_length(None, pdu)
