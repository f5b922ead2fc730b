"""Three-phase readings agree with each other."""

from __future__ import annotations

from math import hypot, sqrt

import pytest

from port502.simulate.models.power import LINES, PHASES, three_phases

FOUND = three_phases([230.0, 231.0, 229.0], [1000.0, 2000.0, 1500.0], [300.0, 200.0, 0.0], 50.0)


def test_phases_agree() -> None:
    for phase in PHASES:
        active, reactive = FOUND[f"active_power@{phase}"], FOUND[f"reactive_power@{phase}"]
        apparent = FOUND[f"voltage@{phase}"] * FOUND[f"current@{phase}"]
        assert apparent == pytest.approx(hypot(active, reactive))
        assert FOUND[f"power_factor@{phase}"] == pytest.approx(active / apparent)


def test_totals_are_sums() -> None:
    assert FOUND["active_power"] == 4500.0
    assert FOUND["reactive_power"] == 500.0
    assert FOUND["current"] == pytest.approx(sum(FOUND[f"current@{phase}"] for phase in PHASES))
    assert FOUND["apparent_power"] == pytest.approx(hypot(4500.0, 500.0))


def test_line_voltages_are_about_root_three_times() -> None:
    for line in LINES:
        assert FOUND[f"line_voltage@{line}"] == pytest.approx(sqrt(3) * 230, rel=0.01)


def test_equal_loads_leave_the_neutral_without_current() -> None:
    even = three_phases([230.0] * 3, [1000.0] * 3, [0.0] * 3, 50.0)
    assert even["neutral_current"] == pytest.approx(0.0, abs=1e-6)
    assert even["unbalance"] == 0.0


def test_nothing_flows_without_voltage() -> None:
    dead = three_phases([0.0] * 3, [0.0] * 3, [0.0] * 3, 0.0)
    assert dead["current"] == 0.0
    assert dead["power_factor"] == 1.0
