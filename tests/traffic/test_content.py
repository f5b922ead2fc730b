"""What the bytes of a stream are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from port502.traffic.content import Recognised, is_chain, is_tls, may_begin, recognise, rtu_frame
from tests.traffic.wire import adu, answer, ask

RTU = bytes.fromhex("11 03 006b 0003 7687")


def test_tls_by_its_records() -> None:
    assert is_tls(bytes.fromhex("160301"))
    assert is_tls(bytes.fromhex("170303"))
    assert not is_tls(ask(0x1603))
    assert not is_tls(b"\x16")


def test_what_may_begin_a_message() -> None:
    assert may_begin(b"")
    assert may_begin(b"\1\2\0")
    assert may_begin(ask(1))
    assert not may_begin(b"\1\2\3\0")
    assert not may_begin(b"\1\2\0\0\0\1")
    assert not may_begin(b"\1\2\0\0\1\0")


def test_a_chain_is_whole_messages_and_the_begin_of_one() -> None:
    assert is_chain(ask(1))
    assert is_chain(ask(1) + answer(1, 5) + b"\0\2\0")
    assert not is_chain(b"")
    assert not is_chain(ask(1) + b"GET /")
    assert not is_chain(b"\0\1\0\0")


def test_modbus_is_recognised_by_lengths_that_are_all_right() -> None:
    assert recognise(ask(1) + ask(2)) == Recognised("mbap", True)
    assert recognise(answer(1, 5)) == Recognised("mbap", False)
    assert recognise(adu(1, "06 0001 0002")) == Recognised("mbap", None)
    assert recognise(RTU) == Recognised("rtu", True)
    assert recognise(ask(1)[:-1]) is None
    assert recognise(adu(1, "5a 01")) is None
    assert recognise(adu(1, "03 0001 0002 00")) is None
    assert recognise(b"") is None


def test_what_could_be_both_is_what_its_checksum_says() -> None:
    both = bytes.fromhex("01 03 0000 0002 c40b")
    assert rtu_frame(both, asks=True) == len(both)
    assert is_chain(both)
    assert recognise(both) == Recognised("rtu", True)


def test_an_rtu_frame_ends_where_its_checksum_is_right() -> None:
    assert rtu_frame(RTU + b"\x11\x03", asks=True) == 8
    assert rtu_frame(RTU[:-1] + b"\0", asks=True) is None


@given(st.binary(max_size=300))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    for known in (is_tls, may_begin, is_chain, recognise):
        known(data)
    rtu_frame(data, asks=True)
    rtu_frame(data, asks=False)
