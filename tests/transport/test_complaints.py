"""A log that cannot be flooded."""

from __future__ import annotations

import logging

import pytest

from port502.transport.complaints import LIMIT, Complaints


@pytest.fixture
def complaints() -> Complaints:
    return Complaints(logging.getLogger("test.complaints"))


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records]


def test_the_first_is_said_and_repeats_are_counted(
    complaints: Complaints, caplog: pytest.LogCaptureFixture
) -> None:
    for moment in range(100):
        complaints.say("x", "it broke", moment * 0.5)
    complaints.say("x", "it broke", 60.0)
    assert said(caplog) == ["it broke", "it broke (100 times in the last 60 s)"]


def test_causes_are_counted_apart(complaints: Complaints, caplog: pytest.LogCaptureFixture) -> None:
    complaints.say("x", "x broke", 0.0)
    complaints.say("y", "y broke", 0.0)
    assert said(caplog) == ["x broke", "y broke"]


def test_the_end_is_said_only_where_the_beginning_was(
    complaints: Complaints, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    complaints.over("x", "x is well")
    complaints.say("x", "x broke", 0.0)
    complaints.over("x", "x is well")
    complaints.say("x", "x broke", 1.0)
    assert said(caplog) == ["x broke", "x is well", "x broke"]


def test_the_causes_remembered_are_bounded_and_forgotten(complaints: Complaints) -> None:
    for cause in range(LIMIT + 10):
        complaints.say(str(cause), "broke", 0.0, logging.DEBUG)
    assert complaints.unsaid == 10
    complaints.forget(121.0)
    complaints.say("new", "broke", 121.0, logging.DEBUG)
    assert complaints.unsaid == 10


def test_an_exception_is_told_with_its_trace_once(
    complaints: Complaints, caplog: pytest.LogCaptureFixture
) -> None:
    for moment in range(3):
        try:
            raise ZeroDivisionError
        except ZeroDivisionError:
            complaints.say("x", "it broke", float(moment), trace=True)
    assert said(caplog) == ["it broke"]
    assert caplog.text.count("Traceback") == 1
