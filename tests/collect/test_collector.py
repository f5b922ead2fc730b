"""The whole collector on simulated wires: its life, its sinks, its memory, and other settings while it runs."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from port502.collect.collector import Collector
from port502.collect.sample import BAD, GOOD, UNCERTAIN, Sample
from port502.collect.schedule import Chore
from port502.collect.settings import ExpressionSettings
from port502.errors import ConfigError, UsageError
from port502.registers.reference import Table
from tests.collect.running import Running, running
from tests.collect.wire import EPOCH, ManualClock, SimUnit, connection, device, holding


def meter(*values: int) -> SimUnit:
    return SimUnit().fill(Table.HOLDING, 0, values)


async def test_samples_have_the_time_of_their_reply() -> None:
    async with running([connection("plc", device("d", 1, holding("a", 0)))], {"plc": {1: meter(7)}}) as run:
        samples = run.go(0.5)
        assert samples[0] == Sample("d.a", pytest.approx(EPOCH + 1000.03), 7)


@pytest.mark.slow
async def test_a_thousand_connections_start_evenly_and_none_overruns() -> None:
    site = [connection(f"c{n}", device(f"d{n}", 1, holding("a", 0))) for n in range(1000)]
    async with running(site, {f"c{n}": {1: meter(n)} for n in range(1000)}) as run:
        run.go(1)
        run.keeper.samples.clear()
        per_tenth = Counter()
        for tenth in range(30):
            per_tenth[tenth] = len(run.go(0.1))
        assert sum(per_tenth.values()) == pytest.approx(3000, abs=120)
        polls = [len(run.wires[f"c{n}"].order) for n in range(1000)]
        assert max(polls) - min(polls) <= 1
        status = run.collector.status()
        assert status.overruns == 0
        assert status.late_p99 is not None
        assert status.late_p99 <= 0.0131
        starts = Counter(
            int(wire.order[-1][0] * 10) % 10 for wires in run.wires.made.values() for wire in wires
        )
        assert min(starts.values()) > 70


async def test_deadband_keeps_changes_and_a_sign_of_life() -> None:
    unit = meter(100, 100)
    site = [connection("plc", device("d", 1, holding("all", 0), holding("some", 1, deadband=2)))]
    async with running(site, {"plc": {1: unit}}) as run:
        samples = run.go(150)
        counts = Counter(sample.point for sample in samples)
        assert counts["d.all"] == pytest.approx(151, abs=1)
        assert counts["d.some"] == 3
        unit.fill(Table.HOLDING, 1, [103])
        assert Counter(sample.point for sample in run.go(2))["d.some"] == 1


async def test_expressions_follow_their_inputs_across_devices() -> None:
    computed = (ExpressionSettings("ratio", "b.power / a"),)
    site = [
        connection("one", device("a", 1, holding("a", 0), expressions=computed)),
        connection("two", device("b", 1, holding("power", 0))),
    ]
    power = meter(1000)
    async with running(site, {"one": {1: meter(4)}, "two": {1: power}}) as run:
        run.go(2)
        assert (run.newest("a.ratio").value, run.newest("a.ratio").quality) == (250.0, GOOD)
        power.fill(Table.HOLDING, 0, [2000])
        run.go(1.1)
        assert run.newest("a.ratio").value == 500.0
        power.silent = True
        run.go(8)
        assert run.newest("a.ratio").quality == BAD
        assert run.newest("a.ratio").reason == "b.power: timeout: unit 1 does not answer"
        current = run.collector.current("a.ratio")
        assert current is not None
        assert current.registers == ()


async def test_a_value_nobody_reads_any_more_becomes_stale() -> None:
    site = [connection("plc", device("d", 1, holding("a", 0), holding("b", 1, stale=20.0)))]
    async with running(site, {"plc": {1: meter(1, 2)}}) as run:
        run.go(3)
        run.wire().hung = True
        samples = run.go(10)
        stale = [sample for sample in samples if sample.quality == UNCERTAIN]
        assert [(sample.point, sample.value) for sample in stale] == [("d.a", 1)]
        assert stale[0].reason.startswith("stale: last read 5.")
        current = run.collector.current("d.a")
        assert current is not None
        assert current.sample.quality == UNCERTAIN
        assert current.registers == (1,)
        assert run.newest("d.b").quality == GOOD
        run.go(10)
        assert run.newest("d.b").quality == UNCERTAIN


async def test_what_devices_taught_is_known_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "learned.json"
    unit = meter(*range(20))
    del unit.tables[Table.HOLDING][7]
    site = [connection("plc", device("d", 1, *[holding(f"p{n}", n) for n in range(20)]))]
    async with running(site, {"plc": {1: unit}}, knowledge=path) as run:
        run.go(3)
    assert list(json.loads(path.read_text())["devices"]["d"]["refused"]) == ["p7"]
    unit.asked.clear()
    async with running(site, {"plc": {1: unit}}, knowledge=path) as run:
        run.go(0.06)
        assert [(request.address, request.quantity) for _, request in unit.asked] == [(0, 7), (8, 12)]
        assert run.newest("d.p7").reason.startswith("configuration: exception 2")


async def test_knowledge_that_cannot_be_saved_is_said_and_nothing_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    unit = meter(1)
    site = [connection("plc", device("d", 1, holding("a", 0), holding("b", 1)))]
    async with running(site, {"plc": {1: unit}}, knowledge=tmp_path / "missing" / "learned.json") as run:
        run.go(3)
    assert len([one for one in caplog.messages if "could not be saved" in one]) == 1


async def test_a_failing_sink_does_not_touch_polling() -> None:
    class Broken:
        def put(self, samples: Sequence[Sample]) -> None:
            raise RuntimeError("full")

    async with running([connection("plc", device("d", 1, holding("a", 0)))], {"plc": {1: meter(7)}}) as run:
        run.collector.add_sink("broken", Broken())
        assert len(run.go(10)) == pytest.approx(10, abs=1)
        broken = next(one for one in run.collector.status().sinks if one.name == "broken")
        assert broken.errors > 5
        assert broken.last_error == "RuntimeError: full"
        run.collector.remove_sink("broken")
        assert len(run.collector.status().sinks) == 1


async def test_stopping_lets_what_runs_end_and_then_closes_all_at_once() -> None:
    slow, silent = meter(7), meter(8)
    slow.latency = 0.4
    silent.silent = True
    site = [
        connection(name, device(name, 1, holding("a", 0)), response_timeout=3.0)
        for name in ("slow", "silent")
    ]
    clock = ManualClock()
    run = Running(site, {"slow": {1: slow}, "silent": {1: silent}}, clock)
    run.collector.start()
    while not (run.wire("slow").flying and run.wire("silent").flying):
        clock.advance(0.01)
    run.keeper.samples.clear()
    began = clock.now
    await clock.drive(run.collector.stop(grace=1.0))
    assert clock.now - began <= 1.1
    assert run.keeper.of("slow.a")[-1].value == 7
    assert {run.wire(name).state for name in ("slow", "silent")} == {"closed"}
    clock.advance(60)
    assert run.wire("slow").queue == []
    await run.collector.stop()
    with pytest.raises(UsageError, match="not running"):
        await run.collector.read("slow", "a")


async def test_a_collector_is_a_context_and_starts_once() -> None:
    run = Running([connection("plc", device("d", 1, holding("a", 0)))], {"plc": {1: meter(7)}}, ManualClock())
    with pytest.raises(UsageError, match="not running"):
        await run.collector.read("d", "a")
    async with run.collector as collector:
        with pytest.raises(UsageError, match="once"):
            collector.start()
        with pytest.raises(UsageError, match="no device 'e'; there are d"):
            await collector.read("e", "a")
    assert run.wire().state == "closed"


async def test_an_empty_collector_does_nothing_in_peace() -> None:
    async with running([], {}) as run:
        assert run.go(10) == []
        assert run.collector.current("d.a") is None


async def test_a_failing_callback_is_counted_and_said(caplog: pytest.LogCaptureFixture) -> None:
    async with running([connection("plc", device("d", 1, holding("a", 0)))], {"plc": {1: meter(7)}}) as run:
        run.go(2)

        def broken(*args: Any) -> None:
            raise RuntimeError("a fault of ours")

        run.collector._shop.schedule.every(1.0, 0.0, Chore(broken))
        assert len(run.go(10)) == pytest.approx(10, abs=1)
        assert run.collector.status().failures == 10
        assert len([one for one in caplog.messages if "a fault of ours" in one]) == 1


# Other settings


async def test_unchanged_connections_keep_running_when_settings_change() -> None:
    one = connection("one", device("a", 1, holding("a", 0)))
    two = connection("two", device("b", 1, holding("a", 0)))
    units = {name: {1: meter(1, 2)} for name in ("one", "two", "three")}
    async with running([one, two], units) as run:
        run.go(10)
        before = run.wire("one")
        three = connection("three", device("c", 1, holding("a", 0)))
        await run.clock.drive(run.collector.apply([one, three]))
        samples = run.go(10)
        assert run.wire("one") is before
        counts = Counter(sample.point for sample in samples)
        assert counts["a.a"] == pytest.approx(10, abs=1)
        assert counts["c.a"] == pytest.approx(10, abs=1)
        assert counts["b.a"] == 0
        assert run.wire("two").state == "closed"
        assert run.collector.current("b.a") is None
        gaps = [
            later[0] - sooner[0] for sooner, later in zip(before.order[1:], before.order[2:], strict=False)
        ]
        assert max(gaps) < 1.01


async def test_a_changed_point_restarts_its_device_only_and_not_the_connection() -> None:
    a = device("a", 1, holding("x", 0))
    b = device("b", 2, holding("x", 0))
    units = {1: meter(1, 2), 2: meter(3, 4)}
    async with running([connection("plc", a, b)], {"plc": units}) as run:
        run.go(10)
        changed = replace(b, points=(holding("x", 1), holding("y", 0, interval=2.0)))
        await run.clock.drive(run.collector.apply([connection("plc", a, changed)]))
        assert len(run.wires.made["plc"]) == 1
        run.go(4)
        assert (run.newest("b.x").value, run.newest("b.y").value, run.newest("a.x").value) == (4, 3, 1)
        asked = [at for at, _ in units[1].asked][1:]
        assert max(later - sooner for sooner, later in itertools.pairwise(asked)) < 1.01


async def test_a_changed_connection_is_made_anew() -> None:
    site = connection("plc", device("d", 1, holding("a", 0)))
    async with running([site], {"plc": {1: meter(1)}}) as run:
        run.go(5)
        first = run.wire()
        await run.clock.drive(run.collector.apply([replace(site, response_timeout=0.5)]))
        run.go(2)
        assert first.state == "closed"
        assert run.wire() is not first
        assert run.newest("d.a").quality == GOOD


@pytest.mark.parametrize(
    ("site", "error"),
    [
        ([connection("x", device("a", 1)), connection("x", device("b", 1))], UsageError),
        ([connection("x", device("a", 1)), connection("y", device("a", 1))], UsageError),
        ([connection("x", device("a", 1, holding("p", 0), holding("p", 1)))], UsageError),
        ([connection("x", device("a", 1, holding("p", 0, interval=0.0)))], UsageError),
        ([connection("x", device("a", 1, holding("p", 0, count=121)))], UsageError),
        (
            [connection("x", device("a", 1, holding("p", 0), expressions=(ExpressionSettings("e", "q"),)))],
            ConfigError,
        ),
    ],
)
async def test_settings_that_cannot_work_change_nothing(site: Any, error: type[Exception]) -> None:
    good = connection("plc", device("d", 1, holding("a", 0)))
    with pytest.raises(error):
        Collector(site, clock=ManualClock())
    async with running([good], {"plc": {1: meter(1)}}) as run:
        run.go(5)
        with pytest.raises(error):
            await run.collector.apply([good, *site])
        assert len(run.go(10)) == pytest.approx(10, abs=1)


async def test_settings_may_change_before_the_start() -> None:
    run = Running([connection("plc", device("d", 1, holding("a", 0)))], {"new": {1: meter(9)}}, ManualClock())
    await run.collector.apply([connection("new", device("e", 1, holding("a", 0)))])
    async with run.collector:
        run.go(2)
        assert run.newest("e.a").value == 9


async def test_others_can_ask_through_a_connection_by_its_name() -> None:
    async with running([connection("plc", device("d", 1, holding("a", 0)))], {"plc": {1: meter(7)}}) as run:
        assert run.collector.wire("plc").counters.connects >= 0
        with pytest.raises(UsageError, match="no connection 'other' is at work"):
            run.collector.wire("other")
