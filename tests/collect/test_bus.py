from __future__ import annotations

import logging
from collections.abc import Sequence

import pytest

from port502.collect.bus import BATCH, Bus
from port502.collect.sample import Sample
from port502.transport.complaints import Complaints
from tests.collect.wire import Keeper

LOG = logging.getLogger("port502.test")


class Broken:
    """A sink that fails as long as it is told to."""

    def __init__(self) -> None:
        self.failing = True

    def put(self, samples: Sequence[Sample]) -> None:
        if self.failing:
            raise OSError("no space left on device")


def some(count: int) -> list[Sample]:
    return [Sample("d.p", float(number), number) for number in range(count)]


@pytest.fixture
def bus() -> Bus:
    return Bus(Complaints(LOG))


def test_samples_are_handed_over_in_batches_and_in_order(bus: Bus) -> None:
    keeper = Keeper()
    bus.add("keeper", keeper)
    for sample in some(BATCH - 1):
        bus.offer([sample], 0.0)
    assert keeper.samples == []
    bus.offer(some(1), 0.0)
    assert len(keeper.samples) == BATCH
    bus.offer(some(3), 0.0)
    bus.flush(0.2)
    assert [sample.value for sample in keeper.samples[-3:]] == [0, 1, 2]


def test_a_failing_sink_harms_only_itself(bus: Bus, caplog: pytest.LogCaptureFixture) -> None:
    keeper, broken = Keeper(), Broken()
    bus.add("broken", broken)
    bus.add("keeper", keeper)
    with caplog.at_level(logging.INFO, "port502.test"):
        for second in range(59):
            bus.offer(some(10), float(second))
            bus.flush(float(second))
        assert len(caplog.messages) == 1
        assert caplog.messages[0] == "sink broken lost 10 samples: OSError: no space left on device"
        broken.failing = False
        bus.offer(some(10), 59.0)
        bus.flush(59.0)
    assert caplog.messages[1:] == ["sink broken takes samples again"]
    assert len(keeper.samples) == 600
    status = {one.name: one for one in bus.status()}
    assert (status["broken"].errors, status["broken"].not_taken, status["broken"].samples) == (59, 590, 10)
    assert status["keeper"].errors == 0


def test_readings_and_samples_keep_their_order(bus: Bus) -> None:
    keeper = Keeper()
    bus.add("keeper", keeper)
    bus.offer_reading(("d.a", "d.b"), 1.0, (10, 20), 0.0)
    bus.offer([Sample("d.c", 2.0, None, "bad", "timeout")], 0.0)
    bus.offer([], 0.0)
    bus.offer_reading(("d.a",), 3.0, (11,), 0.0)
    bus.flush(0.2)
    assert keeper.samples == [
        Sample("d.a", 1.0, 10),
        Sample("d.b", 1.0, 20),
        Sample("d.c", 2.0, None, "bad", "timeout"),
        Sample("d.a", 3.0, 11),
    ]
    bus.flush(0.4)
    assert len(keeper.samples) == 4


def test_nothing_gathers_for_nobody(bus: Bus) -> None:
    bus.offer(some(5), 0.0)
    keeper = Keeper()
    bus.add("late", keeper)
    bus.flush(0.0)
    assert keeper.samples == []


def test_a_removed_sink_gets_nothing_more(bus: Bus) -> None:
    keeper = Keeper()
    bus.add("keeper", keeper)
    bus.remove("keeper")
    bus.remove("never there")
    bus.offer(some(5), 0.0)
    bus.flush(0.0)
    assert keeper.samples == []
    assert bus.status() == ()
