"""The table of all checks."""

from __future__ import annotations

import re

from port502.commission.audit.checks import CHECKS
from port502.discover.explain import find


def test_codes_are_different_and_every_check_says_all_of_it() -> None:
    assert len({one.code for one in CHECKS}) == len(CHECKS)
    for one in CHECKS:
        assert re.fullmatch(r"[A-Z]+(\.[A-Z]+)?", one.code)
        assert one.title[0].isupper()
        assert not one.title.endswith(".")
        assert one.looks_at
        assert one.do
        assert one.judge.__doc__


def test_every_line_of_the_go_live_list_and_of_the_security_checklist_is_asked() -> None:
    answered = {row for one in CHECKS for row in one.answers}
    go_live = {
        row.partition(": ")[2] for row in answered if row.startswith("Modbus TCP guide, before going live")
    }
    assert go_live == {
        "static addresses",
        "same subnet",
        "port 502 open",
        "timeouts",
        "unit id",
        "zero-based offset",
        "segmented and firewalled",
        "connection limits",
    }
    # A19 is about scanning, which the audit does not do.
    assert {f"A{number:02d}" for number in range(1, 19)} <= answered


def test_every_topic_that_advice_names_is_there() -> None:
    for one in CHECKS:
        for topic in re.findall(r"port502 explain ([a-z-]+)", one.do):
            assert find(topic)
