from __future__ import annotations

import pytest

from port502.guard.recall import Recalled
from port502.guard.record import (
    FINDING,
    LOCKED,
    LOGIN_FAILED,
    NEW_WRITE,
    REFUSED,
    REPEATED,
    UNEXPECTED_CLIENT,
    WRITE,
    Record,
)
from port502.web.pages.decisions import FRESH, KINDS, mark_of, moment_of, rows_of, what, who
from port502.web.pages.words import Mark

TIME = "2026-11-20T11:09:26.123Z"


def record(event: str, **fields: object) -> Record:
    return Record(event=event, time=TIME, **fields)  # type: ignore[arg-type]


def test_a_refused_write_in_words() -> None:
    one = record(
        REFUSED, client="10.0.0.9", unit=1, function=6, operation="6", table="holding", address=1, quantity=1,
        after=[51], exception=1, reason="no rule allows it", outcome="exception 1",
    )  # fmt: skip
    assert what(one) == (
        "write single register holding:1 = 51 of unit 1; no rule allows it; answered exception 1, illegal function"
    )
    assert who(one) == "10.0.0.9"


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (record(REPEATED, operation="3", unit=7, count=1200), "read holding registers of unit 7; 1,200 more times"),
        (record(NEW_WRITE, operation="16", table="holding", address=4, quantity=3, unit=1),
         "write multiple registers holding:4*3 of unit 1"),
        (record(WRITE, operation="pump.setpoint = 12", table="holding", address=1, after=[12], unit=1,
                outcome="written", reason="was 49"),
         "pump.setpoint = 12, as holding:1 = 12 of unit 1; written; was 49"),
        (record("connection", cause="made room", reason="for 10.0.0.3:9"), "made room; for 10.0.0.3:9"),
        (record("refused", operation="8/1", unit=1, rule="none such"), "diagnostics 1 of unit 1; rule none such"),
        (record(UNEXPECTED_CLIENT, client="10.0.0.9"), ""),
        (record(FINDING, unit=1, severity="high", reason="10.0.0.9 floods unit 1"), "10.0.0.9 floods unit 1"),
        (record(LOGIN_FAILED, client="10.0.0.9", subject="ann", reason="no such name"), "no such name"),
    ],
)  # fmt: skip
def test_others_in_words(one: Record, said: str) -> None:
    assert what(one) == said


def test_whom_it_is_about() -> None:
    assert who(record(REFUSED, client="10.0.0.9", subject="CN=ann")) == "10.0.0.9 (CN=ann)"
    assert who(record(REFUSED, client="10.0.0.9", role="operator")) == "10.0.0.9 (role operator)"
    assert who(record(WRITE, subject="ann")) == "ann"
    assert who(record(LOCKED, cause="eve")) == "eve"


def test_colour_is_for_what_is_fresh() -> None:
    one = record(REFUSED)
    now = moment_of(one)
    assert mark_of(one, now + 1) == Mark("■", "refused", "critical")
    assert mark_of(one, now + FRESH + 1) == Mark("■", "refused")
    assert mark_of(record(WRITE, outcome="written"), now) == Mark("●", "write")
    assert mark_of(record(WRITE, outcome="exception 2"), now) == Mark("■", "write failed", "critical")


def test_what_one_order_did_stands_in_one_line() -> None:
    found = [
        Recalled(5, "c", record(REFUSED, client="10.0.0.9")),
        Recalled(4, "c", record(REFUSED, client="10.0.0.9")),
        Recalled(3, "b", record(LOCKED, reason="a leak", cause="eve")),
        Recalled(2, "a", record(LOCKED, reason="a leak", cause="eve")),
        Recalled(1, "a", record(LOCKED, reason="a test", cause="eve")),
    ]
    rows = rows_of(found, 0.0)
    assert [(row[0], str(row[1]), *row[2:]) for row in rows] == [
        ("2026-11-20 11:09:26", "■ refused", "c", "10.0.0.9", ""),
        ("2026-11-20 11:09:26", "■ refused", "c", "10.0.0.9", ""),
        ("2026-11-20 11:09:26", "■ locked", "a, b", "eve", "a leak"),
        ("2026-11-20 11:09:26", "■ locked", "a", "eve", "a test"),
    ]


def test_every_kind_but_the_first_stands_for_some_events() -> None:
    assert [bool(events) for _, events in KINDS.values()] == [False, *[True] * (len(KINDS) - 1)]
