"""How long a command goes on."""

from __future__ import annotations

import pytest

from port502.cli.lasting import seconds_of
from port502.errors import UsageError


@pytest.mark.parametrize(
    ("text", "seconds"), [(None, None), ("10", 10.0), ("0.5", 0.5), ("5m", 300.0), ("1h30m", 5400.0)]
)
def test_times(text: str | None, seconds: float | None) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "soon", ""])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        seconds_of(text)
