"""The right model for a category."""

from __future__ import annotations

import pytest

from port502.registers.maps.categories import CATEGORIES
from port502.registers.maps.quantities import QUANTITIES
from port502.simulate.models.choose import MODELS, model_for
from port502.simulate.models.hybrid import Hybrid
from port502.simulate.models.inverter import Inverter
from port502.simulate.models.model import Model, Status
from tests.simulate.maps import NOON


def test_every_category_it_names_exists() -> None:
    assert set(MODELS) <= set(CATEGORIES)


def test_an_inverter_with_a_battery_is_a_hybrid() -> None:
    assert isinstance(model_for("inverter", {"active_power"}, 1), Inverter)
    assert isinstance(model_for("inverter", {"active_power", "state_of_charge"}, 1), Hybrid)
    assert isinstance(model_for("battery", {"state_of_charge", "pv_power"}, 1), Hybrid)
    assert model_for("valve", set(), 1) is None


@pytest.mark.parametrize("make", list(dict.fromkeys(MODELS.values())), ids=lambda make: str(make.__name__))
def test_every_reading_is_a_quantity_of_the_vocabulary(make: type[Model]) -> None:
    for key, reading in make(1).at(NOON).items():
        quantity = key.partition("@")[0].partition("#")[0].partition("~")[0].partition("/")[0]
        assert quantity in QUANTITIES, key
        assert isinstance(reading, float | int | Status), key
