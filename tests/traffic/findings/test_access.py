from __future__ import annotations

import pytest

from port502.traffic.findings.access import accesses, changes, operation, place_text
from port502.traffic.message import Message
from port502.traffic.way import Way
from tests.traffic.wire import adu


def request(pdu: str) -> Message:
    return Message(1, 0, Way(asks=True), adu(1, pdu))


@pytest.mark.parametrize(
    ("pdu", "touched", "named", "changing"),
    [
        ("01 0003 000a", ["coil:3*10"], "1", False),
        ("02 0000 0001", ["discrete:0"], "2", False),
        ("03 006b 0003", ["holding:107*3"], "3", False),
        ("04 0001 0000", ["input:1"], "4", False),
        ("05 0003 ff00", ["coil:3"], "5", True),
        ("06 0003 0001", ["holding:3"], "6", True),
        ("0f 0003 0003 01 05", ["coil:3*3"], "15", True),
        ("10 0003 0002 04 00010002", ["holding:3*2"], "16", True),
        ("16 0004 00f2 0025", ["holding:4"], "22", True),
        ("17 0003 0006 000e 0003 06 00ff00ff00ff", ["holding:3*6", "holding:14*3"], "23", True),
        ("18 04de", ["holding:1246"], "24", False),
        ("08 0004 0000", [], "8/4", True),
        ("08 0000 a537", [], "8/0", False),
        ("2b 0e 01 00", [], "43/14", False),
        ("2b 0d 01", [], "43/13", True),
        ("15 07 06 0001 0000 0000", [], "21", True),
        ("11", [], "17", False),
    ],
)
def test_what_a_request_touches(pdu: str, touched: list[str], named: str, changing: bool) -> None:
    message = request(pdu)
    assert [str(one) for one in accesses(message)] == touched
    assert operation(message) == named
    assert changes(message) is changing


def test_values_are_there_where_all_of_them_are() -> None:
    (whole,) = accesses(request("10 0003 0002 04 00010002"))
    assert (whole.writes, whole.end, whole.values) == (True, 5, (1, 2))
    (cut,) = accesses(request("10 0003 0002 04 0001"))
    assert cut.values is None
    read, write = accesses(request("17 0003 0006 000e 0001 02 0102"))
    assert (read.writes, write.writes, write.values) == (False, True, (258,))


def test_a_place_in_words() -> None:
    assert place_text("coil", 3) == "coil:3"
    assert place_text("coil", 3, 8) == "coil:3*8"
