from __future__ import annotations

import pytest

from port502.collect.latest import Latest
from port502.collect.sample import BAD, GOOD, UNCERTAIN, Sample


class Registers:
    """A source of readings."""

    def __init__(self, read_at: float) -> None:
        self.read_at = read_at

    def raw(self, point: str) -> tuple[int, ...]:
        return (1, 2)


@pytest.fixture
def latest() -> Latest:
    found = Latest()
    found.announce({"d.a": 5.0, "d.b": 60.0}, 1000.0)
    return found


def test_an_announced_point_is_not_yet_read(latest: Latest) -> None:
    current = latest.get("d.a", 100.0, 1003.0)
    assert current is not None
    assert (current.sample.quality, current.sample.reason) == (UNCERTAIN, "not yet read")
    assert current.sample.value is None
    assert current.age == 3.0
    assert list(latest) == ["d.a", "d.b"]
    assert len(latest) == 2


def test_an_unknown_point_is_none(latest: Latest) -> None:
    assert latest.get("d.c", 100.0, 1000.0) is None
    assert "d.c" not in latest


def test_a_good_value_grows_old_and_then_uncertain(latest: Latest) -> None:
    source = Registers(100.0)
    latest.place(source, ["d.a", "d.b"])
    latest.samples["d.a"] = Sample("d.a", 1000.0, 7)
    fresh = latest.get("d.a", 104.0, 1004.0)
    assert fresh is not None
    assert (fresh.sample.quality, fresh.age, fresh.registers) == (GOOD, 4.0, (1, 2))
    stale = latest.get("d.a", 107.0, 1007.0)
    assert stale is not None
    assert (stale.sample.value, stale.sample.quality) == (7, UNCERTAIN)
    assert stale.sample.reason == "stale: last read 7.0 s ago"


def test_age_is_measured_without_the_wall_clock(latest: Latest) -> None:
    latest.place(Registers(100.0), ["d.a"])
    latest.samples["d.a"] = Sample("d.a", 1000.0, 7)
    current = latest.get("d.a", 101.0, 999_999.0)
    assert current is not None
    assert (current.age, current.sample.quality) == (1.0, GOOD)


def test_a_sweep_finds_each_stale_value_once(latest: Latest) -> None:
    latest.place(Registers(100.0), ["d.a", "d.b"])
    latest.samples["d.a"] = Sample("d.a", 1000.0, 7)
    latest.samples["d.b"] = Sample("d.b", 1000.0, 8)
    assert latest.sweep(104.0, 1004.0) == []
    (stale,) = latest.sweep(106.0, 1006.0)
    assert (stale.point, stale.value, stale.quality, stale.time) == ("d.a", 7, UNCERTAIN, 1006.0)
    assert latest.samples["d.a"] is stale
    assert latest.sweep(107.0, 1007.0) == []
    assert [one.point for one in latest.sweep(161.0, 1061.0)] == ["d.b"]


def test_a_bad_sample_is_never_made_better_by_age(latest: Latest) -> None:
    latest.place(Registers(100.0), ["d.a"])
    latest.samples["d.a"] = Sample("d.a", 1000.0, None, BAD, "timeout")
    assert latest.sweep(200.0, 1100.0) == []
    current = latest.get("d.a", 200.0, 1100.0)
    assert current is not None
    assert (current.sample.quality, current.age) == (BAD, 100.0)


def test_points_that_are_gone_are_forgotten_and_the_others_stay(latest: Latest) -> None:
    source = Registers(100.0)
    latest.place(source, ["d.a", "d.b"])
    latest.displace(source)
    latest.forget(["d.a"])
    assert "d.a" not in latest
    assert latest.sweep(900.0, 1900.0) == []
    kept = latest.get("d.b", 900.0, 1900.0)
    assert kept is not None
    assert kept.registers == ()


def test_announcing_again_keeps_what_is_known(latest: Latest) -> None:
    latest.samples["d.a"] = Sample("d.a", 1000.0, 7)
    latest.announce({"d.a": 1.0}, 2000.0)
    assert latest.samples["d.a"].value == 7
