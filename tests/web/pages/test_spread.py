from __future__ import annotations

import re

import pytest

from port502.collect.histogram import Bar, Recent
from port502.web.pages.spread import drawn, duration_text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "-"), (0.000254, "0.25 ms"), (0.00999, "9.99 ms"), (0.009999, "10 ms"), (0.1234, "123 ms"),
        (0.9996, "1.0 s"), (12.34, "12.3 s"),
    ],
)  # fmt: skip
def test_durations(seconds: float | None, text: str) -> None:
    assert duration_text(seconds) == text


def test_the_longest_bar_fills_the_room_and_the_smallest_can_be_seen() -> None:
    picture = drawn([Bar(0.001, 0.002, 1), Bar(0.002, 0.004, 0), Bar(0.004, 0.008, 200)])
    assert re.findall(r"height:([\d.]+)%", picture) == ["2.0", "0.0", "100.0"]
    assert 'title="4.00 ms to 8.00 ms: 200"' in picture
    assert 'aria-label="the last 201 replies took 1.00 ms to 8.00 ms"' in picture


def test_nothing_is_drawn_before_the_first_reply() -> None:
    assert drawn(Recent().bars()) == ""
