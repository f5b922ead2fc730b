"""A diagnosis as a page."""

from __future__ import annotations

from port502.discover.doctor.page import page
from tests.discover.doctor.reports import report


def test_the_page_has_the_verdict_the_fix_and_every_part() -> None:
    made = page(report())
    assert made.code == "APP.SILENT_ACKED"
    assert made.level == "fault"
    assert [one.heading for one in made.sections] == [
        "What was seen",
        "What was done",
        "The same by hand",
        "Not tested",
    ]
    assert "Nothing was written" in made.foot


def test_every_row_is_as_wide_as_its_heading() -> None:
    for section in page(report()).sections:
        assert all(len(row) == len(section.columns) for row in section.rows)


def test_parts_with_nothing_in_them_are_left_out() -> None:
    assert "Not tested" not in [one.heading for one in page(report(untested=())).sections]
