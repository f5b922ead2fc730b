from __future__ import annotations

from typing import Any

import pytest

from port502.errors import UsageError
from port502.guard.policy import REFUSALS, FilePlace, Rate, Step
from port502.site.policy_kinds import (
    HoursKind,
    OneOrMore,
    PerTime,
    RefusalKind,
    fingerprint_of,
    function_of,
    network_of,
    rate_of,
    records_of,
    step_of,
    units_of,
)
from port502.site.scalars import WrittenInt


def test_one_may_stand_alone() -> None:
    kind = OneOrMore("function", function_of)
    assert kind.check("read") == ("read",)
    assert kind.check([3, "8/0", WrittenInt(16, "0x10")]) == ("3", "8/0", "0x10")


@pytest.mark.parametrize("value", [[], [True], None, [None], [" "], {}, 1.5])
def test_nothing_is_not_one(value: Any) -> None:
    with pytest.raises(ValueError):
        OneOrMore("function", function_of).check(value)


def test_amounts_per_time() -> None:
    assert PerTime(rate_of).check("20 per 1s") == Rate(20, 1.0)
    assert PerTime(step_of).check("0.5 per 250ms") == Step(0.5, 0.25)


@pytest.mark.parametrize(
    "value", ["20", 20, "20 per", "20 per 1", "per 1s", "-1 per 1s", "1.5 per 1s", "0 per 1s", None]
)
def test_what_is_no_rate_is_refused(value: Any) -> None:
    with pytest.raises(ValueError):
        PerTime(rate_of).check(value)


@pytest.mark.parametrize(
    ("value", "word"),
    [("01", "01"), (2, "02"), (WrittenInt(3, "03"), "03"), ("drop", "drop"), ("close", "close")],
)
def test_refusals(value: Any, word: str) -> None:
    assert RefusalKind().check(value) is REFUSALS[word]


@pytest.mark.parametrize("value", [0, 4, "05", True, None, "refuse", 1.0])
def test_what_is_no_refusal_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="a refusal is 01"):
        RefusalKind().check(value)


def test_hours_are_understood() -> None:
    assert HoursKind().check("Mon-Fri 07:00-17:00") == "Mon-Fri 07:00-17:00"
    for value in ("always", 7, None):
        with pytest.raises(ValueError):
            HoursKind().check(value)


def test_units() -> None:
    assert units_of("7") == {7}
    assert units_of("1-3") == {1, 2, 3}
    for text in ("256", "3-1", "x", "", "1-256", "-1"):
        with pytest.raises(UsageError):
            units_of(text)


def test_files_and_their_records() -> None:
    assert records_of("4") == FilePlace(4, 0, 9999)
    assert records_of("4:7") == FilePlace(4, 7, 7)
    assert records_of("4:0-99") == FilePlace(4, 0, 99)
    for text in ("0", "65536", "4:9-1", "4:", "x", "4:0-10000"):
        with pytest.raises(UsageError):
            records_of(text)


def test_networks_and_fingerprints() -> None:
    assert network_of("10.0.0.0/8") == "10.0.0.0/8"
    assert fingerprint_of("AB:" * 31 + "AB") == "ab" * 32
    for wrong in (network_of, fingerprint_of):
        with pytest.raises(UsageError):
            wrong("10.0.0.1/8")
