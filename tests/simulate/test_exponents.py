"""Scale registers get the finest power of ten with which everything fits."""

from __future__ import annotations

from port502.registers.meaning import Meaning, ScaleRegister
from port502.simulate.exponents import exponents
from tests.simulate.maps import point

SCALED = Meaning(scale_register=ScaleRegister(99))


def one(quantity: str, unit: str, kind: str, **readings: float) -> int:
    (found,) = exponents(
        [point("x", quantity, at=1, type=kind, unit=unit, meaning=SCALED)], readings
    ).values()
    return found


def test_small_values_are_fine_and_large_ones_coarse() -> None:
    assert one("power_factor", "", "int16") == -3
    assert one("voltage", "V", "uint16") == -1
    assert one("active_power", "W", "int16", active_power=900_000.0) == 3
    assert one("active_power", "kW", "int16", active_power=900_000.0) == 0


def test_counters_keep_their_unit() -> None:
    assert one("active_energy", "W.h", "uint32", active_energy=1e8) == 0


def test_the_largest_point_of_a_register_decides() -> None:
    both = [
        point("a", "active_power", at=1, type="int16", unit="W", meaning=SCALED),
        point("b", "power_factor", at=2, type="int16", meaning=SCALED),
    ]
    assert exponents(both, {"active_power": 50_000.0}) == {("holding", 99): 2}


def test_points_without_a_scale_register_need_none() -> None:
    assert exponents([point("u", "voltage", unit="V")], {}) == {}
