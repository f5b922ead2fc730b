from __future__ import annotations

import re

import pytest

from port502.collect.response_times import ResponseTimes, Spread
from port502.web.pages.spread import drawn, duration_text, table


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "-"), (0.000254, "0.25 ms"), (0.00999, "9.99 ms"), (0.009999, "10 ms"), (0.1234, "123 ms"),
        (0.9996, "1.0 s"), (12.34, "12.3 s"),
    ],
)  # fmt: skip
def test_durations(seconds: float | None, text: str) -> None:
    assert duration_text(seconds) == text


def spread(**counts: int) -> Spread:
    times = ResponseTimes(0.0)
    for name, count in counts.items():
        for _ in range(count):
            times.add(int(name.removeprefix("ms")) / 1000)
    return times.ever()


def test_the_longest_bar_fills_the_room_and_the_smallest_can_be_seen() -> None:
    picture = drawn(spread(ms2=1, ms4=99), spread(ms2=500, ms4=500))
    assert re.findall(r"height:([\d.]+)%", picture) == ["2.0", "0.0", "0.0", "100.0"]
    assert re.findall(r"bottom:([\d.]+)%", picture) == ["50.5", "50.5"]
    assert 'title="3.15 ms to 4.00 ms: 99 in the last 5 minutes, 500 since the start"' in picture
    assert (
        'aria-label="replies took 1.60 ms to 4.00 ms; bars are the last 5 minutes, lines all since the start"'
        in picture
    )


def test_what_was_slow_before_is_seen_when_nothing_came_lately() -> None:
    picture = drawn(Spread(), spread(ms4=3))
    assert re.findall(r"(?:height|bottom):([\d.]+)%", picture) == ["0.0", "100.0"]


def test_nothing_is_drawn_before_the_first_reply() -> None:
    assert drawn(Spread(), Spread()) == ""


def test_the_percentiles_of_both_stand_side_by_side() -> None:
    words = re.findall(r">([^<>]+)<", table(Spread(), spread(ms4=1200)))
    assert words == [
        "half within", "95 % within", "99 % within", "replies",
        "last 5 minutes", "-", "-", "-", "0",
        "since the start", "3.78 ms", "3.98 ms", "4.00 ms", "1,200",
    ]  # fmt: skip
