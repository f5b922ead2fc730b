from __future__ import annotations

import pytest

from port502.collect.latest import Latest
from port502.collect.sample import BAD, GOOD, UNCERTAIN, Sample, Value
from port502.registers.reference import Table
from tests.collect.running import running
from tests.collect.wire import SimUnit, connection, device, holding


class Registers:
    """A source of readings."""

    def __init__(
        self, read_at: float, *samples: Sample | None, names: tuple[str, ...] = ("d.a", "d.b")
    ) -> None:
        self.read_at = read_at
        self.names = names
        self.samples = list(samples) or [None] * len(names)

    def sample(self, place: int) -> Sample | None:
        return self.samples[place]

    def replace(self, place: int, sample: Sample) -> None:
        self.samples[place] = sample

    def raw(self, place: int) -> tuple[int, ...]:
        return (place, 7)

    def known(self, place: int) -> Value:
        return 40 + place


A, B = Sample("d.a", 1000.0, 7), Sample("d.b", 1000.0, 8)


@pytest.fixture
def latest() -> Latest:
    found = Latest()
    found.announce({"d.a": 5.0, "d.b": 60.0}, 1000.0)
    return found


def test_an_announced_point_is_not_yet_read(latest: Latest) -> None:
    latest.place(Registers(100.0))
    current = latest.current("d.a", 100.0, 1003.0)
    assert current is not None
    assert (current.sample.quality, current.sample.reason) == (UNCERTAIN, "not yet read")
    assert current.sample.value is None
    assert current.age == 3.0
    assert list(latest) == ["d.a", "d.b"]
    assert len(latest) == 2


def test_an_unknown_point_is_none(latest: Latest) -> None:
    assert latest.current("d.c", 100.0, 1000.0) is None
    assert "d.c" not in latest
    latest.put(Sample("d.c", 1.0, 1))
    assert "d.c" not in latest, "what nobody announced takes no room"


def test_the_last_value_that_was_read_is_known_where_there_is_none(latest: Latest) -> None:
    latest.place(Registers(100.0, A, Sample("d.b", 1009.0, None, BAD, "timeout")))
    good, bad = latest.current("d.a", 103.0, 1010.0), latest.current("d.b", 110.0, 1010.0)
    assert good is not None
    assert bad is not None
    assert (good.known, good.known_age) == (None, 0.0)
    assert (bad.sample.value, bad.age, bad.known, bad.known_age) == (None, 1.0, 41, 10.0)


async def test_of_a_device_that_does_not_answer_its_last_values_are_known() -> None:
    unit = SimUnit().fill(Table.HOLDING, 0, [481])
    async with running([connection("plc", device("m", 1, holding("a", 0)))], {"plc": {1: unit}}) as run:
        run.go(5)
        unit.silent = True
        run.go(60)
        found = run.collector.current("m.a")
        assert found is not None
        assert (found.sample.value, found.sample.quality, found.known) == (None, BAD, 481)
        assert 59 < found.known_age < 62


def test_a_good_value_grows_old_and_then_uncertain(latest: Latest) -> None:
    latest.place(Registers(100.0, A, B))
    assert latest["d.a"] is A
    fresh = latest.current("d.a", 104.0, 1004.0)
    assert fresh is not None
    assert (fresh.sample.quality, fresh.age, fresh.registers) == (GOOD, 4.0, (0, 7))
    stale = latest.current("d.a", 107.0, 1007.0)
    assert stale is not None
    assert (stale.sample.value, stale.sample.quality) == (7, UNCERTAIN)
    assert stale.sample.reason == "stale: last read 7.0 s ago"
    assert latest["d.a"] is A


def test_qualities_are_counted_as_they_are_handed_out(latest: Latest) -> None:
    assert latest.qualities(100.0) == {UNCERTAIN: 2}
    latest.place(Registers(100.0, A, B))
    assert latest.qualities(104.0) == {GOOD: 2}
    assert latest.qualities(106.0) == {GOOD: 1, UNCERTAIN: 1}
    latest.put(Sample("d.b", 1006.0, None, BAD, "no answer"))
    assert latest.qualities(106.0) == {BAD: 1, UNCERTAIN: 1}


def test_age_is_measured_without_the_wall_clock(latest: Latest) -> None:
    latest.place(Registers(100.0, A, B))
    current = latest.current("d.a", 101.0, 999_999.0)
    assert current is not None
    assert (current.age, current.sample.quality) == (1.0, GOOD)


def test_a_sweep_finds_each_stale_value_once(latest: Latest) -> None:
    latest.place(Registers(100.0, A, B))
    assert latest.sweep(104.0, 1004.0) == []
    (stale,) = latest.sweep(106.0, 1006.0)
    assert (stale.point, stale.value, stale.quality, stale.time) == ("d.a", 7, UNCERTAIN, 1006.0)
    assert latest["d.a"] is stale
    assert latest.sweep(107.0, 1007.0) == []
    assert [one.point for one in latest.sweep(161.0, 1061.0)] == ["d.b"]


def test_a_bad_sample_is_never_made_better_by_age(latest: Latest) -> None:
    latest.place(Registers(100.0, Sample("d.a", 1000.0, None, BAD, "timeout"), B))
    assert latest.sweep(150.0, 1050.0) == []
    current = latest.current("d.a", 200.0, 1100.0)
    assert current is not None
    assert (current.sample.quality, current.age) == (BAD, 100.0)


def test_a_newer_sample_from_elsewhere_takes_the_place_of_the_sources(latest: Latest) -> None:
    source = Registers(100.0, A, B)
    unread = Registers(100.0)
    newer = Sample("d.b", 1001.0, 9)
    latest.put(newer)
    latest.place(unread)
    assert latest["d.b"] is newer
    even_newer = Sample("d.b", 1002.0, 10)
    latest.put(even_newer)
    assert latest["d.b"] is even_newer
    latest.place(source)
    assert latest["d.b"] is B
    latest.put(newer)
    assert latest["d.b"] is newer
    assert source.samples[1] is newer


def test_what_a_source_gave_stays_when_it_is_gone(latest: Latest) -> None:
    source = Registers(100.0, A, B)
    latest.place(source)
    latest.displace(source)
    assert latest["d.a"] is A
    assert latest.sweep(900.0, 1900.0) == []
    kept = latest.current("d.b", 900.0, 1900.0)
    assert kept is not None
    assert kept.registers == ()


def test_a_source_that_was_followed_by_another_takes_nothing_with_it(latest: Latest) -> None:
    old, new = Registers(100.0, A, B), Registers(101.0, None, names=("d.a",))
    latest.place(old)
    latest.place(new)
    assert latest["d.a"] is A, "until the new one has something newer"
    latest.displace(old)
    new.samples[0] = newer = Sample("d.a", 1001.0, 9)
    assert latest["d.a"] is newer
    assert latest["d.b"] is B


def test_points_that_are_gone_are_forgotten(latest: Latest) -> None:
    latest.place(Registers(100.0, A, None, names=("d.a",)))
    latest.forget(["d.a"])
    assert "d.a" not in latest
    assert list(latest) == ["d.b"]


def test_announcing_again_keeps_what_is_known_and_changes_the_limit(latest: Latest) -> None:
    latest.place(Registers(100.0, A, B))
    latest.announce({"d.a": 1.0, "d.b": 60.0}, 2000.0)
    assert latest["d.a"] is A
    assert [one.point for one in latest.sweep(102.0, 1002.0)] == ["d.a"]
