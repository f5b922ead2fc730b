"""The report as Markdown."""

from __future__ import annotations

from port502.discover.doctor.page import page
from port502.discover.pages.markdown import markdown
from tests.discover.doctor.reports import HOSTILE, report


def test_the_verdict_comes_first_and_the_fix_behind_it() -> None:
    lines = markdown(page(report())).splitlines()
    assert lines[0] == "# tcp://192.168.1.10:502, unit 1"
    assert lines[2].startswith("**APP.SILENT_ACKED · ")
    assert lines[4].startswith("**Do:** ")


def test_every_table_keeps_its_columns_whatever_a_device_said() -> None:
    text = markdown(page(report(step_result=HOSTILE)))
    assert "<script>" not in text
    for line in text.splitlines():
        if line.startswith("|"):
            assert line.replace("\\|", "").count("|") in (3, 4), line
