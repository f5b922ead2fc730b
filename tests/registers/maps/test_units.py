"""Units of measure: one code for what is spelled in many ways."""

from __future__ import annotations

import pytest

from port502.errors import UsageError
from port502.registers.maps.units import parse_unit, units


@pytest.mark.parametrize(
    ("text", "code", "pretty"),
    [
        ("V", "V", "V"),
        ("kWh", "kW.h", "kWh"),
        ("kW.h", "kW.h", "kWh"),
        ("degC", "Cel", "°C"),
        ("°C", "Cel", "°C"),
        ("m3/h", "m3/h", "m³/h"),
        ("m³/h", "m3/h", "m³/h"),
        ("kvarh", "kV.A.h{reactive}", "kvarh"),
        ("kVAr", "kV.A{reactive}", "kvar"),
        ("VA", "V.A", "VA"),
        ("%RH", "%", "%"),
        ("rpm", "{rpm}", "rpm"),
        (" Nm ", "N.m", "N·m"),
        ("{pulse}", "{pulse}", "pulses"),
        ("{croissants}", "{croissants}", "croissants"),
    ],
)
def test_spellings(text: str, code: str, pretty: str) -> None:
    unit = parse_unit(text)
    assert unit is not None
    assert (unit.code, str(unit)) == (code, pretty)


def test_nothing_is_no_unit() -> None:
    assert parse_unit("") is None


@pytest.mark.parametrize(
    ("text", "hint"),
    [("kwh", "did you mean kWh?"), ("HZ", "did you mean Hz?"), ("furlong", "{furlong}"), ("{a b}", "")],
)
def test_an_unknown_unit_is_refused_with_a_hint(text: str, hint: str) -> None:
    with pytest.raises(UsageError, match="unknown unit") as raised:
        parse_unit(text)
    assert hint in str(raised.value)


def test_every_code_and_every_spelling_means_itself_again() -> None:
    for code, unit in units().items():
        assert parse_unit(code) is unit
        if unit.pretty:
            again = parse_unit(unit.pretty)
            assert again is not None
            assert (again.dimension, again.factor) == (unit.dimension, unit.factor)


@pytest.mark.parametrize(
    ("code", "value", "base"),
    [
        ("kW.h", 2.0, 2000.0),
        ("K", 300.0, 26.85),
        ("[degF]", 212.0, 100.0),
        ("L/min", 10.0, 0.6),
        ("bar", 1.0, 1e5),
    ],
)
def test_values_in_the_first_unit_of_their_dimension(code: str, value: float, base: float) -> None:
    unit = units()[code]
    assert value * unit.factor + unit.shift == pytest.approx(base)
