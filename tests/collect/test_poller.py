"""One connection: units that die, wires that break, and whose turn it is."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import pytest

from port502.collect.sample import BAD, GOOD
from port502.errors import UsageError
from port502.protocol.register_access import ReadHoldingRegistersRequest
from port502.registers.reference import Table
from tests.collect.running import running
from tests.collect.wire import SimUnit, connection, device, holding


def meter(value: int = 1, latency: float = 0.01) -> SimUnit:
    unit = SimUnit().fill(Table.HOLDING, 0, [value, value + 1])
    unit.latency = latency
    return unit


def bus_of(count: int, **more: Any) -> Any:
    devices = [device(f"m{n}", n, holding("a", 0), holding("b", 1)) for n in range(1, count + 1)]
    return connection("plc", *devices, **more)


async def test_three_dead_units_of_ten_cost_the_live_ones_next_to_nothing() -> None:
    """Acceptance of collector.md, section 11, from the first second on."""
    units = {n: meter(n, 0.03) for n in range(1, 11)}
    for dead in (3, 6, 9):
        units[dead].silent = True
    async with running([bus_of(10)], {"plc": units}) as run:
        samples = run.go(300)
        good = Counter(sample.point for sample in samples if sample.quality == GOOD)
        for n in range(1, 11):
            assert good[f"m{n}.a"] == 0 if n in (3, 6, 9) else good[f"m{n}.a"] >= 0.9 * 300
        for dead in (3, 6, 9):
            probes = [at for at, _ in units[dead].asked][3:]
            pauses = [later - sooner for sooner, later in itertools.pairwise(probes)]
            assert all(pause >= 10 for pause in pauses), "one timeout per backoff period"
            assert max(pauses) >= 60


async def test_units_that_die_while_all_runs_leave_the_others_in_peace() -> None:
    units = {n: meter(n, 0.03) for n in range(1, 11)}
    async with running([bus_of(10)], {"plc": units}) as run:
        run.go(60)
        for dead in (3, 6, 9):
            units[dead].silent = True
        run.go(30)
        good = Counter(sample.point for sample in run.go(120) if sample.quality == GOOD)
        assert all(good[f"m{n}.a"] >= 108 for n in (1, 2, 4, 5, 7, 8, 10))
        for dead in (3, 6, 9):
            units[dead].silent = False
        run.go(70)
        assert {unit.state for unit in run.connection().units} == {"online"}
        assert run.newest("m3.a").value == 3


async def test_a_dead_unit_has_no_good_sample_and_no_zero() -> None:
    units = {1: meter(5)}
    async with running([bus_of(1)], {"plc": units}) as run:
        run.go(10)
        units[1].silent = True
        run.go(5)
        samples = run.go(60)
        assert {(sample.value, sample.quality) for sample in samples} == {(None, BAD)}
        assert {sample.reason for sample in samples} == {"timeout: unit 1 does not answer"}


async def test_several_groups_of_a_dead_unit_spend_one_test_together() -> None:
    units = {1: meter(), 2: meter()}
    units[2].silent = True
    slow = [holding(f"s{n}", 0, interval=1.0 + n / 10) for n in range(5)]
    site = connection("plc", device("m1", 1, holding("a", 0)), device("m2", 2, *slow))
    async with running([site], {"plc": units}) as run:
        run.go(60)
        assert len(units[2].asked) <= 6
        assert all(run.newest(f"m2.s{n}").quality == BAD for n in range(5))


async def test_while_the_link_is_down_each_cycle_says_so_and_nothing_queues() -> None:
    async with running([bus_of(2)], {"plc": {1: meter(), 2: meter()}}) as run:
        run.go(5)
        wire = run.wire()
        wire.reachable = False
        wire.lose("reset by peer")
        samples = run.go(10)
        counts = Counter(sample.point for sample in samples)
        assert all(counts[point] == pytest.approx(10, abs=1) for point in ("m1.a", "m1.b", "m2.a", "m2.b"))
        assert {sample.quality for sample in samples} == {BAD}
        assert wire.queue == []
        assert run.newest("m1.a").reason == "link down: refused; nothing listens there"
        assert run.connection().state in ("backing off", "connecting", "idle")
        wire.reachable = True
        run.go(2.5)
        assert run.newest("m1.a").quality == GOOD
        assert run.connection().state == "ready"


async def test_a_slow_group_is_read_as_soon_as_the_link_is_back() -> None:
    site = connection("plc", device("d", 1, holding("a", 0, interval=3600.0)))
    async with running([site], {"plc": {1: meter()}}, reachable=False) as run:
        run.go(10)
        assert run.newest("d.a").reason.startswith("link down")
        run.wire().reachable = True
        run.go(2.5)
        assert run.newest("d.a").quality == GOOD


async def test_before_the_first_connection_points_are_not_yet_read() -> None:
    async with running([bus_of(1)], {"plc": {1: meter()}}) as run:
        assert run.go(0.015) == []
        assert run.newest("m1.a").reason == "not yet read"
        run.go(0.03)
        assert run.newest("m1.a").quality == GOOD, "read at once, without waiting for its slot"


async def test_a_connection_lost_in_mid_cycle_ends_the_cycle_with_the_reason() -> None:
    unit = meter(latency=0.5)
    async with running([bus_of(1, retries=0)], {"plc": {1: unit}}) as run:
        run.go(2)
        while not run.wire().flying:
            run.go(0.01)
        run.keeper.samples.clear()
        run.wire().reachable = False
        run.wire().lose("reset by peer")
        samples = run.go(0.25)
        assert [(sample.point, sample.reason) for sample in samples] == [
            ("m1.a", "link down: reset by peer"),
            ("m1.b", "link down: reset by peer"),
        ]
        assert run.connection().units[0].state == "online", "nobody can say that it was the unit"


async def test_a_unit_that_ends_the_connection_whenever_asked_is_put_aside() -> None:
    units = {n: meter(n) for n in range(1, 4)}
    async with running([bus_of(3)], {"plc": units}) as run:
        wire = run.wire()
        ordinary = units[2].answer

        def hang_up(request: Any) -> Any:
            run.clock.call_at(run.clock.now + 0.001, lambda: wire.lose("the gateway closed the connection"))
            return ordinary(request)

        units[2].answer = hang_up  # type: ignore[method-assign]
        run.go(60)
        good = Counter(sample.point for sample in run.go(120) if sample.quality == GOOD)
        assert good["m1.a"] >= 108
        assert good["m3.a"] >= 108
        assert run.connection().units[1].state == "offline"


async def test_fast_groups_go_before_slow_ones_and_tests_come_last() -> None:
    units = {1: meter(latency=0.2), 2: meter(latency=0.2), 3: meter()}
    units[3].silent = True
    site = connection(
        "plc",
        device("fast", 1, holding("a", 0, interval=0.5)),
        device("slow", 2, *[holding(f"a{n}", 0, interval=5.0) for n in range(2)]),
        device("dead", 3, holding("a", 0)),
    )
    async with running([site], {"plc": units}) as run:
        run.go(30)
        assert {unit: priority for _, unit, priority in run.wire().order[-30:]} | {3: 4} == {1: 2, 2: 3, 3: 4}


async def test_a_full_connection_is_said() -> None:
    async with running([bus_of(4)], {"plc": {n: meter(latency=0.3) for n in range(1, 5)}}) as run:
        run.go(180)
        assert run.connection().load > 0.9


async def test_a_worker_that_makes_no_progress_is_restarted(caplog: pytest.LogCaptureFixture) -> None:
    async with running([bus_of(1)], {"plc": {1: meter()}}) as run:
        run.go(5)
        run.wire().hung = True
        run.go(120)
        for _ in range(3):
            await run.clock.drive(_nothing())
        assert run.connection().restarts == 1
        assert len(run.wires.made["plc"]) == 2
        run.go(5)
        assert run.newest("m1.a").quality == GOOD
        assert len([one for one in caplog.messages if "starts anew" in one]) == 1


async def _nothing() -> None:
    return None


async def test_a_connection_that_is_not_kept_open_is_used_on_demand() -> None:
    site = connection("plc", device("d", 1, holding("a", 0, interval=10.0)), keep_open=False)
    async with running([site], {"plc": {1: meter()}}) as run:
        run.go(1)
        assert run.newest("d.a").quality == GOOD
        wire = run.wire()
        wire.reachable = False
        wire.lose("refused")
        run.go(20)
        assert run.newest("d.a").reason.startswith("link down: ")
        wire.reachable = True
        run.go(20)
        assert run.newest("d.a").quality == GOOD


async def test_requests_are_what_the_blocks_say() -> None:
    units = {1: meter()}
    async with running([bus_of(1)], {"plc": units}) as run:
        run.go(1)
        assert units[1].asked[0][1] == ReadHoldingRegistersRequest(0, 2)
        status = run.connection()
        assert [(group.device, group.points, group.blocks) for group in status.groups] == [
            ("m1", 2, ("holding:0*2",))
        ]


async def test_whoever_listens_to_a_connection_also_hears_the_wire_that_comes_after() -> None:
    def hear(way: str, data: bytes) -> None:
        """Nothing is heard here: simulated wires have no bytes."""

    async with running([bus_of(1)], {"plc": {1: meter()}}) as run:
        run.collector.listen("plc", hear)
        assert run.wire().heard_by is hear
        run.go(5)
        run.wire().hung = True
        run.go(120)
        assert len(run.wires.made["plc"]) == 2
        assert run.wire().heard_by is hear
        await run.clock.drive(run.collector.apply([bus_of(1, response_timeout=0.5)]))
        assert len(run.wires.made["plc"]) == 3
        assert run.wire().heard_by is hear
        run.collector.listen("plc", None)
        assert run.wire().heard_by is None
        with pytest.raises(UsageError, match="no connection"):
            run.collector.listen("nothing", hear)
