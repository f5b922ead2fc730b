"""Every row of the hostile inputs has its test, and every test that names a row names one that exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.hostile.rows import ELSEWHERE, ROWS

HERE = Path(__file__).parent
TEST = re.compile(r"def test_((?:h\d{3}_)+)")
TOPICS = (range(1, 136), range(170, 200), range(200, 240), range(240, 247))
"""The rows about server, client and framing, the guard, TLS and the decoder; others belong to other rooms."""


def named(room: Path) -> set[int]:
    return {
        int(row[1:])
        for file in room.rglob("test_*.py")
        for names in TEST.findall(file.read_text())
        for row in names.split("_")
        if row
    }


@pytest.mark.parametrize("row", sorted(ROWS))
def test_each_row_has_its_test(row: int) -> None:
    room = HERE.parent if row in ELSEWHERE else HERE
    assert row in named(room), f"H{row:02d} ({ROWS[row]}) has no test in {room.name}"


def test_no_test_names_a_row_that_does_not_exist() -> None:
    assert {row for row in named(HERE) if any(row in topic for topic in TOPICS)} <= set(ROWS)


def test_a_row_is_only_left_to_others_with_a_reason() -> None:
    assert set(ELSEWHERE) <= set(ROWS)
    assert all(ELSEWHERE.values())
