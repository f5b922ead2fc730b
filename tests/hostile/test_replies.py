"""Servers whose replies lie, against both clients (rows H100-H119 and H126-H131)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from port502.errors import (
    AcknowledgeError,
    DeviceError,
    FrameError,
    LinkError,
    NoReplyError,
    ProtocolError,
    ReplyError,
    ServerDeviceBusyError,
)
from port502.protocol.checksum import crc16
from port502.protocol.client import MAX_UNSOLICITED
from port502.protocol.register_access import ReadHoldingRegistersRequest
from tests.hostile.liar import Asked, Talk, both, client, counters, lying, reply, right, usable
from tests.hostile.raw import VALUES

Lie = Callable[[Talk, Asked], None]


def once(lie: Lie) -> Callable[[Talk], None]:
    """Lie to the first request, then behave."""

    def script(talk: Talk) -> None:
        lie(talk, talk.request())
        talk.behave()

    return script


def behave(talk: Talk) -> None:
    talk.behave()


def wrong(asked: Asked) -> bytes:
    """A well-formed answer with other values than the right one."""
    return reply(asked, bytes((3, 2 * asked.quantity)) + b"\xde\xad" * asked.quantity)


@both
def test_h100_a_wrong_transaction_id_is_discarded_and_the_call_ends_by_its_own_deadline(kind: str) -> None:
    lie = once(lambda talk, asked: talk.send(wrong(asked._replace(number=asked.number + 1000))))
    with lying(lie) as liar, client(kind, liar, response_timeout=0.1) as face:
        with pytest.raises(NoReplyError):
            face.read_holding_registers(0, 2)
        assert face.read_holding_registers(0, 2, timeout=5) == VALUES[:2]
        assert counters(face).unasked == 1
        assert liar.connections == 1


@both
def test_h101_transaction_id_0_is_an_error_unless_tolerated(kind: str) -> None:
    def zero(talk: Talk) -> None:
        while True:
            talk.send(right(talk.request()._replace(number=0)))

    with lying(zero) as liar:
        with client(kind, liar) as face, pytest.raises(ReplyError, match="zero_transaction_id"):
            face.read_holding_registers(0, 2)
        with client(kind, liar, tolerate=["zero_transaction_id"]) as face:
            for address in range(5):
                assert face.read_holding_registers(address, 2) == VALUES[address:][:2]
            assert counters(face).tolerated == 5


@both
@pytest.mark.parametrize("glued", [False, True])
def test_h102_h103_a_late_reply_never_answers_a_younger_request(kind: str, glued: bool) -> None:
    def late(talk: Talk) -> None:
        first = talk.request()
        second = talk.request()
        if glued:
            talk.send(wrong(first) + right(second))
        else:
            talk.send(wrong(first))
            talk.send(right(second))
        talk.behave()

    with lying(late) as liar, client(kind, liar, response_timeout=0.1) as face:
        with pytest.raises(NoReplyError):
            face.read_holding_registers(0, 2)
        assert face.read_holding_registers(0, 2, timeout=5) == VALUES[:2]
        assert counters(face).late == 1


@both
def test_h102_where_replies_have_no_id_a_late_one_ends_the_connection(kind: str) -> None:
    released = threading.Event()

    def nameless(talk: Talk) -> None:
        late = talk.request()
        released.wait(10)
        talk.send(wrong(late._replace(number=0)))
        talk.listen()

    def good(talk: Talk) -> None:
        released.set()
        while True:
            talk.send(right(talk.request()._replace(number=0)))

    tolerate = ["zero_transaction_id"]
    with lying(nameless, good) as liar, client(kind, liar, response_timeout=0.1, tolerate=tolerate) as face:
        with pytest.raises(NoReplyError):
            face.read_holding_registers(0, 2)
        for address in range(5):
            assert face.read_holding_registers(address, 2, timeout=10) == VALUES[address:][:2]
        assert liar.connections == 2


@both
def test_h104_the_first_of_two_replies_wins_and_the_second_is_counted(kind: str) -> None:
    def twice(talk: Talk) -> None:
        while True:
            asked = talk.request()
            talk.send(right(asked) + wrong(asked))

    with lying(twice) as liar, client(kind, liar) as face:
        for address in range(20):
            assert face.read_holding_registers(address, 2) == VALUES[address:][:2]
        assert counters(face).unasked >= 19


@both
def test_h105_unsolicited_replies_without_end_close_the_connection(kind: str) -> None:
    def babble(talk: Talk) -> None:
        asked = talk.request()
        while True:
            talk.send(wrong(asked._replace(number=0x7777)) * 20)

    with lying(babble, behave) as liar, client(kind, liar) as face:
        with pytest.raises(LinkError, match="replies in a row that answer no request"):
            face.read_holding_registers(0)
        assert usable(face)
        assert liar.connections == 2
    assert MAX_UNSOLICITED < 1000


@both
def test_h106_replies_in_another_order_are_matched_by_their_id(kind: str) -> None:
    def backwards(talk: Talk) -> None:
        while True:
            asked = [talk.request() for _ in range(8)]
            talk.send(b"".join(right(one) for one in reversed(asked)))

    requests = [ReadHoldingRegistersRequest(address, 3) for address in range(32)]
    with lying(backwards) as liar, client(kind, liar, window=8) as face:
        responses = face.read_many(requests)
        assert [response.registers for response in responses] == [VALUES[n : n + 3] for n in range(32)]


@both
def test_h107_a_wrong_unit_is_an_error_unless_tolerated(kind: str) -> None:
    def other(talk: Talk) -> None:
        while True:
            asked = talk.request()
            talk.send(right(asked._replace(unit=9)))

    with lying(other) as liar:
        with client(kind, liar) as face, pytest.raises(ReplyError, match="any_unit_in_reply"):
            face.read_holding_registers(0)
        with client(kind, liar, tolerate=["any_unit_in_reply"]) as face:
            assert face.read_holding_registers(4, 2) == VALUES[4:6]


READS: list[tuple[str, str, str]] = [
    ("h108", "another function", "04 04 0001 0002"),
    ("h108", "the request itself", "03 0000 0002"),
    ("h108", "function 0", "00 04 0001 0002"),
    ("h109", "exception of another function", "84 02"),
    ("h110", "one register", "03 02 0001"),
    ("h110", "no register", "03 00"),
    ("h111", "three registers", "03 06 0001 0002 0003"),
    ("h111", "125 registers", "03 FA" + "0001" * 125),
    ("h112", "byte count too large", "03 06 0001 0002"),
    ("h112", "byte count too small", "03 02 0001 0002"),
    ("h112", "byte count 255", "03 FF 0001 0002"),
    ("h112", "odd byte count", "03 03 000102"),
    ("h112", "no byte count", "03"),
    ("h114", "exception without its code", "83"),
    ("h114", "exception with more than its code", "83 02 00"),
]


@both
@pytest.mark.parametrize(("row", "what", "pdu"), READS, ids=[f"{row} {what}" for row, what, _ in READS])
def test_h108_h109_h110_h111_h112_a_reply_that_is_not_to_this_request(
    kind: str, row: str, what: str, pdu: str
) -> None:
    with lying(once(lambda talk, asked: talk.reply(asked, pdu)), behave) as liar, client(kind, liar) as face:
        with pytest.raises(ReplyError):
            face.read_holding_registers(0, 2)
        assert usable(face)


@both
@pytest.mark.parametrize("pdu", ["01 01 FF", "01 03 FFFFFF", "01 00", "01 02 FF", "02 02 FFFF"])
def test_h110_h111_fewer_or_more_bits_than_asked(kind: str, pdu: str) -> None:
    with lying(once(lambda talk, asked: talk.reply(asked, pdu)), behave) as liar, client(kind, liar) as face:
        with pytest.raises(ReplyError):
            face.read_coils(0, 10)
        assert usable(face)


WRITES: list[tuple[str, tuple[Any, ...], list[str]]] = [
    ("write_coil", (5, True), ["05 0005 0000", "05 0006 FF00", "06 0005 FF00", "05 0005 FF00 00"]),
    ("write_register", (5, 0xBEEF), ["06 0005 BEEE", "06 0004 BEEF", "06 0005", "05 0005 BEEF"]),
    ("write_coils", (5, [True] * 9), ["0F 0005 0008", "0F 0006 0009", "0F 0005 0009 00"]),
    ("write_registers", (5, [1, 2]), ["10 0005 0001", "10 0004 0002", "10 0005 0002 04 0001 0002"]),
    ("mask_write_register", (5, 0xF0F0, 0x0F0F), ["16 0005 F0F0 0F0E", "16 0005 0F0F F0F0", "16 0005"]),
    ("write_file_record", (4, 7, [1]), ["15 09 06 0004 0007 0001 0002", "15 09 06 0004 0008 0001 0001"]),
]


@both
@pytest.mark.parametrize(
    ("call", "arguments", "pdu"), [(call, given, pdu) for call, given, pdus in WRITES for pdu in pdus]
)
def test_h113_another_echo_leaves_the_outcome_of_a_write_unknown(
    kind: str, call: str, arguments: tuple[Any, ...], pdu: str
) -> None:
    lie = once(lambda talk, asked: talk.reply(asked, pdu))
    with lying(lie, behave) as liar, client(kind, liar, retries=5) as face:
        with pytest.raises(ReplyError) as caught:
            getattr(face, call)(*arguments)
        assert "unknown" in str(caught.value)
        assert usable(face)
        assert len(liar.writes) == 1


@both
@pytest.mark.parametrize("code", [0, 9, 12, 255])
def test_h114_an_exception_code_that_nobody_knows_is_told_as_it_is(kind: str, code: int) -> None:
    lie = once(lambda talk, asked: talk.reply(asked, bytes((0x83, code))))
    with lying(lie) as liar, client(kind, liar) as face:
        with pytest.raises(DeviceError) as caught:
            face.read_holding_registers(0)
        assert (caught.value.code, caught.value.function) == (code, 3)
        assert usable(face)
        assert liar.connections == 1


@pytest.mark.slow
@both
@pytest.mark.parametrize(("code", "error"), [(5, AcknowledgeError), (6, ServerDeviceBusyError)])
def test_h115_busy_is_an_error_and_repeated_only_for_reads_and_only_when_asked(
    kind: str, code: int, error: type[DeviceError]
) -> None:
    def busy(talk: Talk) -> None:
        for _ in range(3):
            asked = talk.request()
            talk.reply(asked, bytes((asked.pdu[0] | 0x80, code)))
        talk.behave()

    with lying(busy) as liar:
        with client(kind, liar) as face, pytest.raises(error):
            face.read_holding_registers(0)
        assert len(liar.seen) == 1
    with lying(busy) as liar:
        with client(kind, liar, retries=5) as face, pytest.raises(error):
            face.write_register(0, 1)
        assert len(liar.seen) == 1
    with lying(busy) as liar, client(kind, liar, retries=3) as face:
        assert face.read_holding_registers(3) == [VALUES[3]]
        assert len(liar.seen) == 4


@both
@pytest.mark.parametrize(
    "header",
    ["0001 0001 0005 01", "0001 0000 0000 01", "0001 0000 0001 01", "0001 0000 00FF", "0001 0000 FFFF"],
)
def test_h116_a_header_that_cannot_be_ends_all_calls_in_flight_with_a_link_error(
    kind: str, header: str
) -> None:
    def lie(talk: Talk) -> None:
        for _ in range(4):
            talk.request()
        talk.send(bytes.fromhex(header))
        talk.listen()

    with lying(lie, behave) as liar, client(kind, liar, window=4) as face:
        with pytest.raises(LinkError, match="not Modbus TCP") as caught:
            face.read_many([ReadHoldingRegistersRequest(address, 1) for address in range(4)])
        assert isinstance(caught.value, ProtocolError)
        assert usable(face)
        assert liar.connections == 2


@both
@pytest.mark.parametrize("extra", [b"\0", b"\0\0", b"crc"])
def test_h117_bytes_behind_the_pdu_close_unless_tolerated(kind: str, extra: bytes) -> None:
    def tail(talk: Talk) -> None:
        while True:
            asked = talk.request()
            frame = right(asked)
            rest = extra if extra != b"crc" else crc16(frame[6:]).to_bytes(2, "little")
            talk.reply(asked, frame[7:] + rest)

    with lying(tail, tail, behave) as liar:
        with client(kind, liar, tolerate=["extra_bytes"]) as face:
            for address in range(3):
                assert face.read_holding_registers(address, 2) == VALUES[address:][:2]
            assert counters(face).tolerated == 3
        with client(kind, liar) as face:
            with pytest.raises(ReplyError):
                face.read_holding_registers(0, 2)
            assert usable(face)
            assert liar.connections == 3


@both
@pytest.mark.parametrize("off", [-2, -1, 1, 2])
def test_h117_a_length_field_that_is_off_gives_no_wrong_value(kind: str, off: int) -> None:
    def lie(talk: Talk) -> None:
        asked = talk.request()
        frame = right(asked)
        talk.reply(asked, frame[7:], length=len(frame) - 6 + off)
        talk.behave()

    with lying(lie, behave) as liar, client(kind, liar, response_timeout=0.1) as face:
        with pytest.raises((ProtocolError, NoReplyError, LinkError)):
            face.read_holding_registers(0, 2)
        assert usable(face)


@both
def test_h118_a_reply_cut_at_every_byte_and_two_in_one_segment(kind: str) -> None:
    def cutting(talk: Talk) -> None:
        for place in range(1, 13):
            frame = right(talk.request())
            assert len(frame) == 13
            talk.send(frame[:place])
            talk.send(frame[place:])
        for byte in right(talk.request()):
            talk.send(bytes((byte,)))
        first, second = talk.request(), talk.request()
        talk.send(right(first) + right(second))
        talk.behave()

    with lying(cutting) as liar, client(kind, liar, window=2) as face:
        for address in range(13):
            assert face.read_holding_registers(address, 2) == VALUES[address:][:2]
        responses = face.read_many([ReadHoldingRegistersRequest(address, 2) for address in (1, 2)])
        assert [response.registers for response in responses] == [VALUES[1:3], VALUES[2:4]]
        assert usable(face)


@both
def test_h119_a_drip_that_outlasts_the_deadline_is_a_time_out(kind: str) -> None:
    enough = threading.Event()

    def drip(talk: Talk) -> None:
        frame = right(talk.request())
        for byte in frame[:-1]:
            talk.send(bytes((byte,)))
            if enough.wait(0.02):
                return

    with lying(drip, behave) as liar, client(kind, liar, response_timeout=0.1) as face:
        began = time.monotonic()
        with pytest.raises(NoReplyError):
            face.read_holding_registers(0, 100)
        assert time.monotonic() - began < 2
        enough.set()
        assert usable(face)


IDENTITY = "2B 0E 01 81"


@both
@pytest.mark.parametrize("following", [0, 1])
def test_h126_identification_that_does_not_advance_ends_after_the_first_such_step(
    kind: str, following: int
) -> None:
    def circling(talk: Talk) -> None:
        talk.reply(talk.request(), f"{IDENTITY} FF 02 01 01 01 41")
        talk.reply(talk.request(), f"{IDENTITY} FF {following:02x} 01 02 01 41")
        talk.behave()

    with lying(circling) as liar, client(kind, liar) as face:
        with pytest.raises(ReplyError, match="never end"):
            face.read_device_identification()
        assert len(liar.seen) == 2
        assert usable(face)


@both
@pytest.mark.parametrize(
    "pdu",
    [f"{IDENTITY} 00 00 01 00 FF 41", f"{IDENTITY} 00 00 FF 00 00", f"{IDENTITY} 00 00", "2B 0E", "2B 0D 00"],
)
def test_h127_identification_that_cannot_be(kind: str, pdu: str) -> None:
    with lying(once(lambda talk, asked: talk.reply(asked, pdu)), behave) as liar, client(kind, liar) as face:
        with pytest.raises(ReplyError):
            face.read_device_identification()
        assert usable(face)


@both
def test_h127_a_thousand_objects_end_at_the_last_object_id(kind: str) -> None:
    def endless(talk: Talk) -> None:
        while True:
            asked = talk.request()
            if asked.pdu[0] != 43:
                talk.right(asked)
                continue
            at = asked.pdu[3]
            talk.reply(asked, bytes.fromhex(IDENTITY) + bytes((255, at + 1 & 255, 1, at, 1, 65)))

    with lying(endless) as liar, client(kind, liar) as face:
        with pytest.raises(ReplyError):
            face.read_device_identification()
        assert len(liar.seen) <= 257
        assert usable(face)


LENGTHS: list[tuple[str, tuple[Any, ...], str]] = [
    ("read_fifo_queue", (10,), "18 0042 0020" + "0001" * 32),
    ("read_fifo_queue", (10,), "18 0006 0003 0001 0002"),
    ("read_fifo_queue", (10,), "18 0006 0001 0001 0002"),
    ("read_fifo_queue", (10,), "18 FFFF 0001 0001"),
    ("read_file_record", (4, 1, 2), "14 06 05 06 0001 00"),
    ("read_file_record", (4, 1, 2), "14 06 07 06 0001 0002"),
    ("read_file_record", (4, 1, 2), "14 06 00 06 0001 0002"),
    ("read_file_record", (4, 1, 2), "14 06 05 07 0001 0002"),
    ("read_file_record", (4, 1, 2), "14 04 03 06 0001"),
    ("report_server_id", (), "11 05 42 FF"),
    ("report_server_id", (), "11 01 42 FF 00"),
    ("report_server_id", (), "11"),
]


@both
@pytest.mark.parametrize(("call", "arguments", "pdu"), LENGTHS)
def test_h128_inner_lengths_that_cannot_be(
    kind: str, call: str, arguments: tuple[Any, ...], pdu: str
) -> None:
    with lying(once(lambda talk, asked: talk.reply(asked, pdu)), behave) as liar, client(kind, liar) as face:
        with pytest.raises(ReplyError):
            getattr(face, call)(*arguments)
        assert usable(face)


@both
@pytest.mark.parametrize(("call", "arguments"), [(call, given) for call, given, _ in WRITES])
def test_h130_a_write_that_times_out_is_not_sent_again_and_its_outcome_is_unknown(
    kind: str, call: str, arguments: tuple[Any, ...]
) -> None:
    def swallow(talk: Talk) -> None:
        talk.request()
        talk.behave()

    with lying(swallow) as liar, client(kind, liar, retries=5, response_timeout=0.05) as face:
        with pytest.raises(NoReplyError, match="unknown"):
            getattr(face, call)(*arguments)
        assert usable(face)
        assert len(liar.writes) == 1


@both
@pytest.mark.parametrize(
    ("bytes_sent", "named"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "HTTP"),
        (b"SSH-2.0-dropbear\r\n", "SSH"),
        (b"\x15\x03\x01\x00\x02\x02\x0a", "a TLS alert"),
        (b"220 router FTP ready\r\n", "text"),
    ],
)
def test_h131_what_is_no_modbus_is_named(kind: str, bytes_sent: bytes, named: str) -> None:
    with lying(once(lambda talk, asked: talk.send(bytes_sent)), behave) as liar, client(kind, liar) as face:
        with pytest.raises(FrameError, match=named):
            face.read_holding_registers(0)
        assert usable(face)
