"""Harmonised names: of points that exist, with words and units that fit."""

from __future__ import annotations

import pytest

from port502.registers.maps.categories import CATEGORIES
from port502.registers.maps.model import PHASES
from port502.registers.maps.quantities import quantity_of
from port502.registers.maps.units import parse_unit
from port502.registers.sunspec.harmony import FAMILIES
from port502.registers.sunspec.kinds import Role
from port502.registers.sunspec.shelf import find_model


@pytest.mark.parametrize("model_id", FAMILIES)
def test_quantities_phases_and_units_fit(model_id: int) -> None:
    model = find_model(model_id)
    assert model is not None
    family = FAMILIES[model_id]
    assert family.category in CATEGORIES
    points = {one.name: one for group in model.group.each() for one in group.points}
    used = set(points) & set(family.points)
    assert used
    for name in used:
        harmony = family.points[name]
        assert not harmony.phase or harmony.phase in PHASES
        if harmony.quantity and points[name].kind.role in (Role.NUMBER, Role.COUNTER):
            assert quantity_of(harmony.quantity).takes(parse_unit(points[name].unit)), name
        elif harmony.quantity:
            quantity_of(harmony.quantity)


def test_every_harmonised_point_exists_in_a_model_that_uses_its_table() -> None:
    for family in FAMILIES.values():
        models = [model_id for model_id, other in FAMILIES.items() if other.points is family.points]
        known = {
            one.name
            for model_id in models
            for group in find_model(model_id).group.each()  # type: ignore[union-attr]
            for one in group.points
        }
        assert set(family.points) - known == set(), family.prefix


def test_names_within_a_family_are_unique() -> None:
    for model_id, family in FAMILIES.items():
        model = find_model(model_id)
        assert model is not None
        for group in model.group.each():
            names = [family.points[one.name].name for one in group.points if one.name in family.points]
            assert len(set(names)) == len(names), model_id
