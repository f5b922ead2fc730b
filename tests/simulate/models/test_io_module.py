"""Inputs that switch, and counters that count their edges."""

from __future__ import annotations

import itertools

import pytest

from port502.simulate.models.io_module import CHANNELS, IoModule
from tests.simulate.maps import NOON


@pytest.mark.slow
def test_counters_count_the_rising_edges() -> None:
    module = IoModule(1)
    times = [NOON + 0.05 * step for step in range(12_000)]
    for number in (1, CHANNELS):
        found = [module.at(time) for time in times[:: 1 if number == 1 else 4]]
        states = [one[f"digital_input#{number}"] for one in found]
        edges = sum(later > earlier for earlier, later in itertools.pairwise(states))
        counted = found[-1][f"counter#{number}"] - found[0][f"counter#{number}"]
        assert edges > 3
        assert abs(counted - edges) <= 1


def test_analog_values_are_parts_of_their_range() -> None:
    found = IoModule(1).at(NOON)
    values = [found[f"analog_input#{number}"] for number in range(1, CHANNELS + 1)]
    assert all(0 <= value <= 1 for value in values)
    assert len(set(values)) == CHANNELS
