"""Bytes of one direction to TLS records, and records of a handshake to its messages (RFC 8446, clauses 4 and 5.1)."""

from __future__ import annotations

from typing import Final, NamedTuple

CHANGE_CIPHER, ALERT, HANDSHAKE, APPLICATION = 20, 21, 22, 23
HEAD: Final = 5
LARGEST: Final = 16_384 + 2048
_MOST_HANDSHAKE: Final = 1 << 17


class Record(NamedTuple):
    """One record: its content type, the version in its header, what it carries."""

    kind: int
    version: int
    body: bytes


class Records:
    """Cuts a direction's bytes into records; ``broken`` once they cannot be TLS."""

    def __init__(self) -> None:
        self.broken = False
        self._rest = b""

    @property
    def pending(self) -> int:
        """Bytes of a record that is not whole."""
        return len(self._rest)

    def feed(self, data: bytes) -> list[Record]:
        """The records that these bytes complete."""
        if self.broken:
            return []
        data = self._rest + data
        found: list[Record] = []
        at = 0
        while len(data) - at >= HEAD:
            size = data[at + 3] << 8 | data[at + 4]
            if not CHANGE_CIPHER <= data[at] <= APPLICATION or data[at + 1] != 3 or size > LARGEST:
                self.broken = True
                self._rest = b""
                return found
            if len(data) - at < HEAD + size:
                break
            version = data[at + 1] << 8 | data[at + 2]
            found.append(Record(data[at], version, data[at + HEAD : at + HEAD + size]))
            at += HEAD + size
        self._rest = data[at:]
        return found


class Handshake:
    """Cuts the bodies of handshake records into messages: their type and what they carry."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, body: bytes) -> list[tuple[int, bytes]]:
        """The messages that this body completes."""
        data = self._rest + body
        found: list[tuple[int, bytes]] = []
        at = 0
        while len(data) - at >= 4:
            size = int.from_bytes(data[at + 1 : at + 4], "big")
            if size > _MOST_HANDSHAKE:
                data = b""
                break
            if len(data) - at < 4 + size:
                break
            found.append((data[at], data[at + 4 : at + 4 + size]))
            at += 4 + size
        self._rest = data[at:]
        return found
