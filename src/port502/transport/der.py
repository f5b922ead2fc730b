"""A strict reader of DER (ITU-T X.690), as much of it as certificates and revocation lists need.

Definite lengths in their shortest form only: whatever else stands there is an error, never a guess.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

BOOLEAN = 0x01
INTEGER = 0x02
BIT_STRING = 0x03
OCTET_STRING = 0x04
OBJECT_IDENTIFIER = 0x06
UTF8_STRING = 0x0C
UTC_TIME = 0x17
GENERALIZED_TIME = 0x18
SEQUENCE = 0x30
SET = 0x31


class DerError(ValueError):
    """The bytes are no DER, or not of the expected shape."""


class Element(NamedTuple):
    """One tag with its content; ``raw`` is all of it, tag and length included."""

    tag: int
    content: bytes
    raw: bytes

    def children(self) -> list[Element]:
        """The elements in the content, which must fill it; raises DerError."""
        return list(elements(self.content))

    def expect(self, tag: int) -> Element:
        """The element itself if it has that tag; raises DerError."""
        if self.tag != tag:
            raise DerError(f"tag 0x{self.tag:02x} where 0x{tag:02x} belongs")
        return self


def only(data: bytes) -> Element:
    """The one element that the bytes are; raises DerError, also for bytes behind it."""
    found = read(data, 0)
    if len(found.raw) != len(data):
        raise DerError(f"{len(data) - len(found.raw)} bytes behind the end")
    return found


def elements(data: bytes) -> Iterator[Element]:
    """One element after the other up to the end of the bytes; raises DerError."""
    at = 0
    while at < len(data):
        found = read(data, at)
        yield found
        at += len(found.raw)


def read(data: bytes, at: int) -> Element:
    """The element that begins at a place; raises DerError."""
    if len(data) - at < 2:
        raise DerError("ends within a tag and its length")
    tag, first = data[at], data[at + 1]
    if tag & 0x1F == 0x1F:
        raise DerError("a tag of several bytes")
    begin, length = at + 2, first
    if first == 0x80:
        raise DerError("an indefinite length")
    if first > 0x80:
        count = first & 0x7F
        begin += count
        if count > 4 or begin > len(data):
            raise DerError("a length that cannot be")
        length = int.from_bytes(data[at + 2 : begin], "big")
        if length < 0x80 or length >> 8 * (count - 1) == 0:
            raise DerError("a length that is longer than need be")
    end = begin + length
    if end > len(data):
        raise DerError(f"{length} bytes announced, {len(data) - begin} there")
    return Element(tag, data[begin:end], data[at:end])


def identifier(dotted: str) -> bytes:
    """The content of an object identifier, from its dotted form."""
    arcs = [int(arc) for arc in dotted.split(".")]
    encoded = b""
    for arc in (40 * arcs[0] + arcs[1], *arcs[2:]):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(arc & 0x7F | 0x80)
        encoded += bytes(reversed(groups))
    return encoded


def time_of(element: Element) -> float:
    """Unix seconds of a UTCTime or GeneralizedTime as certificates have them (RFC 5280, 4.1.2.5)."""
    text = element.content.decode("ascii", "replace")
    try:
        if element.tag == UTC_TIME:
            century = "20" if int(text[:2]) < 50 else "19"
            text = century + text
        elif element.tag != GENERALIZED_TIME:
            raise ValueError
        if len(text) != len("YYYYMMDDHHMMSSZ"):
            raise ValueError
        return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise DerError(f"{text[:20]!r} is no time") from None
