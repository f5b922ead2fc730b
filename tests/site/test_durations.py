"""Durations and sizes, as they stand in files."""

from __future__ import annotations

import re

import pytest

from port502.site.durations import (
    DURATION_PATTERN,
    SIZE_PATTERN,
    duration_text,
    parse_duration,
    parse_size,
    size_text,
)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("250ms", 0.25),
        ("5s", 5.0),
        ("1.5s", 1.5),
        ("1m", 60.0),
        ("2h", 7200.0),
        ("7d", 604800.0),
        ("1w", 604800.0),
        ("2y", 63072000.0),
        ("5 s", 5.0),
        (" 5s ", 5.0),
        ("0ms", 0.0),
        (0, 0.0),
        (0.0, 0.0),
    ],
)
def test_durations(text: object, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (5, "needs its unit"),
        (0.5, "needs its unit"),
        (False, "is text such as 5s"),
        ("5", "a number and a unit"),
        ("-5s", "a number and a unit"),
        ("5s 3ms", "a number and a unit"),
        ("", "a number and a unit"),
        ("٥s", "a number and a unit"),
        ("5S", "did you mean 's'"),
        ("5min", "unknown unit 'min'"),
        ("5sec", "units are ms, s, m, h, d, w or y"),
        (None, "is text such as 5s"),
        (["5s"], "is text such as 5s"),
        ("9" * 400 + "s", "a number and a unit"),
    ],
)
def test_what_is_no_duration_says_what_to_write(text: object, reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "size"), [("64MiB", 64 << 20), ("2GiB", 2 << 30), ("10 kB", 10_000), ("1.5KiB", 1536), ("7B", 7)]
)
def test_sizes(text: str, size: int) -> None:
    assert parse_size(text) == size


def test_a_size_has_the_case_of_its_unit() -> None:
    with pytest.raises(ValueError, match="did you mean 'MiB'"):
        parse_size("64mib")
    with pytest.raises(ValueError, match="needs its unit"):
        parse_size(64)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (0.05, "50ms"),
        (0.25, "250ms"),
        (1.5, "1.5s"),
        (60, "1m"),
        (90, "90s"),
        (7200, "2h"),
        (604800, "7d"),
    ],
)
def test_durations_are_written_as_people_do(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text
    assert parse_duration(text) == seconds
    assert re.fullmatch(DURATION_PATTERN.strip("^$"), text)


@pytest.mark.parametrize(("size", "text"), [(2 << 30, "2GiB"), (1536, "1536B"), (3 << 10, "3KiB"), (0, "0B")])
def test_sizes_are_written_as_people_do(size: int, text: str) -> None:
    assert size_text(size) == text
    assert parse_size(text) == size
    assert re.fullmatch(SIZE_PATTERN.strip("^$"), text)
