"""Findings in words; ``test_security.py`` looks at them in a real browser."""

from __future__ import annotations

from dataclasses import replace

import pytest

from port502.site.status import FindingStatus
from port502.web.pages.decisions import FRESH
from port502.web.pages.rows import Link
from port502.web.pages.suspicions import finding_row, grave_mark, how_often, unwatched_text
from port502.web.pages.words import Mark

ONE = FindingStatus(
    listener="safe",
    code="WRITE.STRANGER",
    severity="critical",
    title="an unknown client writes",
    text="10.0.0.9 writes holding:1 on unit 1 of 10.0.0.2:502",
    fix="stop it now",
    client="10.0.0.9",
    unit=1,
    count=1,
    first="2026-11-20T11:09:26.123456Z",
    last="2026-11-20T11:09:26.123456789Z",
)
LAST = 1_795_172_966.0
"""When it was seen last, in Unix seconds."""


def test_a_finding_in_words() -> None:
    assert finding_row(ONE, LAST + 1) == (
        "2026-11-20 11:09:26",
        Mark("⬣", "critical", "critical"),
        Link("an unknown client writes", "/tools/explain?topic=WRITE.STRANGER"),
        "10.0.0.9 → safe, unit 1",
        "once",
        "10.0.0.9 writes holding:1 on unit 1 of 10.0.0.2:502",
        "To do: stop it now",
    )


def test_colour_is_for_what_is_fresh() -> None:
    assert finding_row(ONE, LAST + FRESH - 1)[1] == Mark("⬣", "critical", "critical")
    assert finding_row(ONE, LAST + FRESH + 1)[1] == Mark("⬣", "critical")


def test_whom_it_is_about_where_that_is_not_known() -> None:
    assert finding_row(replace(ONE, client="", unit=None), LAST)[3] == "somebody → safe"


@pytest.mark.parametrize(
    ("first", "said"),
    [
        ("2026-11-20T08:00:00.000000Z", "1,200 times since 08:00:00"),
        ("2026-11-19T08:00:00.000000Z", "1,200 times since 2026-11-19 08:00:00"),
    ],
)
def test_how_often(first: str, said: str) -> None:
    assert how_often(replace(ONE, count=1200, first=first)) == said


def test_where_nobody_looks() -> None:
    assert unwatched_text(["a", "b"]).startswith("Nobody looks at a, b: ")


def test_what_the_overview_tells_of_too() -> None:
    assert grave_mark(ONE) == Mark("⬣", "critical", "critical")
    assert grave_mark(replace(ONE, severity="high")) == Mark("▲", "high", "high")
    assert grave_mark(replace(ONE, severity="medium")) is None
    assert grave_mark(None) is None
