"""Alarms on a collector with simulated wires, its clock in the test's hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from port502.collect.alarms import AlarmEvent, AlarmSettings
from port502.collect.alarms.settings import Limit, Offline
from port502.errors import UsageError
from port502.history.alarm_book import AlarmBook, alarm_events
from port502.registers.reference import Table
from port502.site.alarm_keeper import AlarmKeeper
from tests.collect.running import Running, running
from tests.collect.wire import SimUnit, connection, device, holding

FAST = AlarmSettings("fast", Limit("pump.speed", high=48.0), 2.0, 5.0, "high", "Pump runs at {pump.speed} Hz")
GONE = AlarmSettings("gone", Offline("pump"), 1.0, 0.0, "critical")
POINTS = frozenset({"pump.speed"})


@asynccontextmanager
async def keeping(
    unit: SimUnit, path: Path, *settings: AlarmSettings
) -> AsyncIterator[tuple[Running, AlarmKeeper]]:
    site = [connection("plc", device("pump", 1, holding("speed", 0)))]
    async with running(site, {"plc": {1: unit}}) as run:
        keeper = AlarmKeeper(run.collector, AlarmBook(path), settings, POINTS, clock=run.clock)
        await keeper.start()
        try:
            yield run, keeper
        finally:
            await keeper.stop()


async def test_an_alarm_goes_through_its_life_and_into_the_book(tmp_path: Path) -> None:
    unit = SimUnit().fill(Table.HOLDING, 0, [40])
    path = tmp_path / "alarms.db"
    told: list[AlarmEvent] = []
    async with keeping(unit, path, FAST) as (run, keeper):
        keeper.listen(told.extend)
        run.go(5)
        assert [state.state for state in keeper.states()] == ["normal"]
        unit.fill(Table.HOLDING, 0, [50])
        run.go(5)
        assert [(event.what, event.text) for event in told] == [("raised", "Pump runs at 50 Hz")]
        keeper.acknowledge(["fast"], "ann", "seen")
        unit.fill(Table.HOLDING, 0, [40])
        run.go(10)
        assert keeper.states()[0].state == "normal"
    assert [event.what for _, event in alarm_events(path)] == ["cleared", "acknowledged", "raised"]
    assert told[-1].what == "cleared"


async def test_a_restart_goes_on_where_it_stood(tmp_path: Path) -> None:
    unit = SimUnit().fill(Table.HOLDING, 0, [50])
    path = tmp_path / "alarms.db"
    async with keeping(unit, path, FAST, GONE) as (run, keeper):
        run.go(5)
        keeper.acknowledge(["fast"], "ann", "on my way")
        keeper.shelve("gone", run.clock.wall() + 3600, "bob")
    async with keeping(unit, path, FAST, GONE) as (run, keeper):
        run.go(5)
        fast, gone = keeper.states()
        assert (fast.state, fast.acknowledged_by, fast.comment) == ("acknowledged", "ann", "on my way")
        assert gone.shelved_by == "bob"
        keeper.unshelve("gone", "bob")
    assert [event.what for _, event in alarm_events(path)] == [
        "unshelved",
        "shelved",
        "acknowledged",
        "raised",
    ]


async def test_a_silent_device_raises_one_alarm_and_clears_it_when_it_answers(tmp_path: Path) -> None:
    unit = SimUnit().fill(Table.HOLDING, 0, [50])
    async with keeping(unit, tmp_path / "alarms.db", GONE) as (run, keeper):
        run.go(3)
        unit.silent = True
        run.go(30)
        assert [(state.alarm, state.state) for state in keeper.states()] == [("gone", "unacknowledged")]
        unit.silent = False
        run.go(70)
        assert keeper.states()[0].state == "returned"


async def test_a_listener_that_fails_harms_nobody(tmp_path: Path) -> None:
    def fail(events: Sequence[AlarmEvent]) -> None:
        raise RuntimeError("no")

    told: list[AlarmEvent] = []
    unit = SimUnit().fill(Table.HOLDING, 0, [50])
    async with keeping(unit, tmp_path / "alarms.db", FAST) as (run, keeper):
        keeper.listen(fail)
        keeper.listen(told.extend)
        run.go(5)
        assert len(told) == 1
        keeper.unlisten(told.extend)
        keeper.unlisten(fail)
        keeper.acknowledge(["fast"], "ann")


async def test_a_reload_brings_other_alarms(tmp_path: Path) -> None:
    unit = SimUnit().fill(Table.HOLDING, 0, [50])
    async with keeping(unit, tmp_path / "alarms.db", FAST) as (run, keeper):
        run.go(5)
        keeper.apply([FAST, GONE], POINTS)
        assert [(state.alarm, state.state) for state in keeper.states()] == [
            ("fast", "unacknowledged"),
            ("gone", "normal"),
        ]
        with pytest.raises(UsageError, match="no alarm"):
            keeper.acknowledge(["slow"], "ann")


async def test_a_disk_that_refuses_does_not_stop_the_alarms(tmp_path: Path) -> None:
    unit = SimUnit().fill(Table.HOLDING, 0, [50])
    async with keeping(unit, tmp_path / "missing" / "alarms.db", FAST) as (run, keeper):
        run.go(5)
        assert keeper.states()[0].state == "unacknowledged"
        await asyncio.sleep(0)


async def test_an_alarm_that_left_the_site_file_does_not_come_back_from_the_book(tmp_path: Path) -> None:
    unit = SimUnit().fill(Table.HOLDING, 0, [50])
    path = tmp_path / "alarms.db"
    told: list[AlarmEvent] = []
    async with keeping(unit, path, FAST, GONE) as (run, keeper):
        keeper.listen(told.extend)
        run.go(5)
        keeper.acknowledge(["fast"], "ann")
        keeper.apply([GONE], POINTS)
        assert [event.what for event in told] == ["raised", "acknowledged", "cleared"]
    assert [state.alarm for state in AlarmBook(path).states()] == []
    async with keeping(unit, path, FAST) as (run, keeper):
        assert keeper.states()[0].state == "normal"


async def test_how_alarms_stand_is_kept_once_a_full_disk_takes_again(tmp_path: Path) -> None:
    unit = SimUnit().fill(Table.HOLDING, 0, [50])
    folder = tmp_path / "later"
    async with keeping(unit, folder / "alarms.db", FAST, GONE) as (run, keeper):
        run.go(5)
        keeper.acknowledge(["fast"], "ann")
        async with asyncio.timeout(20):
            while keeper._writing is not None:
                await asyncio.sleep(0)
        folder.mkdir()
        keeper.shelve("gone", run.clock.wall() + 60, "ann")
    states = {state.alarm: state.state for state in AlarmBook(folder / "alarms.db").states()}
    assert states == {"fast": "acknowledged", "gone": "normal"}


async def test_other_limits_are_in_the_book_too(tmp_path: Path) -> None:
    unit = SimUnit().fill(Table.HOLDING, 0, [50])
    path = tmp_path / "alarms.db"
    slow = replace(FAST, condition=Limit("pump.speed", high=10.0), priority="low")
    async with keeping(unit, path, FAST) as (run, keeper):
        run.go(5)
        keeper.apply([slow], POINTS)
        assert keeper.states()[0].state == "unacknowledged"
    assert [state.priority for state in AlarmBook(path).states()] == ["low"]
