"""How connections behave."""

from __future__ import annotations

import pytest

from port502.errors import UsageError
from port502.transport.link_settings import LinkCounters, LinkSettings


def test_a_connection_is_kept_and_asked_one_thing_at_a_time_by_default() -> None:
    settings = LinkSettings()
    assert settings.keep_open
    assert settings.window == 1
    assert settings.keepalive is not None


@pytest.mark.parametrize("window", [0, -1, 1025])
def test_a_window_out_of_range_is_refused(window: int) -> None:
    with pytest.raises(UsageError, match="window is 1 to 1024"):
        LinkSettings(window=window)


def test_counting_begins_with_nothing() -> None:
    assert LinkCounters() == LinkCounters(0, 0, 0, 0, 0, "", 0)
