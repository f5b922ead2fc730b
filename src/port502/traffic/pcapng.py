"""pcapng files as they come in: sections of either byte order, any number of interfaces, each with its own clock."""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct
from typing import Final

from port502.traffic.pcap import LONGEST, Record

SECTION: Final = 0x0A0D0D0A
_INTERFACE, _OLD_PACKET, _SIMPLE_PACKET, _PACKET, _SECRETS = 1, 2, 3, 6, 10
_ORDERS: Final = {b"\x4d\x3c\x2b\x1a": "<", b"\x1a\x2b\x3c\x4d": ">"}
_MOST: Final = 1 << 24
"""Bytes that a block may have: no packet and no list of names or secrets has more."""

_TSRESOL, _TSOFFSET = 9, 14
_TLS_KEYS: Final = 0x544C534B
_MOST_SECRETS: Final = 1 << 22


@dataclass(frozen=True, slots=True)
class Interface:
    """Where packets were captured: link type, most bytes of a packet, and how its clock counts.

    A time is ``count * factor >> shift`` nanoseconds, and ``offset`` nanoseconds more.
    """

    link: int
    most: int
    factor: int = 1000
    shift: int = 0
    offset: int = 0


class PcapngParser:
    """Takes the bytes of a pcapng file in pieces of any size; ``problem`` says why it stopped, if it did.

    ``secrets`` are the TLS key logs that the file itself carries.
    """

    def __init__(self) -> None:
        self.problem: str | None = None
        self.packets = 0
        self.secrets: list[bytes] = []
        self._rest = b""
        self._interfaces: list[Interface] = []
        self._set_order("<")

    @staticmethod
    def begins(data: bytes) -> bool:
        """Whether a file that starts with these 4 bytes is a pcapng file."""
        return data[:4] == b"\n\r\r\n"

    def feed(self, data: bytes) -> list[Record]:
        """The packets that these bytes complete; none once there is a ``problem``."""
        if self.problem is not None:
            return []
        if self._rest:
            data = self._rest + data
        found: list[Record] = []
        at = 0
        while len(data) - at >= 12:
            kind, size = self._head(data, at)
            if kind == SECTION:
                order = _ORDERS.get(data[at + 8 : at + 12])
                if order is None:
                    self._stop("a section of no byte order", found)
                    break
                self._set_order(order)
                _, size = self._head(data, at)
            if size < 12 or size % 4 or size > _MOST:
                self._stop(f"a block that claims {size} bytes", found)
                break
            if len(data) - at < size:
                break
            self._block(kind, data, at + 8, at + size - 4, found)
            at += size
        self.packets += len(found)
        self._rest = b"" if self.problem is not None else data[at:]
        return found

    def end(self) -> None:
        """The file has ended; sets ``problem`` when it did so within a block."""
        if self.problem is None and self._rest:
            self.problem = f"cut short behind packet {self.packets}"
        self._rest = b""

    def _stop(self, why: str, found: list[Record]) -> None:
        behind = self.packets + len(found)
        self.problem = f"{why} stands behind packet {behind}: the rest of the file is not read"

    def _set_order(self, order: str) -> None:
        self._order: str = order
        self._head = Struct(f"{order}II").unpack_from
        self._long = Struct(f"{order}I").unpack_from
        self._packet_head = Struct(f"{order}IIIII").unpack_from
        self._option = Struct(f"{order}HH").unpack_from

    def _block(self, kind: int, data: bytes, start: int, stop: int, found: list[Record]) -> None:
        if kind == _PACKET:
            self._packet(data, start, stop, found)
        elif kind == SECTION:
            self._interfaces = []
        elif kind == _INTERFACE and stop - start >= 8:
            self._interfaces.append(self._interface(data[start:stop]))
        elif kind == _SIMPLE_PACKET and stop - start >= 4 and self._interfaces:
            interface = self._interfaces[0]
            (length,) = self._long(data, start)
            captured = min(length, interface.most or length, stop - start - 4)
            found.append((0, interface.link, length, data[start + 4 : start + 4 + captured]))
        elif kind == _OLD_PACKET and stop - start >= 20:
            self._old_packet(data, start, stop, found)
        elif kind == _SECRETS and stop - start >= 8:
            self._secret(data[start:stop])

    def _packet(self, data: bytes, start: int, stop: int, found: list[Record]) -> None:
        if stop - start < 20:
            return
        number, high, low, captured, length = self._packet_head(data, start)
        if number >= len(self._interfaces) or captured > stop - start - 20:
            self._stop(f"a packet of interface {number} with {captured} bytes", found)
            return
        interface = self._interfaces[number]
        time = ((high << 32 | low) * interface.factor >> interface.shift) + interface.offset
        found.append((time, interface.link, length, data[start + 20 : start + 20 + captured]))

    def _old_packet(self, data: bytes, start: int, stop: int, found: list[Record]) -> None:
        """Like a packet of today, with 16 bits of interface number and 16 of drops."""
        number, _ = self._option(data, start)
        _, high, low, captured, length = self._packet_head(data, start)
        if number < len(self._interfaces) and captured <= min(stop - start - 20, LONGEST):
            interface = self._interfaces[number]
            time = ((high << 32 | low) * interface.factor >> interface.shift) + interface.offset
            found.append((time, interface.link, length, data[start + 20 : start + 20 + captured]))

    def _interface(self, body: bytes) -> Interface:
        link, _ = self._option(body, 0)
        (most,) = self._long(body, 4)
        factor, shift, offset = 1000, 0, 0
        at = 8
        while at + 4 <= len(body):
            code, size = self._option(body, at)
            value = body[at + 4 : at + 4 + size]
            at += 4 + (size + 3 & ~3)
            if code == 0:
                break
            if code == _TSRESOL and value:
                factor, shift = _resolution(value[0])
            elif code == _TSOFFSET and len(value) == 8:
                (seconds,) = Struct(f"{self._order}q").unpack(value)
                offset = seconds * 1_000_000_000
        return Interface(link, most, factor, shift, offset)

    def _secret(self, body: bytes) -> None:
        kind, size = self._head(body, 0)
        if kind == _TLS_KEYS and sum(map(len, self.secrets)) + size <= _MOST_SECRETS:
            self.secrets.append(body[8 : 8 + size])


def _resolution(value: int) -> tuple[int, int]:
    """Factor and shift that make nanoseconds of a count of 10^-n or 2^-n seconds; finer than 1 ns is not told."""
    exponent = value & 0x7F
    if value & 0x80:
        return 1_000_000_000, exponent
    return (10 ** (9 - exponent), 0) if exponent <= 9 else (1, 0)
