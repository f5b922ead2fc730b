"""The collector under any sequence of faults: never a wrong value, never a silence, and all is well soon after."""

from __future__ import annotations

import logging
import random
from typing import Any

import pytest

from port502.collect.sample import BAD, GOOD, UNCERTAIN
from port502.registers.reference import Table
from tests.collect.running import Running, running
from tests.collect.wire import SimUnit, connection, device, holding

pytestmark = pytest.mark.slow

UNITS = 3
POINTS = 6
INTERVALS = (0.5, 1.0, 2.0)


def value_at(unit: int, address: int, epoch: int) -> int:
    """What a register holds: it tells whose it is, and of when."""
    return unit * 10_000 + address * 100 + epoch % 100


class World:
    """Units whose registers change now and then, and everything that can go wrong with them."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.epoch = 0
        self.taught = False
        self.units = {n: SimUnit() for n in range(1, UNITS + 1)}
        self.turn()

    def turn(self) -> None:
        """All registers change."""
        self.epoch += 1
        for n, unit in self.units.items():
            unit.fill(Table.HOLDING, 0, [value_at(n, address, self.epoch) for address in range(POINTS * 20)])

    def misbehave(self, run: Running) -> None:
        """One fault, or the end of one."""
        unit = self.units[self.random.randint(1, UNITS)]
        wire = run.wire()
        match self.random.randrange(8):
            case 0:
                unit.silent = not unit.silent
            case 1:
                code = self.random.choice([1, 4, 5, 6, 8, 10, 11])
                unit.refuse = lambda request: code
            case 2:
                unit.refuse = lambda request: None
            case 3:
                self.taught = True
                missing = self.random.randrange(POINTS) * 20

                def refuse(request: Any) -> int | None:
                    return 2 if request.address <= missing < request.address + request.quantity else None

                unit.refuse = refuse
            case 4:
                unit.latency = self.random.choice([0.001, 0.05, 0.4])
            case 5:
                wire.reachable = self.random.random() < 0.5
                if wire.state == "ready":
                    wire.lose("reset by peer")
            case 6:
                self.turn()
            case 7:
                odd, ordinary = self.random.random(), type(unit).answer

                def garbled(request: Any) -> Any:
                    response = ordinary(unit, request)
                    if response is not None and odd < 0.5:
                        response.data = response.data[:-2]
                    return response

                unit.answer = garbled  # type: ignore[method-assign]

    def heal(self, run: Running) -> None:
        """Everything works again."""
        for unit in self.units.values():
            unit.silent = False
            unit.refuse = lambda request: None
            unit.latency = 0.005
            unit.__dict__.pop("answer", None)
        run.wire().reachable = True


def site(rng: random.Random) -> Any:
    devices = []
    for n in range(1, UNITS + 1):
        spread = rng.choice([1, 20])
        points = [holding(f"p{i}", i * spread, interval=rng.choice(INTERVALS)) for i in range(POINTS)]
        devices.append(device(f"d{n}", n, *points, gap=rng.choice([0, 16])))
    return connection(
        "plc", *devices, response_timeout=0.1, retries=rng.choice([0, 2]), window=rng.choice([1, 1, 4])
    )


async def survive(seed: int) -> None:
    world = World(seed)
    settings = site(world.random)
    addresses = {
        f"{one.name}.{point.name}": (one.unit, point.point.address)
        for one in settings.devices
        for point in one.points
    }
    async with running([settings], {"plc": world.units}) as run:
        allowed: dict[str, set[object]] = {name: set() for name in addresses}
        for _ in range(world.random.randint(5, 25)):
            for name, (unit, address) in addresses.items():
                allowed[name].add(value_at(unit, address, world.epoch))
            samples = run.go(world.random.choice([0.03, 0.3, 1.0, 6.0]))
            for sample in samples:
                if sample.quality == GOOD:
                    assert sample.value in allowed[sample.point], "a value that was never there"
                    assert sample.reason == ""
                else:
                    assert sample.quality in (BAD, UNCERTAIN)
                    assert sample.reason
                    assert sample.value is None or sample.quality == UNCERTAIN
            world.misbehave(run)
        world.heal(run)
        world.turn()
        # A point that was refused is tried again after ten minutes, a dead unit after one at the latest.
        run.go(700 if world.taught else 75)
        run.keeper.samples.clear()
        for name in addresses:
            assert run.newest(name).quality == GOOD, f"{name}: {run.newest(name)}"
        run.go(10)
        for name, (unit, address) in addresses.items():
            found = run.keeper.of(name)
            assert {sample.value for sample in found} == {value_at(unit, address, world.epoch)}
            assert {sample.quality for sample in found} == {GOOD}
        status = run.collector.status()
        assert status.failures == 0
        assert status.samples == status.good + status.bad + status.uncertain
        assert run.connection().restarts == 0


@pytest.mark.parametrize("seed", range(12))
async def test_any_faults_leave_no_wrong_value_and_no_trace(
    seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    await survive(seed)
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.slow
@pytest.mark.parametrize("hundred", range(10))
async def test_a_thousand_schedules_of_faults(hundred: int) -> None:
    """Acceptance of collector.md, section 11."""
    for seed in range(100):
        await survive(1000 + 100 * hundred + seed)
