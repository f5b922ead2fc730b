"""TLS records and handshake messages."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from port502.traffic.tls.records import HANDSHAKE, LARGEST, Handshake, Record, Records


def test_records_in_pieces() -> None:
    data = bytes.fromhex("16 0301 0002 abcd 17 0303 0001 ef")
    records = Records()
    found = [one for byte in data for one in records.feed(bytes([byte]))]
    assert found == [Record(22, 0x301, b"\xab\xcd"), Record(23, 0x303, b"\xef")]
    assert records.pending == 0


def test_what_cannot_be_tls_ends_it() -> None:
    for wrong in ("16 0203 0001 00", "19 0301 0001 00", f"16 0301 {LARGEST + 1:04x}"):
        records = Records()
        records.feed(bytes.fromhex(wrong))
        assert records.broken
        assert records.feed(b"\x16\x03\x01\x00\x00") == []


def test_messages_over_several_records() -> None:
    handshake = Handshake()
    assert handshake.feed(bytes.fromhex("01 000002 ab")) == []
    assert handshake.feed(bytes.fromhex("cd 14 000000")) == [(1, b"\xab\xcd"), (20, b"")]
    assert handshake.feed(bytes.fromhex("0b ffffff")) == []
    assert handshake.feed(bytes.fromhex("14 000000")) == [(20, b"")]


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_no_bytes_make_it_raise_or_hold_much(pieces: list[bytes]) -> None:
    records, handshake = Records(), Handshake()
    for data in pieces:
        for one in records.feed(data):
            assert one.kind >= 20
        handshake.feed(data)
    assert records.pending <= LARGEST + 5
    assert HANDSHAKE == 22
