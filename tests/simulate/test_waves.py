"""Sums of sines, and their integrals."""

from __future__ import annotations

import pytest

from port502.simulate.waves import DAY, FAST, Wave, daily, restless


def numeric(wave: Wave, since: float, until: float, steps: int = 20_000) -> float:
    length = (until - since) / steps
    return sum(wave.at(since + (number + 0.5) * length) for number in range(steps)) * length


def test_the_integral_is_that_of_the_values() -> None:
    wave = restless(100.0, 30.0, FAST, 7, "power") + daily(50.0, 20.0, 18.0)
    for since, until in ((0.0, 100.0), (1e6, 1e6 + 5000.0)):
        assert wave.integral(since, until) == pytest.approx(numeric(wave, since, until), rel=1e-4)


def test_a_wave_stays_within_its_swing() -> None:
    wave = restless(230.0, 2.0, FAST, 7)
    values = [wave.at(1.7e9 + 3.1 * number) for number in range(5000)]
    assert min(values) >= 228.0
    assert max(values) <= 232.0
    assert max(values) - min(values) > 1.5


def test_a_day_peaks_at_its_hour_and_comes_again() -> None:
    wave = daily(10.0, 4.0, 18.0)
    hours = [wave.at(3600.0 * hour) for hour in range(24)]
    assert hours.index(max(hours)) in (17, 18)
    assert wave.at(5000.0) == pytest.approx(wave.at(5000.0 + 3 * DAY))


def test_waves_add_and_scale() -> None:
    one, other = restless(1.0, 0.5, FAST, 1), restless(2.0, 0.5, FAST, 2)
    assert (one + other).at(99.0) == pytest.approx(one.at(99.0) + other.at(99.0))
    assert (one * 3).at(99.0) == pytest.approx(3 * one.at(99.0))


def test_seeds_tell_waves_apart() -> None:
    assert restless(1.0, 1.0, FAST, 1, "a").at(5.0) == restless(1.0, 1.0, FAST, 1, "a").at(5.0)
    assert restless(1.0, 1.0, FAST, 1, "a").at(5.0) != restless(1.0, 1.0, FAST, 1, "b").at(5.0)
