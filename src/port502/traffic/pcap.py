"""pcap files as they come in: bytes in, packets out; both byte orders, micro- and nanoseconds."""

from __future__ import annotations

from struct import Struct
from typing import Final, TypeAlias

Record: TypeAlias = tuple[int, int, int, bytes]
"""A packet as it stands in a file: time (ns since 1970), link type, length on the wire, captured bytes."""

LONGEST: Final = 262_144
"""The most bytes that a captured packet can have, as libpcap has it."""

HEADER: Final = 24
_MAGICS: Final = {
    b"\xd4\xc3\xb2\xa1": ("<", 1000),
    b"\xa1\xb2\xc3\xd4": (">", 1000),
    b"\x4d\x3c\xb2\xa1": ("<", 1),
    b"\xa1\xb2\x3c\x4d": (">", 1),
}


class PcapParser:
    """Takes the bytes of a pcap file in pieces of any size; ``problem`` says why it stopped, if it did."""

    def __init__(self) -> None:
        self.problem: str | None = None
        self.packets = 0
        self.secrets: list[bytes] = []
        self._rest = b""
        self._order = ""
        self._unit = 1
        self._link = 0

    @staticmethod
    def begins(data: bytes) -> bool:
        """Whether a file that starts with these 4 bytes is a pcap file."""
        return data[:4] in _MAGICS

    def feed(self, data: bytes) -> list[Record]:
        """The packets that these bytes complete; none once there is a ``problem``."""
        if self.problem is not None:
            return []
        if self._rest:
            data = self._rest + data
        if not self._order:
            if len(data) < HEADER:
                self._rest = data
                return []
            self._order, self._unit = _MAGICS[data[:4]]
            # The high bits of the link type's word tell whether checksums of the link are captured too.
            self._link = Struct(f"{self._order}I").unpack_from(data, 20)[0] & 0x0FFFFFFF
            data = data[HEADER:]
        return self._records(data)

    def end(self) -> None:
        """The file has ended; sets ``problem`` when it did so within a packet."""
        if self.problem is None and (self._rest or not self._order):
            where = f"packet {self.packets + 1}" if self._order else "the file header"
            self.problem = f"cut short within {where}"
        self._rest = b""

    def _records(self, data: bytes) -> list[Record]:
        found: list[Record] = []
        append = found.append
        unpack = Struct(f"{self._order}IIII").unpack_from
        link, unit = self._link, self._unit
        size = len(data)
        at = 0
        last = size - 16
        while at <= last:
            seconds, part, captured, length = unpack(data, at)
            stop = at + 16 + captured
            if stop > size:
                if captured > LONGEST:
                    self.packets += len(found)
                    self.problem = (
                        f"packet {self.packets + 1} claims {captured} bytes: the rest of the file is not read"
                    )
                    self._rest = b""
                    return found
                break
            append((seconds * 1_000_000_000 + part * unit, link, length, data[at + 16 : stop]))
            at = stop
        self.packets += len(found)
        self._rest = data[at:]
        return found
