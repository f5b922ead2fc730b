"""The answer to the first request."""

from __future__ import annotations

from typing import Any

import pytest

from port502.discover.doctor.evidence import SettleTried
from port502.discover.doctor.exchange import Answer
from port502.discover.doctor.judge import judge
from port502.discover.doctor.reads import read_of
from port502.registers.reference import Table
from port502.transport.probe.attempt import Outcome
from tests.discover.doctor.cases import LOST, TAKEN, attempted, evidence, exchange, refused

SILENT = exchange(Answer.SILENT, info=TAKEN)
INPUT = read_of(Table.INPUT, 0)
OTHER = (exchange(unit=0),)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({}, "APP.SILENT_ACKED"),
        ({"first": exchange(Answer.SILENT, info=LOST)}, "NET.UNACKED"),
        ({"units": (exchange(unit=255), exchange(Answer.SILENT, unit=0))}, "MB.UNIT"),
        ({"functions": (exchange(request=INPUT),)}, "MB.FUNCTION"),
        ({"settle": (SettleTried(0.5, SILENT), SettleTried(1.0, exchange()))}, "APP.SETTLE"),
        (
            {"units": (exchange(unit=0),), "again": (exchange(),), "settle": (SettleTried(1.0, exchange()),)},
            "APP.SETTLE",
        ),
        ({"units": (exchange(unit=0),), "again": (exchange(),)}, "APP.SILENT_ACKED"),
        ({"rtu_reply": b"\1\3\2\0\x2a"}, "APP.RTU_OVER_TCP"),
        ({"tls_reply": b"\x16\3\3"}, "APP.TLS"),
        ({"hung": (attempted(), attempted(Outcome.TIMEOUT))}, "TCP.HUNG"),
    ],
)
def test_silence_has_many_causes(more: dict[str, Any], code: str) -> None:
    assert judge(evidence(**{"first": SILENT, **more})).main.code == code


def test_where_the_kernel_does_not_tell_silence_is_only_likely() -> None:
    assert str(judge(evidence(first=exchange(Answer.SILENT))).main.confidence) == "likely"


@pytest.mark.parametrize(
    ("first", "more", "code"),
    [
        (exchange(Answer.ECHO), {}, "MB.ECHO"),
        (exchange(Answer.FOREIGN, received=b"HTTP/1.1 400"), {}, "APP.NOT_MODBUS"),
        (exchange(Answer.FOREIGN, received=b"\x15\3\3\0\2"), {}, "APP.TLS"),
        (exchange(Answer.CRC_TAIL), {}, "MB.CRC_TAIL"),
        (exchange(Answer.LENGTH, note="too long"), {}, "MB.LENGTH"),
        (exchange(Answer.MALFORMED, note="?"), {}, "MB.LENGTH"),
        (exchange(Answer.RESET), {}, "APP.NOT_MODBUS"),
        (exchange(Answer.CLOSED), {"tls_reply": b"\x15\3\3"}, "APP.TLS"),
        (exchange(Answer.CLOSED), {"again": (exchange(),)}, "TCP.EVICTED"),
        (exchange(took=1.7, late=True), {}, "APP.SLOW"),
        (refused(0x0B, took=1.7, late=True), {}, "GW.TIMEOUT_ORDER"),
        (exchange(strays=b"\0\7\0\0\0\3\1\x83\2"), {}, "GW.MIXED"),
    ],
)
def test_answers_that_are_not_as_they_should_be(first: Any, more: dict[str, Any], code: str) -> None:
    assert judge(evidence(first=first, **more)).main.code == code


def ids(*got: int) -> dict[str, Any]:
    """A first exchange and some more, sent with ids from 0x5001 on and answered with these."""
    made = [
        exchange(Answer.OTHER_ID, sent=(0x5001 + place).to_bytes(2, "big") + bytes(10), got_id=one)
        for place, one in enumerate(got)
    ]
    return {"first": made[0], "again": tuple(made[1:])}


@pytest.mark.parametrize(
    ("seen", "code", "said"),
    [
        (ids(0, 0, 0), "MB.TXID_ZERO", "id 0"),
        (ids(1, 1, 1), "MB.TXID_ZERO", "id 1"),
        (ids(0x0150, 0x0250, 0x0350), "MB.TXID_ZERO", "bytes swapped"),
        (ids(0x5000, 0x5001, 0x5002), "MB.TXID_LATE", "1 behind: 3 times"),
        (ids(0x5000, 0x5000, 0x5002), "MB.TXID_LATE", "2 behind: 1 times"),
        (ids(0x7777, 0x1234, 0x4321), "GW.MIXED", "0x7777"),
    ],
)
def test_transaction_ids_tell_who_was_answered(seen: dict[str, Any], code: str, said: str) -> None:
    main = judge(evidence(**seen)).main
    assert main.code == code
    assert said in main.sentence


def test_one_wrong_unit_is_the_devices_and_several_are_other_clients() -> None:
    nine = exchange(Answer.OTHER_UNIT, got_unit=9)
    assert judge(evidence(first=nine, again=(nine,))).main.code == "MB.UNIT_ECHO"
    assert (
        judge(evidence(first=nine, again=(exchange(Answer.OTHER_UNIT, got_unit=4),))).main.code == "GW.MIXED"
    )
