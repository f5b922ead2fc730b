"""What a running site says of itself."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from port502.cli.watching import site_feed
from port502.cli.watching.site_feed import SiteFeed, shelf_in
from port502.errors import UsageError
from port502.service.device import Device
from port502.site import current
from port502.site.control import Answer, control_path
from port502.site.running import Running

pytestmark = pytest.mark.slow


@pytest.fixture
def feed(site: tuple[Device, Running], tmp_path: Path) -> SiteFeed:
    return SiteFeed(control_path(tmp_path / "data"))


async def test_points_alarms_and_status_are_known(feed: SiteFeed) -> None:
    assert await feed.look()
    assert not await feed.look()
    assert list(feed.shown) == ["meter.power", "pump.ghost", "pump.setpoint", "pump.speed", "pump.twice"]
    speed = feed.shown["pump.speed"]
    assert (speed.text, speed.row.unit_of_measure, speed.row.registers, speed.worth) == (
        "48.1",
        "Hz",
        (481,),
        "good",
    )
    assert len(speed.trace) == 2
    assert feed.shown["pump.ghost"].is_bad
    assert feed.status is not None
    assert {one.alarm for one in feed.alarms} == {"fast", "slow"}


async def test_of_many_points_those_in_sight_are_asked_for(
    feed: SiteFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site_feed, "FEW", 3)
    monkeypatch.setattr(current, "MOST", 2)
    assert await feed.look()
    assert len(feed.shown) == 5
    await feed.look(["pump.speed"])
    assert len(feed.shown["pump.speed"].trace) == 2
    assert len(feed.shown["pump.twice"].trace) == 1


async def test_only_what_is_wanted(site: tuple[Device, Running], tmp_path: Path) -> None:
    feed = SiteFeed(control_path(tmp_path / "data"), ["pump.s*"])
    await feed.look()
    assert list(feed.shown) == ["pump.setpoint", "pump.speed"]


async def test_a_site_that_is_gone_makes_nothing_look_good(
    feed: SiteFeed, site: tuple[Device, Running]
) -> None:
    await feed.look()
    await site[1].stop()
    assert not await feed.look()
    assert "does not run" in feed.fault
    speed = feed.shown["pump.speed"]
    assert (speed.text, speed.worth) == ("48.1", "bad: the site does not answer")


async def test_a_value_that_was_known_before_anybody_watched_is_shown_struck(
    feed: SiteFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = feed._page

    async def silent(after: str) -> Answer:
        found = (await page(after)).current or ()
        gone = [
            replace(one, value=None, quality="bad", reason="timeout", known=48.1, age=60.0) for one in found
        ]
        return Answer(current=tuple(gone))

    monkeypatch.setattr(feed, "_page", silent)
    await feed.look()
    speed = feed.shown["pump.speed"]
    assert (speed.is_bad, speed.text) == (True, "48.1")
    assert time.time() - speed.read_at == pytest.approx(60, abs=10)


async def test_alarms_are_acknowledged_and_shelved(feed: SiteFeed) -> None:
    await feed.acknowledge("fast", "seen")
    (fast,) = [one for one in feed.alarms if one.alarm == "fast"]
    assert (fast.state, fast.comment) == ("acknowledged", "seen")
    assert fast.acknowledged_by
    with pytest.raises(UsageError):
        await feed.acknowledge("fast", "again")
    await feed.shelve("fast", 60.0, "in service")
    assert any(one.shelved_until for one in feed.alarms)
    await feed.shelve("fast", None, "")
    assert not any(one.shelved_until for one in feed.alarms)


async def test_a_user_without_a_name_is_a_number(feed: SiteFeed, monkeypatch: pytest.MonkeyPatch) -> None:
    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found: 4711")

    monkeypatch.setattr("getpass.getuser", nameless)
    await feed.acknowledge("fast", "")
    assert any(one.acknowledged_by.startswith("user ") for one in feed.alarms)


def test_a_time_on_the_shelf_and_why() -> None:
    assert shelf_in(" 30m pump in service ") == (1800.0, "pump in service")
    with pytest.raises(UsageError):
        shelf_in("soon")
