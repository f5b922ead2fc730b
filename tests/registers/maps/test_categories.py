"""What products of each kind can be expected to take."""

from __future__ import annotations

import pytest

from port502.registers.maps.categories import CATEGORIES, CONNECTIONS, Capabilities, capabilities_of
from port502.registers.planner import Limits


def test_what_is_said_counts_and_what_is_not_is_expected() -> None:
    own = Capabilities(max_registers=50)
    both = own.or_else(Capabilities(max_connections=2, max_registers=80, tolerate=("extra_bytes",)))
    assert (both.max_connections, both.max_registers, both.tolerate) == (2, 50, ("extra_bytes",))


@pytest.mark.parametrize(
    ("category", "low", "high"),
    [("energy_meter", 1, 2), ("plc", 4, 8), ("gateway", 4, 32), ("inverter", 1, 1)],
)
def test_connections_by_class_of_device(category: str, low: int, high: int) -> None:
    expected = capabilities_of(category).max_connections
    assert expected is not None
    assert low <= expected <= high
    assert set(CONNECTIONS) == set(CATEGORIES)


def test_limits_are_only_ever_lowered() -> None:
    assert Capabilities().limits() == Limits()
    low = Capabilities(max_registers=20, max_bits=100, gap=2).limits()
    assert (low.max_registers, low.max_bits, low.gap, low.bit_gap) == (20, 100, 2, 8)
    assert (
        Capabilities(max_registers=125, gap=100).limits(Limits(max_registers=60, gap=5)).max_registers == 60
    )
    assert Capabilities(gap=100).limits(Limits(gap=5)).gap == 5
