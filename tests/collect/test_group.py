"""One group at a time: cycles, refusals, timeouts, and what each point is told."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from port502.collect.sample import BAD, GOOD, Sample
from port502.protocol.message import Request
from port502.registers.reference import Table
from tests.collect.running import running
from tests.collect.wire import SimUnit, connection, device, holding


def points(*addresses: int, **more: Any) -> list[Any]:
    return [holding(f"p{address}", address, **more) for address in addresses]


def by_quality(samples: list[Sample]) -> Counter[str]:
    return Counter(sample.quality for sample in samples)


async def test_each_cycle_gives_one_sample_per_point() -> None:
    unit = SimUnit().fill(Table.HOLDING, 0, [10, 11, 12]).fill(Table.HOLDING, 100, [20])
    site = [connection("plc", device("d", 1, *points(0, 1, 2, 100)))]
    async with running(site, {"plc": {1: unit}}) as run:
        run.go(2)
        samples = run.go(10)
        assert by_quality(samples) == {GOOD: 40}
        assert {sample.point: sample.value for sample in samples} == {
            "d.p0": 10, "d.p1": 11, "d.p2": 12, "d.p100": 20,
        }  # fmt: skip
        asked = [(request.address, request.quantity) for _, request in unit.asked]
        assert set(asked) == {(0, 3), (100, 1)}


async def test_cycles_keep_to_the_grid_whatever_the_device_takes() -> None:
    unit = SimUnit().fill(Table.HOLDING, 0, [1])
    unit.latency = 0.3
    async with running([connection("plc", device("d", 1, *points(0)))], {"plc": {1: unit}}) as run:
        run.go(1)
        unit.asked.clear()
        run.go(100)
        starts = [at for at, _ in unit.asked]
        assert len(starts) == 100
        assert all(abs((at - starts[0]) % 1.0) < 0.005 or (at - starts[0]) % 1.0 > 0.995 for at in starts)


async def test_an_overrun_skips_the_slot_and_is_counted_and_said_once_a_minute(
    caplog: pytest.LogCaptureFixture,
) -> None:
    unit = SimUnit().fill(Table.HOLDING, 0, [1])
    unit.latency = 0.7
    async with running(
        [connection("plc", device("d", 1, *points(0, interval=0.5)))], {"plc": {1: unit}}
    ) as run:
        run.go(50)
        assert run.collector.status().overruns == pytest.approx(50, abs=3)
        assert len(unit.asked) == pytest.approx(50, abs=3)
        gaps = [later - sooner for (sooner, _), (later, _) in zip(unit.asked, unit.asked[1:], strict=False)]
        assert min(gaps) >= 0.7, "never two at once"
        assert max(gaps) <= 1.01, "never more than the slots that were missed"
        assert len([one for one in caplog.messages if "longer than its interval" in one]) == 1


async def test_only_the_guilty_point_of_a_block_of_120_is_given_up_and_named() -> None:
    """Acceptance of collector.md, section 11: within 3 cycles 119 good, 1 named."""
    unit = SimUnit().fill(Table.HOLDING, 0, range(120))
    del unit.tables[Table.HOLDING][57]
    async with running([connection("plc", device("d", 1, *points(*range(120))))], {"plc": {1: unit}}) as run:
        run.go(1.5)
        samples = run.go(1.0)
        assert by_quality(samples) == {GOOD: 119, BAD: 1}
        bad = run.newest("d.p57")
        assert bad.reason == "configuration: exception 2: illegal data address at holding:57"
        assert all(run.newest(f"d.p{n}").value == n for n in range(120) if n != 57)
        unit.asked.clear()
        run.go(10)
        assert len(unit.asked) == 20, "two blocks around it and not a request more"
        faulty = run.connection().faulty
        assert [(one.point, one.retry > 500) for one in faulty] == [("d.p57", True)]


async def test_even_the_first_cycle_gives_every_good_point_its_value() -> None:
    unit = SimUnit().fill(Table.HOLDING, 0, range(120))
    del unit.tables[Table.HOLDING][57]
    async with running(
        [connection("plc", device("d", 1, *points(*range(120), interval=60.0)))], {"plc": {1: unit}}
    ) as run:
        samples = run.go(2)
        assert len(samples) == 120
        assert by_quality(samples) == {GOOD: 119, BAD: 1}


async def test_a_point_that_came_alive_is_found_by_the_retry() -> None:
    unit = SimUnit().fill(Table.HOLDING, 0, range(10))
    del unit.tables[Table.HOLDING][5]
    async with running(
        [connection("plc", device("d", 1, *points(*range(10), interval=10.0)))], {"plc": {1: unit}}
    ) as run:
        run.go(60)
        assert run.newest("d.p5").quality == BAD
        unit.fill(Table.HOLDING, 5, [77])
        run.go(500)
        assert run.newest("d.p5").quality == BAD, "the first retry is after ten minutes"
        run.go(80)
        assert (run.newest("d.p5").quality, run.newest("d.p5").value) == (GOOD, 77)
        run.go(30)
        unit.asked.clear()
        run.go(10)
        assert [(request.address, request.quantity) for _, request in unit.asked] == [(0, 10)]


async def test_a_busy_device_is_asked_again_a_little_later() -> None:
    unit = SimUnit().fill(Table.HOLDING, 0, [1])
    codes = iter([6, 5])
    unit.refuse = lambda request: next(codes, None)
    async with running([connection("plc", device("d", 1, *points(0)))], {"plc": {1: unit}}) as run:
        samples = run.go(0.9)
        first, second, third = [at for at, _ in unit.asked[:3]]
        assert second - first == pytest.approx(0.11)
        assert third - second == pytest.approx(0.21)
        assert BAD not in by_quality(samples)


async def test_a_device_that_stays_busy_makes_its_points_bad_and_stays_online() -> None:
    unit = SimUnit().fill(Table.HOLDING, 0, [1])
    unit.refuse = lambda request: 6
    async with running([connection("plc", device("d", 1, *points(0)))], {"plc": {1: unit}}) as run:
        run.go(20)
        assert run.newest("d.p0").reason == "exception 6: server device busy"
        assert run.connection().units[0].state == "online"
        assert len(unit.asked) == pytest.approx(3 * 20, abs=6)


@pytest.mark.parametrize(
    ("code", "words"),
    [(1, "illegal function"), (4, "server device failure"), (8, "memory parity error"), (99, "exception 99")],
)
async def test_other_exceptions_are_the_reason_and_a_sign_of_life(code: int, words: str) -> None:
    unit = SimUnit().fill(Table.HOLDING, 0, [1])
    unit.refuse = lambda request: code
    async with running([connection("plc", device("d", 1, *points(0)))], {"plc": {1: unit}}) as run:
        run.go(20.5)
        assert run.newest("d.p0").reason == f"exception {code}: {words}"
        assert run.newest("d.p0").value is None
        assert run.connection().units[0].state == "online"
        assert len(unit.asked) == pytest.approx(21, abs=1), "not repeated within a cycle"


async def test_a_gateway_that_says_the_unit_is_dead_is_believed() -> None:
    unit = SimUnit().fill(Table.HOLDING, 0, [1])
    unit.refuse = lambda request: 11
    async with running([connection("plc", device("d", 1, *points(0)))], {"plc": {1: unit}}) as run:
        run.go(10)
        assert run.connection().units[0].state == "offline"
        assert run.newest("d.p0").reason == "exception 11: gateway target device failed to respond"
        asked = len(unit.asked)
        run.go(60)
        assert len(unit.asked) - asked <= 4


async def test_a_block_that_is_silently_dropped_costs_the_others_nothing_but_their_place() -> None:
    unit = SimUnit().fill(Table.HOLDING, 0, [1]).fill(Table.HOLDING, 100, [2]).fill(Table.HOLDING, 200, [3])

    def answer(request: Any, ordinary: Any = unit.answer) -> Any:
        return None if request.address == 100 else ordinary(request)

    unit.answer = answer  # type: ignore[method-assign]
    site = [connection("plc", device("d", 1, *points(0, 100, 200)), response_timeout=0.2)]
    async with running(site, {"plc": {1: unit}}) as run:
        run.go(5)
        samples = run.go(20)
        good = Counter(sample.point for sample in samples if sample.quality == GOOD)
        assert good["d.p0"] >= 19
        assert good["d.p200"] >= 19
        assert good["d.p100"] == 0
        assert run.newest("d.p100").reason == "timeout: unit 1 does not answer"
        assert Counter(sample.point for sample in samples) == {"d.p0": 20, "d.p100": 20, "d.p200": 20}


async def test_a_trusted_unit_is_asked_again_after_a_timeout() -> None:
    unit = SimUnit().fill(Table.HOLDING, 0, [1])
    site = [connection("plc", device("d", 1, *points(0, interval=10.0)))]
    async with running(site, {"plc": {1: unit}}) as run:
        run.go(1)
        silences = iter([True, True])
        ordinary = unit.answer
        unit.answer = lambda request: None if next(silences, False) else ordinary(request)  # type: ignore[method-assign]
        samples = run.go(14)
        assert by_quality(samples).get(BAD, 0) == 0
        assert run.connection().timeouts == 2
        assert run.connection().units[0].state == "online"


async def test_a_reply_that_does_not_fit_is_bad_and_a_sign_of_life() -> None:
    unit = SimUnit().fill(Table.HOLDING, 0, [1, 2])
    ordinary = unit.answer

    def short(request: Request[Any]) -> Any:
        response = ordinary(request)
        response.data = response.data[:-2]
        return response

    unit.answer = short  # type: ignore[method-assign]
    async with running([connection("plc", device("d", 1, *points(0, 1)))], {"plc": {1: unit}}) as run:
        samples = run.go(10)
        assert by_quality(samples)[GOOD] == 0
        assert run.newest("d.p1").reason.startswith("bad reply: ")
        assert run.connection().units[0].state == "online"


async def test_a_window_lets_the_blocks_of_a_cycle_fly_together() -> None:
    unit = SimUnit().fill(Table.HOLDING, 0, [1]).fill(Table.HOLDING, 100, [2]).fill(Table.HOLDING, 200, [3])
    unit.latency = 0.2
    site = [connection("plc", device("d", 1, *points(0, 100, 200, interval=2.0)), window=2, retries=0)]
    async with running(site, {"plc": {1: unit}}) as run:
        run.go(2)
        unit.asked.clear()
        run.go(2)
        first, second, third = [at for at, _ in unit.asked]
        assert first == second
        assert third == pytest.approx(first + 0.2)
        unit.silent = True
        samples = run.go(20)
        assert Counter(sample.point for sample in samples) == {"d.p0": 10, "d.p100": 10, "d.p200": 10}
        assert by_quality(samples) == {BAD: 30}


async def test_a_failing_callback_of_ours_harms_one_cycle_only(caplog: pytest.LogCaptureFixture) -> None:
    unit = SimUnit().fill(Table.HOLDING, 0, [1])
    async with running([connection("plc", device("d", 1, *points(0)))], {"plc": {1: unit}}) as run:
        run.go(2)
        outlet = run.collector._shop.outlet
        failures = iter([True])
        ordinary = outlet.failed

        def broken(*args: Any) -> None:
            if next(failures, False):
                raise RuntimeError("a fault of ours")
            ordinary(*args)

        outlet.failed = broken  # type: ignore[method-assign]
        run.wire().lose("reset by peer")
        run.go(10)
        assert run.newest("d.p0").quality == GOOD
