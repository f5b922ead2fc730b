"""The client's side of a connection, without a wire: what goes out, what comes in, what each means."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from port502.errors import (
    DeviceError,
    FrameError,
    IllegalDataAddressError,
    LinkClosedError,
    NoReplyError,
    ReplyError,
)
from port502.protocol.client import MAX_UNHEARD, MAX_UNSOLICITED, ClientConnection
from port502.protocol.mbap import MbapFraming
from port502.protocol.message import Request
from port502.protocol.register_access import ReadHoldingRegistersRequest, WriteSingleRegisterRequest
from port502.protocol.rtu import RtuFraming
from port502.protocol.tolerances import TOLERANCES
from port502.protocol.transaction import Transaction

READ = ReadHoldingRegistersRequest(0, 1)
REPLY = bytes.fromhex("03 02 00 2A")


def transaction(request: Request[Any] = READ, unit: int = 1, *, timeout: float = 1.0) -> Transaction[Any]:
    return Transaction(unit, request, lambda _: None, timeout, deadline=100.0)


def connection(**settings: Any) -> ClientConnection:
    return ClientConnection(MbapFraming(), **settings)


def frame(number: int, pdu: bytes = REPLY, unit: int = 1) -> bytes:
    return MbapFraming().encode(number, unit, pdu)


def test_a_request_leaves_as_one_frame_and_its_reply_ends_it() -> None:
    line = connection()
    asked = transaction()
    assert line.send(asked, 0.0) == bytes.fromhex("0001 0000 0006 01 03 0000 0001")
    assert not line.has_room
    assert line.receive(frame(1), 0.1) == [asked]
    assert asked.response is not None
    assert asked.response.registers == [42]
    assert line.has_room


def test_ids_grow_by_one_and_skip_zero_when_they_wrap() -> None:
    line = connection()
    seen = []
    for _ in range(0x10000):
        asked = transaction()
        line.send(asked, 0.0)
        seen.append(asked.id)
        line.receive(frame(asked.id), 0.0)
    assert seen[:3] == [1, 2, 3]
    assert seen[-2:] == [0xFFFF, 1]


def test_the_window_bounds_what_is_in_flight() -> None:
    line = connection(window=16)
    sent = [transaction() for _ in range(16)]
    for asked in sent:
        assert line.has_room
        line.send(asked, 0.0)
    assert not line.has_room
    replies = b"".join(frame(asked.id) for asked in sent)
    assert line.receive(replies, 0.0) == sent


def test_replies_in_another_order_find_their_requests_h106() -> None:
    line = connection(window=2)
    first, second = transaction(), transaction(ReadHoldingRegistersRequest(5, 2))
    line.send(first, 0.0)
    line.send(second, 0.0)
    late_first = frame(2, bytes.fromhex("03 04 0001 0002")) + frame(1)
    assert line.receive(late_first, 0.1) == [second, first]
    assert second.response.registers == [1, 2]


def test_a_timed_out_id_is_quarantined_h102() -> None:
    line = connection()
    old = transaction()
    line.send(old, 0.0)
    assert line.expire(0.99) == []
    assert line.expire(1.0) == [old]
    assert isinstance(old.error, NoReplyError)
    assert "within 1 s" in str(old.error)
    young = transaction()
    line.send(young, 1.0)
    assert line.receive(frame(old.id, bytes.fromhex("03 02 FFFF")), 1.1) == []
    assert line.counters.late == 1
    assert line.receive(frame(young.id), 1.2) == [young]
    assert young.response.registers == [42]


def test_who_answers_with_other_ids_is_not_called_silent() -> None:
    line = connection()
    asked = transaction()
    line.send(asked, 0.0)
    assert line.receive(frame(0xFFFE), 0.1) == []
    assert line.expire(1.0) == [asked]
    assert "replies came whose transaction id nobody asked with" in str(asked.error)
    again = transaction()
    line.send(again, 1.0)
    line.receive(frame(again.id), 1.1)
    silent = transaction()
    line.send(silent, 1.2)
    line.expire(9.0)
    assert "replies came" not in str(silent.error)


def test_a_quarantined_id_is_not_used_again() -> None:
    line = connection()
    old = transaction()
    line.send(old, 0.0)
    line.expire(1.0)
    used = set()
    for _ in range(0xFFFF):
        asked = transaction()
        line.send(asked, 1.0)
        used.add(asked.id)
        line.receive(frame(asked.id), 1.0)
    assert old.id not in used


def test_a_stale_reply_before_the_right_one_is_skipped_h103() -> None:
    line = connection()
    asked = transaction()
    line.send(asked, 0.0)
    assert line.receive(frame(999, bytes.fromhex("03 02 FFFF")) + frame(1), 0.1) == [asked]
    assert asked.response.registers == [42]
    assert line.counters.unasked == 1


def test_a_duplicate_reply_is_counted_only_h104() -> None:
    line = connection()
    asked = transaction()
    line.send(asked, 0.0)
    assert line.receive(frame(1) + frame(1), 0.1) == [asked]
    assert line.counters.unasked == 1


def test_unsolicited_replies_without_end_end_the_connection_h105() -> None:
    line = connection()
    for _ in range(MAX_UNSOLICITED):
        line.receive(frame(7), 0.0)
    assert line.failure is None
    line.receive(frame(7), 0.0)
    assert isinstance(line.failure, FrameError)


def test_transaction_id_zero_is_an_error_unless_tolerated_h101() -> None:
    strict, tolerant = connection(), connection(tolerate=frozenset({"zero_transaction_id"}))
    for line in (strict, tolerant):
        asked = transaction()
        line.send(asked, 0.0)
        assert line.receive(frame(0), 0.1) == [asked]
        if line is strict:
            assert isinstance(asked.error, ReplyError)
            assert "zero_transaction_id" in str(asked.error)
        else:
            assert asked.response.registers == [42]
            assert line.counters.tolerated == 1


def test_another_unit_in_the_reply_is_an_error_unless_tolerated_h107() -> None:
    strict, tolerant = connection(), connection(tolerate=frozenset({"any_unit_in_reply"}))
    for line in (strict, tolerant):
        asked = transaction(unit=5)
        line.send(asked, 0.0)
        line.receive(frame(1, unit=9), 0.1)
        assert (asked.response is None) == (line is strict)
    assert tolerant.counters.tolerated == 1


@pytest.mark.parametrize(
    "pdu",
    [
        pytest.param("04 02 002A", id="H108 another function"),
        pytest.param("84 02", id="H109 exception of another function"),
        pytest.param("03 00", id="H110 nothing"),
        pytest.param("03 04 002A 002B", id="H111 more than asked"),
        pytest.param("03 03 002A00", id="H112 odd byte count"),
        pytest.param("03 04 002A", id="H112 byte count beyond the frame"),
        pytest.param("83", id="H114 exception without a code"),
    ],
)
def test_a_reply_that_is_no_answer_is_a_typed_error(pdu: str) -> None:
    line = connection()
    asked = transaction()
    line.send(asked, 0.0)
    line.receive(frame(1, bytes.fromhex(pdu)), 0.1)
    assert isinstance(asked.error, ReplyError)
    assert asked.response is None


@pytest.mark.parametrize("code", [0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 255])
def test_exceptions_keep_their_code_h114(code: int) -> None:
    line = connection()
    asked = transaction()
    line.send(asked, 0.0)
    line.receive(frame(1, bytes((0x83, code))), 0.1)
    assert isinstance(asked.error, DeviceError)
    assert asked.error.code == code


def test_a_wrong_echo_leaves_the_outcome_unknown_h113() -> None:
    line = connection()
    asked = transaction(WriteSingleRegisterRequest(1, 7))
    line.send(asked, 0.0)
    line.receive(frame(1, bytes.fromhex("06 0001 0008")), 0.1)
    assert isinstance(asked.error, ReplyError)


def test_bytes_behind_the_reply_close_unless_tolerated_h117() -> None:
    with_crc = frame(1, REPLY + b"\xc5\x9b")
    strict, tolerant = connection(), connection(tolerate=frozenset({"extra_bytes"}))
    for line in (strict, tolerant):
        asked = transaction()
        line.send(asked, 0.0)
        line.receive(with_crc, 0.1)
        assert (line.failure is None) == (line is tolerant)
        assert (asked.error is None) == (line is tolerant)
    assert tolerant.counters.tolerated == 1


def test_extra_bytes_behind_the_frame_are_dropped_when_tolerated_h117() -> None:
    line = connection(tolerate=frozenset({"extra_bytes"}))
    asked = transaction()
    line.send(asked, 0.0)
    assert line.receive(frame(1) + b"\xc5\x9b", 0.1) == [asked]
    again = transaction()
    line.send(again, 0.2)
    assert line.receive(frame(2), 0.3) == [again]
    assert again.response.registers == [42]


def test_a_bad_header_fails_the_connection_and_what_is_in_flight_h116() -> None:
    line = connection()
    asked = transaction(WriteSingleRegisterRequest(1, 7))
    line.send(asked, 0.0)
    assert line.receive(bytes.fromhex("0001 0005 0006 01 03 0000"), 0.1) == []
    assert isinstance(line.failure, FrameError)
    assert line.fail(line.failure) == [asked]
    assert isinstance(asked.error, FrameError)
    assert "unknown" in str(asked.error)
    assert line.in_flight == 0


def test_the_window_falls_to_one_when_only_the_first_is_answered_h125() -> None:
    line = connection(window=8)
    sent = [transaction() for _ in range(8)]
    for asked in sent:
        line.send(asked, 0.0)
    line.receive(frame(1), 0.1)
    assert len(line.expire(1.0)) == 7
    assert line.window == 1
    assert line.narrowed


def test_one_silent_unit_among_answering_ones_keeps_the_window() -> None:
    line = connection(window=4)
    sent = [transaction(unit=unit) for unit in (1, 2, 3, 4)]
    for asked in sent:
        line.send(asked, 0.0)
    for asked in (sent[0], sent[2], sent[3]):
        line.receive(frame(asked.id, unit=asked.unit), 0.1)
    assert line.expire(1.0) == [sent[1]]
    assert line.window == 4


def test_an_abandoned_request_keeps_its_place_until_its_reply_h129() -> None:
    line = connection()
    asked = transaction()
    line.send(asked, 0.0)
    asked.abandoned = True
    assert not line.has_room
    assert line.receive(frame(1), 0.1) == []
    assert line.has_room
    assert line.counters.unasked == 0


def test_an_abandoned_request_frees_its_place_at_its_time() -> None:
    line = connection()
    asked = transaction()
    line.send(asked, 0.0)
    asked.abandoned = True
    assert line.expire(1.0) == []
    assert line.has_room


def test_the_deadline_of_the_call_bounds_the_attempt() -> None:
    line = connection()
    asked = transaction(timeout=1.0)
    asked.deadline = 0.4
    line.send(asked, 0.0)
    assert line.next_expiry() == 0.4


def test_a_lost_connection_fails_everything_in_flight() -> None:
    line = connection(window=3)
    sent = [transaction() for _ in range(3)]
    for asked in sent:
        line.send(asked, 0.0)
    assert line.fail(LinkClosedError("gone")) == sent
    assert all(isinstance(asked.error, LinkClosedError) for asked in sent)


def test_a_device_error_is_the_class_of_its_code() -> None:
    line = connection()
    asked = transaction()
    line.send(asked, 0.0)
    line.receive(frame(1, b"\x83\x02"), 0.1)
    assert isinstance(asked.error, IllegalDataAddressError)
    assert asked.error.function == 3


def test_on_a_serial_line_only_the_asked_unit_and_function_answer_h142() -> None:
    framing = RtuFraming("client")
    line = ClientConnection(framing, by_order=True, window=16)
    assert line.window == 1
    asked = transaction(unit=5)
    line.send(asked, 0.0)
    other = RtuFraming("server")
    assert line.receive(other.encode(0, 6, REPLY), 0.1) == []
    assert line.counters.foreign == 1
    assert line.receive(other.encode(0, 5, REPLY), 0.2) == [asked]
    assert asked.response.registers == [42]


def test_what_lies_on_a_serial_line_is_drained_before_a_request() -> None:
    line = ClientConnection(RtuFraming("client"), by_order=True)
    line.receive(b"\x01\x03\x02", 0.0)
    asked = transaction()
    line.send(asked, 1.0)
    assert line.receive(RtuFraming("server").encode(0, 1, REPLY), 1.1) == [asked]
    assert asked.response.registers == [42]


def test_a_serial_reply_of_an_unknown_function_ends_with_the_silence() -> None:
    from port502.protocol.message import RawRequest

    line = ClientConnection(RtuFraming("client"), by_order=True)
    asked = transaction(RawRequest(0x41, b"\x01"))
    line.send(asked, 0.0)
    assert line.receive(RtuFraming("server").encode(0, 1, b"\x41\x07"), 0.1) == []
    assert line.silence(0.2) == [asked]
    assert asked.response.data == b"\x07"


def test_every_tolerance_has_a_name_of_its_own() -> None:
    assert len(TOLERANCES) == 3


def test_a_connection_is_mute_when_nothing_at_all_was_heard_for_some_requests_h123() -> None:
    line = connection()
    for moment in range(MAX_UNHEARD):
        assert not line.is_mute
        line.send(transaction(), float(2 * moment))
        line.expire(2 * moment + 1.0)
    assert line.is_mute


def test_a_single_byte_begins_the_count_anew_h123() -> None:
    line = connection()
    for moment in range(3 * MAX_UNHEARD):
        line.send(transaction(), float(2 * moment))
        if moment % 2:
            line.receive(frame(0x7777)[:1] if moment == 1 else b"", 2 * moment + 0.5)
        line.expire(2 * moment + 1.0)
        assert not line.is_mute


def test_a_peer_that_answers_only_what_comes_after_its_replies_narrows_the_window_h125() -> None:
    line = connection(window=4)
    first, *dropped = [transaction() for _ in range(4)]
    for asked in (first, *dropped):
        line.send(asked, 0.0)
    line.receive(frame(first.id), 0.1)
    behind = transaction()
    line.send(behind, 0.1)
    line.receive(frame(behind.id), 0.2)
    assert line.expire(1.0) == dropped
    assert line.narrowed
    assert line.window == 1


def test_a_peer_that_hangs_as_a_whole_keeps_its_window() -> None:
    line = connection(window=4)
    for _ in range(4):
        line.send(transaction(), 0.0)
    line.expire(1.0)
    assert line.window == 4


def test_a_silent_unit_among_others_keeps_the_window() -> None:
    line = connection(window=4)
    line.send(transaction(unit=9), 0.0)
    others = [transaction(unit=1) for _ in range(3)]
    for asked in others:
        line.send(asked, 0.0)
        line.receive(frame(asked.id), 0.1)
    dead = transaction(unit=9)
    line.send(dead, 0.2)
    behind = transaction(unit=1)
    line.send(behind, 0.2)
    line.receive(frame(behind.id), 0.3)
    line.expire(1.5)
    assert line.window == 4


def test_where_replies_carry_no_id_one_that_is_late_ends_the_connection_h102() -> None:
    line = connection(tolerate=frozenset({"zero_transaction_id"}))
    line.send(transaction(), 0.0)
    line.expire(1.0)
    assert isinstance(line.failure, LinkClosedError)


@given(st.integers(1, 0xFFFF), st.lists(st.integers(1, 5), max_size=60))
def test_sending_some_is_the_same_as_sending_each(start: int, answered: list[int]) -> None:
    one, other = connection(window=8), connection(window=8)
    one._next_id = other._next_id = start
    for replies in answered:
        asked = [transaction() for _ in range(20)]
        twins = [transaction() for _ in range(20)]
        waiting = list(reversed(asked))
        sent = one.send_some(waiting, 1.0)
        expected = [other.send(twin, 1.0) for twin in twins[: len(sent)]]
        assert sent == expected
        assert waiting == list(reversed(asked))[: 20 - len(sent)]
        for mine, twin in zip(asked[: len(sent)], twins, strict=False):
            for name in ("id", "expires", "order", "pipelined", "attempts"):
                assert getattr(mine, name) == getattr(twin, name)
        assert not one.has_room
        for number in list(one._waiting)[:replies]:
            one.receive(frame(number), 1.0)
            other.receive(frame(number), 1.0)
