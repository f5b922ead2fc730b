"""Capture files and pipes as packets: finds out what kind of file it is and reads it piece by piece."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from port502.errors import UsageError
from port502.traffic.pcap import PcapParser, Record
from port502.traffic.pcapng import PcapngParser

PIECE: Final = 1 << 17
"""Bytes that are read at a time."""

STANDARD_INPUT: Final = "-"
_GZIP: Final = b"\x1f\x8b"
_GZIP_FORMAT: Final = 31


class Parser(Protocol):
    """Bytes of a capture file in, packets out."""

    problem: str | None
    packets: int
    secrets: list[bytes]

    def feed(self, data: bytes) -> list[Record]:
        """The packets that these bytes complete."""

    def end(self) -> None:
        """The file has ended."""


class Capture:
    """One capture file, pcap or pcapng, gzipped or not; ``-`` is standard input.

    Iterating gives lists of packets as they are read. Afterwards ``problem`` says what could not be read, None when
    all was. Raises UsageError for a file that cannot be opened, or that is no capture.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.problem: str | None = None
        self.position = 0
        self._parser: Parser | None = None

    @property
    def size(self) -> int:
        """Bytes of the file, 0 where that cannot be told; ``position`` is how many of them were read."""
        try:
            return 0 if self.name == STANDARD_INPUT else Path(self.name).stat().st_size
        except OSError:
            return 0

    @property
    def packets(self) -> int:
        """How many packets were read."""
        return self._parser.packets if self._parser is not None else 0

    @property
    def secrets(self) -> list[bytes]:
        """The TLS key logs that were met in the file so far."""
        return self._parser.secrets if self._parser is not None else []

    def __iter__(self) -> Iterator[list[Record]]:
        if self.name == STANDARD_INPUT:
            yield from self._read(sys.stdin.buffer)
            return
        with self._opened() as file:
            yield from self._read(file)

    def _opened(self) -> BinaryIO:
        try:
            return Path(self.name).open("rb")
        except OSError as error:
            raise UsageError(f"cannot read {self.name}: {error.strerror}") from error

    def _read(self, file: BinaryIO) -> Iterator[list[Record]]:
        pieces = self._pieces(file)
        begin = b""
        for piece in pieces:
            begin += piece
            if len(begin) >= 4:
                break
        self._parser = parser = self._parser_for(begin)
        for piece in _chain(begin, pieces):
            records = parser.feed(piece)
            if records:
                yield records
            if parser.problem is not None:
                break
        parser.end()
        self.problem = self.problem or parser.problem

    def _pieces(self, file: BinaryIO) -> Iterator[bytes]:
        """What the file holds, unpacked; a damaged file ends early with a ``problem``."""
        try:
            pieces = self._counted(file)
            first = next(pieces, b"")
            pieces = _chain(first, pieces)
            yield from _unpacked(pieces) if first.startswith(_GZIP) else pieces
        except (OSError, EOFError, zlib.error) as error:
            self.problem = f"cannot be read on: {error}"

    def _counted(self, file: BinaryIO) -> Iterator[bytes]:
        while piece := _some(file):
            self.position += len(piece)
            yield piece

    def _parser_for(self, begin: bytes) -> Parser:
        if PcapParser.begins(begin):
            return PcapParser()
        if PcapngParser.begins(begin):
            return PcapngParser()
        shown = f"begins with {begin[:4].hex(' ')}" if begin else self.problem or "is empty"
        raise UsageError(f"{self.name} is no capture file (pcap or pcapng): it {shown}")


def _some(file: BinaryIO) -> bytes:
    """The next bytes: of a pipe those that are there, without waiting for more."""
    read = getattr(file, "read1", file.read)
    data: bytes = read(PIECE)
    return data


def _unpacked(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The bytes of a gzip file, never more of them at a time than a piece."""
    unpack = zlib.decompressobj(_GZIP_FORMAT)
    packed = next(pieces, b"")
    while packed:
        yield unpack.decompress(packed, PIECE)
        packed = unpack.unconsumed_tail
        if unpack.eof:
            packed, unpack = unpack.unused_data, zlib.decompressobj(_GZIP_FORMAT)
            if not packed.startswith(_GZIP):
                return
        packed = packed or next(pieces, b"")
    yield unpack.flush()
    raise EOFError("the archive ends early")


def _chain(first: bytes, rest: Iterable[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest
