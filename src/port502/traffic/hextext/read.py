"""From a text to the pieces of bytes in it: what a person pastes, a file of hexadecimal, a log, a dump."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from port502.errors import UsageError
from port502.traffic.headers import TCP, UDP, Headers, headers_of
from port502.traffic.hextext.dump import Dump
from port502.traffic.hextext.piece import RECEIVED, REQUEST, RESPONSE, SENT, Piece
from port502.traffic.hextext.runs import read_line
from port502.traffic.links import ETHERNET, RAW

MOST_BYTES = 1 << 20
"""Bytes of one text that are looked at; a capture is for the reader of captures."""

_PORT = 502
_SWAPPED = "the dump shows words of a little-endian machine: their bytes were swapped back"
_SAID = (
    (REQUEST, re.compile(r"\b(?:request|req|query|ask(?:ed|s)?)\b", re.IGNORECASE)),
    (RESPONSE, re.compile(r"\b(?:response|resp|reply|replied|answer(?:ed|s)?)\b", re.IGNORECASE)),
    (SENT, re.compile(r"(?:\b(?:tx|send|sent|sending|writ(?:e|ing|ten)|out)\b)|->|>>", re.IGNORECASE)),
    (RECEIVED, re.compile(r"(?:\b(?:rx|recv|receiv(?:e|ed|ing)|processing|read|in)\b)|<-|<<", re.IGNORECASE)),
)
_LIBMODBUS_RECEIVED = re.compile(r"<[0-9a-fA-F]{2}>")
_LIBMODBUS_SENT = re.compile(r"\[[0-9a-fA-F]{2}\]\s?\[")


def read_text(text: str) -> list[Piece]:
    """The pieces of bytes in a text, in order.

    Lines of nothing but bytes that follow each other are one piece of several lines; a line of a log is a piece for
    itself. Raises UsageError, with line and column, where there are none or where they cannot be told.
    """
    if not text.strip():
        raise UsageError("there is nothing to decode: write bytes as pairs of hexadecimal digits")
    reading = _Reading()
    dump: Dump | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if dump is not None and dump.takes(line):
            continue
        if dump is not None:
            reading.dumped(dump, number - 1)
            dump = None
        fresh = Dump()
        if fresh.takes(line):
            dump = fresh
        else:
            reading.line(line, number)
    if dump is not None:
        reading.dumped(dump, len(text.splitlines()))
    if not reading.found:
        raise _nothing(text)
    return [opened(growing.piece()) for growing in reading.found]


@dataclass(slots=True)
class _Growing:
    """A piece to which lines may be added."""

    lines: list[bytes]
    line: int
    said: str
    ascii: bool = False
    doubtful: bool = False
    notes: tuple[str, ...] = ()

    def piece(self) -> Piece:
        return Piece(
            tuple(self.lines),
            self.line,
            self.said,
            ascii=self.ascii,
            doubtful=self.doubtful,
            notes=self.notes,
        )


class _Reading:
    """Puts the lines of a text together to pieces."""

    def __init__(self) -> None:
        self.found: list[_Growing] = []
        self._joins = False
        self._word = ""
        self._size = 0

    def line(self, line: str, number: int) -> None:
        """A line that belongs to no dump."""
        read = read_line(line, number)
        said = _said(read.words, line)
        if not read.runs:
            # A word on a line of its own ("Tx") speaks for the bytes below it.
            self._word = said or ("" if line.strip() else self._word)
            self._joins = False
            return
        self._count(sum(len(run.data) for run in read.runs), number)
        for run in read.runs:
            alone = read.alone and not run.ascii
            if self._joins and alone and said in ("", self.found[-1].said):
                self.found[-1].lines.append(run.data)
            else:
                self.found.append(_Growing([run.data], number, said or self._word, run.ascii, run.doubtful))
            self._joins = alone
        self._word = said if read.alone else ""

    def dumped(self, dump: Dump, number: int) -> None:
        """A dump that ended."""
        data = dump.data
        self._count(len(data), number)
        notes = (_SWAPPED,) if dump.swapped else ()
        self.found.append(_Growing([data], number, self._word, notes=notes))
        self._joins = False

    def _count(self, size: int, number: int) -> None:
        self._size += size
        if self._size > MOST_BYTES:
            raise UsageError(
                f"line {number}: more than {MOST_BYTES} bytes; give a shorter text, or a capture to inspect"
            )


def read_bytes(data: bytes) -> list[Piece]:
    """The pieces in a file: those of its text, or the bytes themselves where it is none."""
    if not data:
        raise UsageError("there is nothing to decode: it is empty")
    if len(data) > 16 * MOST_BYTES:
        raise UsageError(f"more than {16 * MOST_BYTES} bytes; give a part of it, or a capture to inspect")
    if not _is_text(data):
        if len(data) > MOST_BYTES:
            raise UsageError(
                f"more than {MOST_BYTES} bytes that are no text; a capture is for `port502 inspect`"
            )
        return [opened(Piece((data,)))]
    return read_text(data.decode("utf-8-sig", "replace"))


def opened(piece: Piece) -> Piece:
    """The payload where the bytes are a whole packet with its headers, else the piece as it is."""
    data = piece.data
    if len(data) < 40 or piece.ascii:
        return piece
    for link in (RAW, ETHERNET):
        headers = headers_of(link, data)
        if not _is_packet(headers, data):
            continue
        payload = data[headers.payload : headers.payload + headers.size]
        said = RESPONSE if headers.sport == _PORT else REQUEST if headers.dport == _PORT else piece.said
        ends = f"{headers.src} port {headers.sport} to {headers.dst} port {headers.dport}"
        note = f"taken from a packet from {ends}" + ("" if payload else ", which carries no data")
        return replace(piece, lines=(payload,), said=said, tcp=True, notes=(*piece.notes, note))
    return piece


def _is_packet(headers: Headers, data: bytes) -> bool:
    """Whether these are surely headers: their lengths agree with what is there, up to padding."""
    if headers.protocol not in (TCP, UDP) or headers.sport is None or not headers.payload:
        return False
    end = headers.payload + headers.size
    return headers.size >= 0 and headers.payload <= len(data) and 0 <= len(data) - end <= 46


def _said(words: str, line: str) -> str:
    """What the words around the bytes call them; brackets are libmodbus's way of saying it."""
    if _LIBMODBUS_RECEIVED.search(line):
        return RECEIVED
    if _LIBMODBUS_SENT.search(line):
        return SENT
    return next((said for said, form in _SAID if form.search(words)), "")


def _is_text(data: bytes) -> bool:
    sample = data[:4096]
    return not any(byte < 0x20 and byte not in b"\t\r\n\f\x1b" for byte in sample) and 0x7F not in sample


def _nothing(text: str) -> UsageError:
    line = next(number for number, one in enumerate(text.splitlines(), 1) if one.strip())
    first = text.splitlines()[line - 1].strip()
    return UsageError(
        f"line {line}: there are no bytes in {first[:60]!r}; write them as pairs of hexadecimal digits: 00 01 A5"
    )
