from __future__ import annotations

from pathlib import Path

import pytest

from port502.errors import UsageError
from port502.web.roles import Identity, Role
from port502.web.station import SINK
from tests.web.serving import serving

pytestmark = pytest.mark.slow

ANN = Identity("ann", Role.OPERATOR, "password")


async def test_names_that_are_none(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        station = served.web.station
        for ask in (station.point, station.now):
            with pytest.raises(UsageError, match="no point"):
                ask("pump.nothing")
        with pytest.raises(UsageError, match="no point"):
            await station.history(["pump.nothing"])
        with pytest.raises(UsageError, match="no alarm"):
            station.acknowledge(["nothing"], ANN)
        assert station.all_now(["pump.nothing"]) == []


async def test_a_reload_brings_other_points(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        station = served.web.station
        assert "pump.more" not in station.points
        path = served.running.site.path
        path.write_text(path.read_text().replace("      twice:", "      more: {ref: 40002}\n      twice:"))
        await served.running.reload()
        assert station.point("pump.more").reference == "40002"


async def test_nothing_is_passed_on_after_the_end(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        assert SINK in [sink.name for sink in served.running.collector.status().sinks]
        await served.web.stop()
        assert SINK not in [sink.name for sink in served.running.collector.status().sinks]


async def test_a_history_that_is_not_there_yet_is_empty(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        assert await served.web.station.history(["pump.speed"], until=1.0) == []
        assert await served.web.station.alarm_history() == []


async def test_connections_and_devices_are_found_by_name(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        station = served.web.station
        assert station.connection_of("pump") == "plc"
        assert station.connection("plc").status.name == station.settings_of("plc").name == "plc"
        for ask, name in (
            (station.connection_of, "pumps"),
            (station.connection, "pls"),
            (station.settings_of, "pls"),
            (station.listen, "pls"),
        ):
            with pytest.raises(UsageError, match="there is no"):
                ask(name)


async def test_what_the_dashboard_wrote_is_remembered_with_its_author(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        station = served.web.station
        await station.write("pump.setpoint", 9, ANN, "10.0.0.5")
        (one,) = station.decisions(events={"write"})
        assert (one.listener, one.record.subject, one.record.client) == ("web", "ann", "10.0.0.5")
        assert station.locked == ""
        station.lock("smoke", ANN)
        assert station.locked == "smoke"
        assert station.sessions() == []
        assert await station.certificates() == []
