"""An explained frame as JSON."""

from __future__ import annotations

import json

from port502.traffic.decoding.readings import plausible
from port502.traffic.decoding.record import record_of, values_of
from tests.traffic.decoding.frames import ANSWERED, ASKED, explained, one


def test_the_names_are_those_of_traffic() -> None:
    asked, answered = (record_of(found) for found in explained(f"{ASKED}\n{ANSWERED}"))
    wanted = {"frame": 1, "trans_id": 1, "proto_id": 0, "len": 6, "unit_id": 6, "func_code": 3, "word_cnt": 3}
    wanted |= {
        "reference_num": 107,
        "is_response": False,
        "func_name": "read holding registers",
        "problems": [],
    }
    assert {name: asked[name] for name in wanted} == wanted
    assert (asked["reference"], answered["request_frame"], answered["byte_cnt"]) == ("40108", 1, 6)
    assert (answered["address"], answered["values"]) == (107, [555, 0, 100])


def test_fields_have_their_offsets() -> None:
    fields = record_of(one(ASKED))["fields"]
    assert isinstance(fields, list)
    assert fields[5] == {
        "name": "reference_num",
        "offset": 8,
        "length": 2,
        "hex": "006b",
        "value": 107,
        "text": "holding:107 = 40108",
    }


def test_a_refusal_and_what_is_wrong_stand_there() -> None:
    refused = record_of(one("000100000003068302"))
    assert (refused["func_code"], refused["exception_code"]) == (3, 2)
    assert refused["exception_name"] == "illegal data address"
    broken = record_of(one("01 03 00 00 00 0A C5 CC"))
    assert [str(text)[:8] for text in broken["problems"]] == ["CRC is c"]  # type: ignore[attr-defined]
    assert broken["candidates"] == [{"framing": "mbap", "score": 0.2}]


def test_a_guess_is_named_as_one() -> None:
    assert record_of(one("000100000006060500acff00"))["inferred"] == ["is_response"]


def test_bits_are_truths_and_registers_numbers() -> None:
    _, answered = explained("000100000006 01 01 0013 0003\n000100000004 01 01 01 05")
    assert values_of(answered) == [True, False, True]
    assert values_of(one(ASKED)) is None
    assert values_of(one("000100000006 06 06 0001 0003")) == [3]


def test_it_is_json() -> None:
    answered = explained(f"{ASKED}\n{ANSWERED}")[1]
    record = record_of(answered, plausible(answered.layout.data))
    assert json.loads(json.dumps(record))["readings"][0]["values"] == [555, 0, 100]
