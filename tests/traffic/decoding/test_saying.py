from __future__ import annotations

from port502.registers.point import Point
from port502.registers.reference import Table
from port502.traffic.decoding.decoding import decode
from port502.traffic.decoding.saying import meanings, title
from port502.traffic.hextext.read import read_text

ASKED = "00 01 00 00 00 06 06 03 00 6B 00 02"
ANSWERED = "00 01 00 00 00 07 06 03 04 43 67 00 00"


def test_a_title_names_framing_unit_direction_and_places() -> None:
    request, response = decode(read_text(f"{ASKED}\n{ANSWERED}"))
    assert title(request).startswith("frame 1, Modbus TCP, unit 6, request: ")
    assert "holding:107..108 = 40108..40109" in title(request)
    assert "response to frame 1" in title(response)
    refused = decode(read_text("00 01 00 00 00 03 06 83 02"))[0]
    assert title(refused).endswith("refused with exception 2, illegal data address")


def test_what_values_may_mean_with_and_without_a_map() -> None:
    request, response = decode(read_text(f"{ASKED}\n{ANSWERED}"))
    assert meanings(request) == ([], [])
    likely, named = meanings(response, [Point("voltage", Table.HOLDING, 107, "float32", unit="V")])
    assert ("float32", (231.0,)) in [(one.type, one.values) for one in likely]
    assert [(one.point.name, one.value) for one in named] == [("voltage", 231.0)]
    assert len(meanings(response, every=True)[0]) > len(likely)
