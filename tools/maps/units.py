"""Units of the sources, brought to one spelling each."""

from __future__ import annotations

SPELLINGS = {"1": "", "degC": "Cel", "rpm": "{rpm}", "mV/*C": "mV/Cel", "cycles": "{cycle}", "step": "{step}",
             "mV/Cell": "mV/{cell}", "ppm": "[ppm]", "km/kWh": "km/kW.h"}  # fmt: skip
"""What a source writes -> what a map writes, where the two differ."""

SCALED = {"0.1%": ("%", 0.1), "0.1kW": ("kW", 0.1), "0.1kVar": ("kvar", 0.1)}
"""Units with a factor in them -> the unit, and the factor for the scale."""


def unit_of(unit: str) -> tuple[str, float]:
    """The unit's spelling in a map, and what the scale is to be multiplied by."""
    if unit in SCALED:
        return SCALED[unit]
    return SPELLINGS.get(unit, unit), 1.0
