"""The electricity of a three-phase connection: from voltages and powers to everything a meter shows."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot, sqrt

PHASES = ("l1", "l2", "l3")
LINES = ("l1_l2", "l2_l3", "l3_l1")


def three_phases(
    voltages: Sequence[float], active: Sequence[float], reactive: Sequence[float], frequency: float
) -> dict[str, float]:
    """Readings that agree with each other: S from P and Q, the current from S and V, sums and means.

    Voltages are to neutral; a negative active power flows out. The currents are effective values, and so positive.
    """
    found: dict[str, float] = {"frequency": frequency}
    currents = []
    for phase, volt, watt, var in zip(PHASES, voltages, active, reactive, strict=True):
        apparent = hypot(watt, var)
        currents.append(apparent / volt if volt else 0.0)
        found[f"voltage@{phase}"] = volt
        found[f"current@{phase}"] = currents[-1]
        found[f"active_power@{phase}"] = watt
        found[f"reactive_power@{phase}"] = var
        found[f"apparent_power@{phase}"] = apparent
        found[f"power_factor@{phase}"] = watt / apparent if apparent else 1.0
        found[f"displacement_factor@{phase}"] = found[f"power_factor@{phase}"]
        found[f"phase_angle@{phase}"] = 0.0
    for line, one, other in zip(LINES, (0, 1, 2), (1, 2, 0), strict=True):
        a, b = voltages[one], voltages[other]
        found[f"line_voltage@{line}"] = found[f"voltage@{line}"] = sqrt(a * a + a * b + b * b)
    watts, vars_ = sum(active), sum(reactive)
    apparent = hypot(watts, vars_)
    mean = sum(voltages) / 3
    line_mean = sum(found[f"line_voltage@{line}"] for line in LINES) / 3
    found |= {
        "active_power": watts,
        "reactive_power": vars_,
        "apparent_power": apparent,
        "power_factor": watts / apparent if apparent else 1.0,
        "displacement_factor": watts / apparent if apparent else 1.0,
        "voltage": mean,
        "voltage@average": mean,
        "line_voltage": line_mean,
        "line_voltage@average": line_mean,
        "current": sum(currents),
        "current@average": sum(currents) / 3,
        "neutral_current": _neutral(currents),
        "current@n": _neutral(currents),
        "unbalance": (max(currents) - min(currents)) / (sum(currents) / 3) if sum(currents) else 0.0,
    }
    return found


def _neutral(currents: Sequence[float]) -> float:
    """The sum of three phasors a third of a turn apart."""
    a, b, c = currents
    return sqrt(max(0.0, a * a + b * b + c * c - a * b - b * c - c * a))
