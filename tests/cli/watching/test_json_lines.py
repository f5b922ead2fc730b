"""``watch`` for scripts."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from port502.cli.watching.json_lines import SiteLines, on_a_grid
from port502.cli.watching.site_feed import SiteFeed
from port502.errors import ConnectError
from port502.service.device import Device
from port502.site.control import control_path
from port502.site.running import Running


async def test_it_ends_after_so_many_or_so_long_with_the_first_failure() -> None:
    codes = iter([0, 4, 3, 0])

    async def once() -> int:
        return next(codes, 0)

    assert await on_a_grid(once, 0.001, 4, None) == 4
    async with asyncio.timeout(10):
        assert await on_a_grid(once, 0.001, None, 0.02) == 0
        assert await on_a_grid(once, 3600.0, None, 0.01) == 0


async def test_a_site_is_one_object_per_line(
    site: tuple[Device, Running], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = SiteLines(SiteFeed(control_path(tmp_path / "data")))
    assert await lines.once() == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told) == {"site", "time", "values", "connections", "alarms"}
    speed = next(one for one in told["values"] if one["name"] == "pump.speed")
    assert (speed["value"], speed["unit_of_measure"], speed["registers"], speed["quality"]) == (
        48.1,
        "Hz",
        [481],
        "good",
    )
    assert speed["age_s"] >= 0
    assert [one["name"] for one in told["connections"]] == ["plc", "gone"]
    assert [one["alarm"] for one in told["alarms"]] == ["fast"]
    await site[1].stop()
    assert await lines.once() == 3
    assert json.loads(capsys.readouterr().out)["exit_code"] == 3


async def test_a_site_that_was_never_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConnectError):
        await SiteLines(SiteFeed(tmp_path / "none.sock")).once()
