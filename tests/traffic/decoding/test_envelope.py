"""Every byte of a frame is in one field, and each field is where it says."""

from __future__ import annotations

import pytest

from tests.traffic.decoding.frames import ANSWERED, ASKED, one

FRAMES = [
    ASKED,
    ANSWERED,
    "01 03 00 00 00 0A C5 CD",
    "00 01 03 00 00 00 0A C5 CD",
    ":01030000000AF2",
    ":01030000000AF",
    "000100000009 06 03 06 022b00000064 234a",
    "000100000006 06 03 006b0003 1122",
    "0001",
    "0102030405",
]


@pytest.mark.parametrize("text", FRAMES)
def test_fields_cover_the_frame_without_gap_or_overlap(text: str) -> None:
    found = one(text)
    at = 0
    for field in found.fields:
        assert field.start == at
        at += field.size
    assert at == len(found.raw)


def test_checksums_say_whether_they_are_right() -> None:
    assert (one("01 03 00 00 00 0A C5 CD").fields[-1].text) == "right"
    assert (one("01 03 00 00 00 0A C5 CC").fields[-1].text) == "wrong, expected c5 cd"
    assert [field.name for field in one(":01030000000AF2").fields][-2:] == ["lrc", "end"]


def test_offsets_of_an_ascii_frame_count_characters() -> None:
    places = {field.name: (field.start, field.size) for field in one(":01030000000AF2").fields}
    assert places["reference_num"] == (5, 4)
    assert places["lrc"] == (13, 2)
