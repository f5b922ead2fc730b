"""Puts the fragments of IPv4 and IPv6 datagrams together, for a bounded number of them at a time."""

from __future__ import annotations

from typing import Final

from port502.traffic.headers import Headers

MOST_DATAGRAMS: Final = 64
LARGEST: Final = 65_535
MOST_PIECES: Final = 1024
"""Pieces of one datagram: more have no purpose but to keep us busy."""


class _Pieces:
    """The pieces of one datagram by their offset; ``size`` is known once its last piece came."""

    __slots__ = ("came", "parts", "size")

    def __init__(self) -> None:
        self.parts: dict[int, bytes] = {}
        self.came = 0
        self.size: int | None = None

    def whole(self) -> bytes | None:
        """All of it, or None while something is missing; where pieces overlap the first that came counts."""
        if self.size is None or self.came < self.size:
            return None
        data = bytearray()
        for offset in sorted(self.parts):
            part = self.parts[offset]
            if offset > len(data):
                return None
            data += part[len(data) - offset :]
        return bytes(data[: self.size]) if len(data) >= self.size else None


class Fragments:
    """Holds at most 64 unfinished datagrams of 64 KiB in 1024 pieces; the oldest makes room for a new one."""

    def __init__(self) -> None:
        self._datagrams: dict[tuple[bytes, bytes, int | None, int | None], _Pieces] = {}
        self.lost = 0

    def add(self, headers: Headers, data: bytes) -> bytes | None:
        """One piece of the packet ``data``; gives the datagram's body when it is whole, else None."""
        offset = headers.fragment or 0
        part = data[headers.body : headers.body + headers.body_size]
        if offset + len(part) > LARGEST or len(part) < headers.body_size:
            self.lost += 1
            return None
        key = (headers.src_bytes, headers.dst_bytes, headers.identification, headers.protocol)
        pieces = self._datagrams.get(key)
        if pieces is None:
            if len(self._datagrams) >= MOST_DATAGRAMS:
                del self._datagrams[next(iter(self._datagrams))]
                self.lost += 1
            pieces = self._datagrams[key] = _Pieces()
        if offset not in pieces.parts and len(pieces.parts) < MOST_PIECES:
            pieces.parts[offset] = part
            pieces.came += len(part)
        if not headers.more_fragments and pieces.size is None:
            pieces.size = offset + len(part)
        whole = pieces.whole()
        if whole is not None:
            del self._datagrams[key]
        return whole
