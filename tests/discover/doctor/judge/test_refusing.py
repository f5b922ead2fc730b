"""Exceptions and their likely causes."""

from __future__ import annotations

from typing import Any

import pytest

from port502.discover.doctor.evidence import ReadSeen
from port502.discover.doctor.exchange import Answer
from port502.discover.doctor.judge import judge
from port502.discover.doctor.question import Question
from port502.discover.doctor.reads import read_of
from port502.registers.reference import Table, parse_reference
from port502.transport.url import parse_url
from tests.discover.doctor.cases import evidence, exchange, refused

OK = exchange()
INPUT = read_of(Table.INPUT, 0)
ALL_READS = [read_of(table, 0) for table in Table]


@pytest.mark.parametrize(
    ("first", "more", "code"),
    [
        (refused(0x0A), {}, "GW.0A_ROUTE"),
        (refused(0x0A), {"again": (refused(0x0A), OK)}, "GW.0A_BUSY"),
        (refused(0x0B), {"units": (refused(0x0B, unit=2),)}, "GW.0B_ALL"),
        (refused(0x0B), {"units": (exchange(unit=2),)}, "GW.0B_SOME"),
        (refused(6), {}, "MB.BUSY"),
        (refused(5), {"again": (OK,)}, "MB.BUSY"),
        (refused(4), {}, "MB.DEVICE_FAILURE"),
        (refused(0x4B), {}, "GW.VENDOR_EXC"),
        (refused(8), {}, "UNKNOWN"),
        (refused(1), {"functions": tuple(refused(1, request=one) for one in ALL_READS)}, "MB.FUNCTION"),
        (refused(1), {"functions": (exchange(request=INPUT),)}, "OK"),
        (refused(2), {}, "OK"),
        (refused(3), {}, "OK"),
    ],
)
def test_what_an_exception_to_a_plain_read_means(first: Any, more: dict[str, Any], code: str) -> None:
    assert judge(evidence(first=first, **more)).main.code == code


def test_behind_tls_no_right_to_anything_is_the_roles() -> None:
    asked = Question(parse_url("tls://192.168.1.10"))
    functions = tuple(refused(1, request=one) for one in ALL_READS)
    assert judge(evidence(question=asked, first=refused(1), functions=functions)).main.code == "TLS.ROLE"


def read(text: str, exchange_: Any, **more: Any) -> Any:
    return judge(evidence(first=OK, reads=(ReadSeen(parse_reference(text), exchange_, **more),))).main


@pytest.mark.parametrize(
    ("seen", "code", "said"),
    [
        (read("holding:40001", refused(2), reduced=OK, reduced_address=0), "MB.ADDRESS", "write 40001 alone"),
        (
            read("holding:40001", refused(2), reduced=refused(2), reduced_address=0),
            "MB.ADDRESS",
            "write 40001 alone",
        ),
        (read("holding:7", refused(2), other_table=OK), "MB.ADDRESS", "input:7"),
        (read("coil:7", refused(2), other_table=OK), "MB.ADDRESS", "other table"),
        (read("holding:7", refused(2), before=OK), "MB.ADDRESS", "holding:6"),
        (read("holding:7", refused(2), behind=OK), "MB.ADDRESS", "holding:8"),
        (read("holding:7", refused(2)), "MB.ADDRESS", "40001 of a manual is address 0"),
        (read("holding:0*20", refused(2), single=OK, largest=12), "MB.EDGE", "at most 12"),
        (read("holding:0*60", refused(3), largest=20), "MB.QUANTITY", "20"),
        (read("holding:0*60", exchange(Answer.SILENT), largest=30), "MB.QUANTITY", "30"),
        (read("holding:0", refused(1), other_table=exchange(request=INPUT)), "MB.FUNCTION", "function 4"),
        (read("holding:9", refused(4), behind=OK), "MB.DEVICE_FAILURE", "manual"),
        (read("holding:9", refused(6)), "MB.BUSY", "slower"),
        (read("holding:9", refused(0x43)), "GW.VENDOR_EXC", "manual"),
    ],
)
def test_what_a_refused_read_means_and_what_to_do(seen: Any, code: str, said: str) -> None:
    assert seen.code == code
    assert said in seen.fix + seen.sentence
