from __future__ import annotations

import pytest

from port502.errors import UsageError
from port502.registers.reference import Table
from tests.collect.running import running
from tests.collect.wire import SimUnit, connection, device, holding


async def test_the_status_adds_up() -> None:
    unit = SimUnit().fill(Table.HOLDING, 0, [1, 2])
    dead = SimUnit()
    dead.silent = True
    site = [
        connection("plc", device("a", 1, holding("x", 0), holding("y", 1)), device("b", 2, holding("x", 0)))
    ]
    async with running(site, {"plc": {1: unit, 2: dead}}) as run:
        samples = run.go(30)
        run.go(0.2)
        status = run.collector.status()
        assert status.uptime == pytest.approx(30.2)
        assert status.samples == status.good + status.bad + status.uncertain
        assert status.samples >= len(samples)
        assert status.good == 2 * len(unit.asked)
        assert status.late_p99 is not None
        assert status.late_p99 < 0.014
        (sink,) = status.sinks
        assert (sink.name, sink.errors) == ("keeper", 0)
        (one,) = status.connections
        assert (one.name, one.url, one.state) == ("plc", "tcp://plc:502", "ready")
        assert one.requests == status.polls == len(unit.asked) + len(dead.asked)
        assert one.timeouts == len(dead.asked)
        assert one.response_p50 is not None
        assert 0.009 <= one.response_p50 <= 0.012
        alive, offline = one.units
        assert (alive.device, alive.unit, alive.state, alive.next_probe) == ("a", 1, "online", None)
        assert (offline.device, offline.state, offline.last_error) == (
            "b", "offline", "timeout: unit 2 does not answer",
        )  # fmt: skip
        assert offline.next_probe is not None
        assert 0 < offline.next_probe <= 60
        assert next((group.device, group.points, group.cycles) for group in one.groups)[:2] == ("a", 2)
        assert status.cycles == sum(group.cycles for group in one.groups)


async def test_which_devices_are_silent() -> None:
    unit, dead = SimUnit().fill(Table.HOLDING, 0, [1]), SimUnit()
    dead.silent = True
    site = [connection("plc", device("a", 1, holding("x", 0)), device("b", 2, holding("x", 0)))]
    async with running(site, {"plc": {1: unit, 2: dead}}) as run:
        assert run.collector.silent_devices() == {"a": None, "b": None}
        run.go(30)
        assert run.collector.silent_devices() == {"a": False, "b": True}
    async with running(site, {"plc": {1: unit, 2: dead}}, reachable=False) as run:
        run.go(5)
        assert run.collector.silent_devices() == {"a": True, "b": True}


async def test_a_connection_is_looked_at_closely() -> None:
    unit = SimUnit().fill(Table.HOLDING, 0, [1, 2]).fill(Table.HOLDING, 5, [3])
    unit.fill(Table.HOLDING, 2, [0, 0, 0])
    site = [
        connection(
            "plc",
            device("a", 1, holding("x", 0), holding("y", 1), holding("z", 5), holding("gone", 900), gap=8),
        )
    ]
    async with running(site, {"plc": {1: unit}}) as run:
        run.go(0.02)
        run.go(29.98)
        run.wire().lose("the cable was cut")
        run.go(20)
        found = run.collector.detail("plc")
        assert found.status == run.connection()
        stays = {stay.state: (round(stay.seconds, 2), stay.times) for stay in found.stays}
        assert stays == {
            "idle": (0.0, 2), "connecting": (0.04, 2), "settling": (0.0, 0), "ready": (48.96, 2),
            "backing off": (1.0, 1), "closed": (0.0, 0),
        }  # fmt: skip
        (block,) = found.blocks
        assert (block.device, block.table, block.address, block.count, block.points, block.gaps) == (
            "a", "holding", 0, 6, 3, ((2, 3),),
        )  # fmt: skip
        assert dict(found.refusals).keys() == {2}
        assert found.status.exceptions == sum(dict(found.refusals).values()) > 0
        assert [one.point for one in found.status.faulty] == ["a.gone"]
        assert 20 < found.lately.count == found.ever.count
        assert all(0.008 <= bar.least < bar.most < 0.013 for bar in found.ever.bars())
        assert run.collector.response_times() == {"plc": found.ever}
        run.wire().reachable = False
        run.wire().lose("the cable was cut again")
        run.go(400)
        found = run.collector.detail("plc")
        assert (found.lately.count, found.status.response_p50) == (0, None)
        assert found.ever.count > 20
        with pytest.raises(UsageError, match="no connection 'pls'"):
            run.collector.detail("pls")
