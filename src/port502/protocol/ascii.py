"""ASCII framing (Modbus over Serial Line V1.02, clause 2.5.2).

``:``, two hexadecimal digits a byte for unit, PDU and LRC, CR LF. A ``:`` always starts a frame anew, so
the decoder is back in step with the next one whatever came before.
"""

from __future__ import annotations

import binascii

from port502.errors import FrameError, UsageError
from port502.protocol.checksum import lrc
from port502.protocol.framing import Frame, FramingErrors, Parts, check_envelope
from port502.protocol.plain_read import READ_PDU

__all__ = ["AsciiFraming", "lrc"]

MAX_LINE = 513
_MIN_BYTES = 3
_RESERVED = b":\r0123456789ABCDEFabcdef"


class AsciiFraming:
    """Lines of 9-513 characters; upper-case digits are sent, lower-case ones accepted."""

    def __init__(self) -> None:
        self.errors = FramingErrors()
        self._line = b""
        self._end = b"\r\n"

    @property
    def delimiter(self) -> bytes:
        """The last character of a frame, LF unless diagnostics sub-function 3 changed it (clause 6.8.1)."""
        return self._end[1:]

    @delimiter.setter
    def delimiter(self, character: bytes) -> None:
        if len(character) != 1 or character in _RESERVED:
            raise UsageError(f"a delimiter is one character that occurs in no frame, got {character!r}")
        self._end = b"\r" + character

    @property
    def pending(self) -> int:
        """How many characters of an incomplete line are waiting for the rest, at most 513."""
        return len(self._line)

    @property
    def failure(self) -> FrameError | None:
        """Always None: this framing comes back by the next ``:``."""
        return None

    def resemblance(self) -> str | None:
        """Always None: on a serial line anything may be noise."""
        return None

    def encode(self, transaction_id: int, unit: int, pdu: bytes) -> bytes:
        """The line around a PDU of 1-253 bytes; the transaction id is not sent."""
        check_envelope(unit, pdu)
        body = bytes((unit,)) + pdu
        return b":" + (body + bytes((lrc(body),))).hex().upper().encode("ascii") + self._end

    def encode_read(
        self, transaction_id: int, unit: int, function: int, address: int, quantity: int
    ) -> bytes:
        """The frame of a plain read, function 1-4."""
        return self.encode(transaction_id, unit, READ_PDU.pack(function, address, quantity))

    def receive(self, data: bytes) -> list[Frame]:
        """The frames that these characters complete."""
        text = self._line + data
        frames: list[Frame] = []
        start = self._skip_to_colon(text, 0)
        while start < len(text):
            colon = text.find(b":", start + 1)
            end = text.find(self._end, start + 1, colon if colon >= 0 else len(text))
            if end >= 0:
                frame = self._frame(text[start + 1 : end], end + 2 - start)
                if frame is not None:
                    frames.append(frame)
                start = self._skip_to_colon(text, end + 2)
            elif colon >= 0:
                self._reject(colon - start)
                start = colon
            else:
                break
        self._line = text[start:]
        if len(self._line) > MAX_LINE:
            self._reject(len(self._line))
            self._line = b""
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
        """Too long between two characters (clause 2.5.2.1: 1 s by default): the line begun is dropped."""
        if self._line:
            self._reject(len(self._line))
            self._line = b""
        return []

    def discard(self) -> int:
        """Forget the pending characters; returns how many they were."""
        dropped = len(self._line)
        self._line = b""
        self.errors.noise += dropped
        return dropped

    def _skip_to_colon(self, text: bytes, start: int) -> int:
        colon = text.find(b":", start)
        if colon < 0:
            colon = len(text)
        self.errors.noise += colon - start
        return colon

    def _reject(self, dropped: int) -> None:
        self.errors.length += 1
        self.errors.noise += dropped

    def _frame(self, digits: bytes, size: int) -> Frame | None:
        try:
            content = binascii.unhexlify(digits)
        except binascii.Error:
            content = b""
        if size > MAX_LINE or len(content) < _MIN_BYTES:
            self._reject(size)
            return None
        if lrc(content):
            self.errors.crc += 1
            self.errors.noise += size
            return None
        return Frame(0, content[0], content[1:-1])
