"""Connections and alarms in tables."""

from __future__ import annotations

from textual.app import ComposeResult

from port502.cli.watching.base import WatchApp
from port502.cli.watching.site_tables import AlarmsTable, ConnectionsTable, alarm_word
from port502.collect.alarms import AlarmState
from port502.collect.status import ConnectionStatus, UnitStatus
from tests.cli.watching.conftest import picture

PLC = ConnectionStatus(
    name="plc",
    url="tcp://127.0.0.1:502",
    state="ready",
    since=75.0,
    requests=1234,
    response_p50=0.002,
    load=0.25,
    units=(UnitStatus("pump", 7, "offline", 12.0, last_error="no answer within 1 s"),),
)


class Shell(WatchApp):
    def compose(self) -> ComposeResult:
        self.links = ConnectionsTable()
        self.alarms = AlarmsTable(lambda: 1000.0)
        yield self.links
        yield self.alarms


async def test_a_device_stands_below_its_connection() -> None:
    app = Shell()
    async with app.run_test(size=(120, 20)) as pilot:
        app.links.show([PLC])
        await pilot.pause()
        _, plc, pump, *_ = picture(app.links).splitlines()
        for part in ("plc", "ready", "1 min 15 s", "1,234", "25%", "2.0 ms"):
            assert part in plc
        assert "offline" in pump
        assert app.links.current == "plc"
        app.links.cursor = 1
        assert app.links.current == "plc"
        assert "no answer within 1 s" in app.links.detail
        app.links.show([])
        assert (app.links.current, app.links.detail) == ("", "")


async def test_alarms_that_matter_stand_first_and_the_cursor_stays_with_its_own() -> None:
    normal = AlarmState("slow", "normal", "low", 900.0)
    active = AlarmState("fast", "unacknowledged", "high", 990.0, "It runs", raised=990.0)
    shelved = AlarmState("old", "acknowledged", "low", 1.0, shelved_until=1060.0, shelved_by="ann")
    app = Shell()
    async with app.run_test(size=(120, 20)) as pilot:
        app.alarms.show([normal, shelved, active])
        await pilot.pause()
        _, first, second, third, *_ = picture(app.alarms).splitlines()
        assert "▲" in first
        assert "fast" in first
        assert "10 s" in first
        assert "slow" in second
        assert "shelved 1 min" in third
        app.alarms.cursor = 2
        assert "shelved 1 min by ann" in app.alarms.detail
        app.alarms.show([shelved])
        assert app.alarms.current is shelved
        app.alarms.show([])
        assert app.alarms.detail == ""
    assert alarm_word(AlarmState("a", "normal", "low", 0.0, suppressed=True), 0.0) == "suppressed"
