"""One Modbus message as it was seen: its raw bytes, who sent it when, and the request that it answers.

Made a million times a minute, so it keeps bytes and references only; all that they say is decoded when asked for.
The names are Wireshark's (``mbtcp.*`` and ``modbus.*``), as in every record of traffic.
"""

from __future__ import annotations

from typing import Final

from port502.protocol.codes import EXCEPTION_BIT, function_name
from port502.traffic.content import OVERSIZE
from port502.traffic.fields import Fields, Values, fields_of
from port502.traffic.judge import faults
from port502.traffic.way import Way

_MBAP: Final = 7
_NANOSECONDS_PER_MS: Final = 1_000_000


class Message:
    """An ADU of ``way`` in ``frame`` (counted from 1, the one that completes it) at ``time`` (ns since 1970, UTC).

    ``adu`` is all of it as sent: MBAP header and PDU, or unit, PDU and checksum (``way.framing``). Bytes that are
    no Modbus are a message too, whose ``func_code`` is None and whose ``problems`` say so. ``notes`` are what
    was noticed when it was put together; ``request`` is what it answers, None for requests and where unknown.
    """

    __slots__ = ("_fields", "adu", "frame", "notes", "request", "time", "way")

    def __init__(
        self,
        frame: int,
        time: int,
        way: Way,
        adu: bytes,
        request: Message | None = None,
        notes: tuple[str, ...] = (),
    ) -> None:
        self.frame = frame
        self.time = time
        self.way = way
        self.adu = adu
        self.request = request
        self.notes = notes

    @property
    def src(self) -> str:
        """Sender's address."""
        return self.way.src

    @property
    def sport(self) -> int:
        """Sender's port."""
        return self.way.sport

    @property
    def dst(self) -> str:
        """Receiver's address."""
        return self.way.dst

    @property
    def dport(self) -> int:
        """Receiver's port."""
        return self.way.dport

    @property
    def is_modbus(self) -> bool:
        """Whether there are a unit id and a function code to speak of."""
        adu = self.adu
        if self.way.framing == "rtu":
            return len(adu) > 3
        return len(adu) > _MBAP and not (adu[2] or adu[3]) and 1 < (adu[4] << 8 | adu[5]) <= OVERSIZE

    @property
    def pdu(self) -> bytes:
        """Function code and data; empty where this is no Modbus."""
        if not self.is_modbus:
            return b""
        adu = self.adu
        return adu[1:-2] if self.way.framing == "rtu" else adu[_MBAP : 6 + (adu[4] << 8 | adu[5])]

    @property
    def trans_id(self) -> int | None:
        """Transaction id (MBAP only)."""
        return self._header(0)

    @property
    def proto_id(self) -> int | None:
        """Protocol id (MBAP only), 0 for Modbus."""
        return self._header(2)

    @property
    def len(self) -> int | None:
        """The length that the header gives: unit id and PDU (MBAP only)."""
        return self._header(4)

    @property
    def unit_id(self) -> int | None:
        """Unit id, 0-255."""
        if not self.is_modbus:
            return None
        return self.adu[0] if self.way.framing == "rtu" else self.adu[6]

    @property
    def function(self) -> int | None:
        """Function code as sent: with the exception bit (0x80) where the server refuses."""
        if not self.is_modbus:
            return None
        return self.adu[1 if self.way.framing == "rtu" else _MBAP]

    @property
    def func_code(self) -> int | None:
        """Function code without the exception bit of a response, as tshark shows it."""
        function = self.function
        return function if function is None or self.way.asks else function & ~EXCEPTION_BIT

    @property
    def func_name(self) -> str | None:
        """The function's name."""
        code = self.func_code
        return None if code is None else function_name(code)

    @property
    def is_response(self) -> bool:
        """Whether a server sent it."""
        return not self.way.asks

    @property
    def exception_code(self) -> int | None:
        """Why the server refused; None where it did not."""
        if self.way.asks or (self.function or 0) < EXCEPTION_BIT:
            return None
        pdu = self.pdu
        return pdu[1] if len(pdu) > 1 else None

    @property
    def request_frame(self) -> int | None:
        """The frame of the request that it answers."""
        return None if self.request is None else self.request.frame

    @property
    def response_time_ms(self) -> float | None:
        """Milliseconds since the request that it answers."""
        return None if self.request is None else (self.time - self.request.time) / _NANOSECONDS_PER_MS

    @property
    def fields(self) -> Fields:
        """What the PDU says."""
        try:
            return self._fields
        except AttributeError:
            asked = None if self.request is None else self.request.fields
            self._fields: Fields = fields_of(self.pdu, asks=self.way.asks, asked=asked)
            return self._fields

    @property
    def reference_num(self) -> int | None:
        """Zero-based address: of a response that does not say it, that of its request."""
        own = self.fields.reference_num
        return own if own is not None or self.request is None else self.request.fields.reference_num

    @property
    def word_cnt(self) -> int | None:
        """How many registers."""
        return self.fields.word_cnt

    @property
    def bit_cnt(self) -> int | None:
        """How many bits."""
        return self.fields.bit_cnt

    @property
    def byte_cnt(self) -> int | None:
        """The byte count that the PDU gives."""
        return self.fields.byte_cnt

    @property
    def values(self) -> Values | None:
        """Registers (0-65535) or bits that were read or written."""
        return self.fields.values

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong with it, each in one sentence; empty when all is well."""
        return self.notes + tuple(fault for fault in faults(self) if fault not in self.notes)

    def _header(self, at: int) -> int | None:
        adu = self.adu
        return adu[at] << 8 | adu[at + 1] if self.way.framing == "mbap" and len(adu) > at + 1 else None

    def __repr__(self) -> str:
        said = "response" if self.is_response else "request"
        return f"<Message frame {self.frame} {said} {self.adu[:16].hex(' ')}>"
