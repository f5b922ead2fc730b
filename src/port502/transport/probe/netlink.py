"""Linux's own tables of links, addresses and neighbours, as routing netlink messages (RFC 3549)."""

from __future__ import annotations

import os
import socket
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass

GET_LINK, GET_ADDRESS, GET_ROUTE, GET_NEIGHBOUR = 18, 22, 26, 30
_ERROR, _DONE = 2, 3
_REQUEST, _DUMP = 0x001, 0x300
_HEAD = struct.Struct("=IHHII")
_ATTRIBUTE = struct.Struct("=HH")
_CODE = struct.Struct("=i")
_KINDS = 0x3FFF
"""The two highest bits of an attribute's number are flags."""

RECEIVE_SIZE = 1 << 16
MOST_MESSAGES = 200_000
"""More entries than any table of a host has; the reading ends there."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a table: its fixed part, and its attributes by number."""

    head: bytes
    attributes: dict[int, bytes]


def is_available() -> bool:
    """Whether this system has such tables."""
    return sys.platform == "linux" and hasattr(socket, "AF_NETLINK")


def dump(kind: int, head_size: int) -> list[Entry]:
    """All rows of a table whose fixed part has ``head_size`` bytes; empty where the system has none or refuses."""
    if not is_available():
        return []
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as channel:
            channel.settimeout(2.0)
            channel.send(_HEAD.pack(_HEAD.size + head_size, kind, _REQUEST | _DUMP, 1, 0) + bytes(head_size))
            return list(_answers(channel, head_size))
    except OSError:
        return []


def ask(kind: int, head: bytes, number: int, value: bytes) -> Entry | None:
    """The one row that answers a question with one attribute; None where the system has no such tables.

    Raises OSError with the kernel's reason where there is no such row.
    """
    if not is_available():
        return None
    size = _HEAD.size + len(head) + _ATTRIBUTE.size + _aligned(len(value))
    question = _HEAD.pack(size, kind, _REQUEST, 1, 0) + head
    question += _ATTRIBUTE.pack(_ATTRIBUTE.size + len(value), number) + value.ljust(
        _aligned(len(value)), b"\0"
    )
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as channel:
        channel.settimeout(2.0)
        channel.send(question)
        for answered, body in messages(channel.recv(RECEIVE_SIZE)):
            if answered == _ERROR:
                code = -_CODE.unpack_from(body)[0]
                raise OSError(code, os.strerror(code))
            return Entry(body[: len(head)], attributes(body[len(head) :]))
    return None


def _answers(channel: socket.socket, head_size: int) -> Iterator[Entry]:
    for _ in range(MOST_MESSAGES):
        data = channel.recv(RECEIVE_SIZE)
        for kind, body in messages(data):
            if kind in (_DONE, _ERROR):
                return
            yield Entry(body[:head_size], attributes(body[head_size:]))


def messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind and body of each message in a datagram; what is cut off is left out."""
    at = 0
    while at + _HEAD.size <= len(data):
        length, kind, _, _, _ = _HEAD.unpack_from(data, at)
        if length < _HEAD.size or at + length > len(data):
            return
        yield kind, data[at + _HEAD.size : at + length]
        at += _aligned(length)


def attributes(data: bytes) -> dict[int, bytes]:
    """The attributes behind a row's fixed part, by number; what is cut off is left out."""
    found: dict[int, bytes] = {}
    at = 0
    while at + _ATTRIBUTE.size <= len(data):
        length, number = _ATTRIBUTE.unpack_from(data, at)
        if length < _ATTRIBUTE.size or at + length > len(data):
            break
        found[number & _KINDS] = data[at + _ATTRIBUTE.size : at + length]
        at += _aligned(length)
    return found


def mac_text(data: bytes) -> str:
    """A hardware address in words, ``00:80:f4:01:02:03``; empty for none, and for all zeros."""
    return data.hex(":") if len(data) == 6 and any(data) else ""


def _aligned(length: int) -> int:
    return (length + 3) & ~3
