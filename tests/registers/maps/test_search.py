"""Finding a map by a few words."""

from __future__ import annotations

import pytest

from port502.registers.maps.index import MapSummary
from port502.registers.maps.search import ranked

MAPS = [
    MapSummary("eastron/sdm120", "Eastron", ("SDM120",), "energy_meter", "corroborated", 13, ("voltage",), 1),
    MapSummary(
        "eastron/sdm630",
        "Eastron",
        ("SDM630", "SDM630-M"),
        "energy_meter",
        "corroborated",
        85,
        ("voltage",),
        3,
    ),
    MapSummary(
        "schneider/iem3155", "Schneider Electric", ("iEM3155",), "energy_meter", "verified", 40, (), 3
    ),
    MapSummary(
        "keba/p30", "KEBA", ("KeContact P30",), "ev_charger", "single-source", 20, ("session_energy",), 3
    ),
    MapSummary(
        "deye/hybrid", "Deye", ("SUN-12K",), "inverter", "single-source", 400, ("state_of_charge",), 3
    ),
]


def names(text: str) -> list[str]:
    return [one.name for one in ranked(text, MAPS)]


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("three phase meter eastron", "eastron/sdm630"),
        ("single phase meter eastron", "eastron/sdm120"),
        ("SDM630-M", "eastron/sdm630"),
        ("sdm120", "eastron/sdm120"),
        ("wallbox", "keba/p30"),
        ("schneider iem", "schneider/iem3155"),
        ("hybrid inverter", "deye/hybrid"),
        ("eastron 3-phase", "eastron/sdm630"),
    ],
)
def test_the_best_comes_first(text: str, best: str) -> None:
    assert names(text)[0] == best


def test_what_fits_more_words_comes_before_what_fits_one_better() -> None:
    assert names("eastron meter")[:2] == ["eastron/sdm120", "eastron/sdm630"]
    assert "schneider/iem3155" in names("eastron meter")
    assert "keba/p30" not in names("eastron meter")


@pytest.mark.parametrize("text", ["", "the of a", "zzzz", "\0;--", "x" * 100_000])
def test_words_that_mean_nothing_find_nothing(text: str) -> None:
    assert names(text) == []


def test_a_quantity_is_a_word_too() -> None:
    assert names("session energy")[0] == "keba/p30"
