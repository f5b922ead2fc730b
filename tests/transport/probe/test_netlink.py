"""Messages and attributes of routing netlink."""

from __future__ import annotations

import socket
import struct

import pytest

from port502.transport.probe import netlink
from port502.transport.probe.netlink import attributes, dump, is_available, mac_text, messages


def message(kind: int, body: bytes) -> bytes:
    data = struct.pack("=IHHII", 16 + len(body), kind, 2, 1, 0) + body
    return data + bytes(-len(data) % 4)


def test_messages_of_one_datagram_are_taken_apart() -> None:
    data = message(20, b"abc") + message(20, b"defgh") + message(3, b"")
    assert list(messages(data)) == [(20, b"abc"), (20, b"defgh"), (3, b"")]


def test_a_message_that_is_cut_off_is_left_out() -> None:
    data = message(20, b"abcd") + message(20, b"efgh")[:-2]
    assert list(messages(data)) == [(20, b"abcd")]
    assert list(messages(struct.pack("=IHHII", 3, 20, 0, 0, 0))) == []


def test_attributes_are_found_by_number_whatever_their_flags() -> None:
    data = struct.pack("=HH", 7, 1) + b"abc\0" + struct.pack("=HH", 8, 0x8002) + b"wxyz" + b"\x09\0\x03\0ab"
    assert attributes(data) == {1: b"abc", 2: b"wxyz"}


def test_hardware_addresses_in_words() -> None:
    assert mac_text(bytes.fromhex("0080f4010203")) == "00:80:f4:01:02:03"
    assert mac_text(bytes(6)) == ""
    assert mac_text(b"") == ""


def test_a_table_that_the_kernel_does_not_have_is_empty() -> None:
    if is_available():
        assert dump(18, 16)
    assert dump(0x7FF0, 16) == []


def test_one_question_has_one_answer_or_the_kernels_reason() -> None:
    if not netlink.is_available():
        assert netlink.ask(26, bytes(12), 1, bytes((127, 0, 0, 1))) is None
        return
    head = bytes((socket.AF_INET, 32)) + bytes(10)
    row = netlink.ask(netlink.GET_ROUTE, head, 1, bytes((127, 0, 0, 1)))
    assert row is not None
    assert row.attributes[1] == bytes((127, 0, 0, 1))
    with pytest.raises(OSError, match=r"\w"):
        netlink.ask(netlink.GET_ROUTE, bytes((99, 32)) + bytes(10), 1, bytes(4))
