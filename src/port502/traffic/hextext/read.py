"""From a text to the pieces of bytes in it: what a person pastes, a file of hexadecimal, a log, a dump."""

from __future__ import annotations

import re
from dataclasses import replace

from port502.errors import UsageError
from port502.traffic.headers import TCP, UDP, Headers, headers_of
from port502.traffic.hextext.dump import Dump
from port502.traffic.hextext.piece import RECEIVED, REQUEST, RESPONSE, SENT, Piece
from port502.traffic.hextext.runs import read_line
from port502.traffic.links import ETHERNET, RAW

MOST_BYTES = 1 << 20
"""Bytes of one text that are looked at; a capture is for the reader of captures."""

_PORT = 502
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
    pieces: list[Piece] = []
    dump: Dump | None = None
    joins, size, word = False, 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        if dump is not None and dump.takes(line):
            continue
        if dump is not None:
            pieces.append(_dumped(dump, number - 1, word))
            dump, joins = None, False
        fresh = Dump()
        if fresh.takes(line):
            dump, joins = fresh, False
            continue
        found = read_line(line, number)
        # A word on a line of its own ("Tx") speaks for the bytes below it.
        said = _said(found.words, line)
        if not found.runs:
            word = said or ("" if line.strip() else word)
            joins = False
            continue
        size += sum(len(run.data) for run in found.runs)
        if size > MOST_BYTES:
            raise UsageError(
                f"line {number}: more than {MOST_BYTES} bytes; give a shorter text, or a capture to inspect"
            )
        for run in found.runs:
            if joins and found.alone and not run.ascii and said in ("", pieces[-1].said):
                pieces[-1] = replace(pieces[-1], lines=(*pieces[-1].lines, run.data))
            else:
                pieces.append(
                    Piece((run.data,), number, said or word, ascii=run.ascii, doubtful=run.doubtful)
                )
            joins = found.alone and not run.ascii
        word = said if found.alone else ""
    if dump is not None:
        pieces.append(_dumped(dump, len(text.splitlines()), word))
    if not pieces:
        raise _nothing(text)
    return [opened(piece) for piece in pieces]


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


def _dumped(dump: Dump, line: int, said: str) -> Piece:
    notes = (
        ("the dump shows words of a little-endian machine: their bytes were swapped back",)
        if dump.swapped
        else ()
    )
    return Piece((dump.data,), line, said, notes=notes)


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
