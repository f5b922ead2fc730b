"""Points as the mappings of a map file."""

from __future__ import annotations

import pytest

from port502.registers.maps.exchange.entries import Imported, entry_of, snake, unit_keys
from tests.registers.maps.samples import everything


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Voltage L1-N (avg)", "voltage_l1_n_avg"),
        ("activePower", "active_power"),
        ("A_SF", "a_sf"),
        ("3 phase", "p_3_phase"),
        ("Größe", "gr_e"),
        ("--", ""),
    ],
)
def test_names_made_fit_for_a_map(name: str, plain: str) -> None:
    assert snake(name) == plain


def test_imported_names_are_unique() -> None:
    found = Imported()
    for name in ("Power", "power", "POWER", "!"):
        found.add(name, {"ref": "holding:1", "type": None})
    assert found.points == {name: {"ref": "holding:1"} for name in ("power", "power_2", "power_3", "point")}


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("kWh", {"unit": "kWh", "quantity": "active_energy"}),
        ("%", {"unit": "%", "quantity": None}),
        ("gizmos per day", {"unit": "{gizmos_per_day}"}),
        ("", {}),
        (None, {}),
    ],
)
def test_units_and_what_they_surely_measure(text: str | None, keys: dict[str, object]) -> None:
    assert unit_keys(text) == keys


def test_an_entry_says_what_differs_from_the_usual() -> None:
    known = everything()
    assert entry_of(known.point("voltage_l1")) == {
        "ref": "input:0",
        "type": "float32",
        "order": "cdab",
        "unit": "V",
        "quantity": "voltage",
        "phase": "l1",
        "poll": "fast",
    }
    assert entry_of(known.point("mode"))["write"] == {
        "min": 0,
        "max": 3,
        "step": 1,
        "function": 22,
        "note": "restarts",
    }
    assert entry_of(known.point("spare"))["when"] == {"models": ["M2*"], "firmware": ">=2.0"}
    assert entry_of(known.point("spare"))["ref"] == "input:80*4"
    assert entry_of(known.point("energy"))["counter"] == {"rollover": 99999999}
    assert "type" not in entry_of(known.point("run"))
