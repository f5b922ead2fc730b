"""Registers out of values, and back: every model that is known."""

from __future__ import annotations

import pytest

from port502.errors import UsageError
from port502.registers.sunspec.compose import Part, compose_device, compose_model, missing_data
from port502.registers.sunspec.discovery import discover
from port502.registers.sunspec.kinds import KINDS, Role
from port502.registers.sunspec.reading import read_device
from port502.registers.sunspec.shelf import find_model, known_models
from tests.registers.sunspec.chains import Wire, example, placed


@pytest.mark.parametrize("model_id", known_models())
def test_every_value_of_every_model_comes_back(model_id: int) -> None:
    part = example(model_id)
    wire = Wire(placed([Part(1), part] if model_id != 1 else [part]))
    device = wire.run(discover())
    assert device.notes == ()
    read = {one.point.sunspec: one.value for one in wire.run(read_device(device))}
    model = find_model(model_id)
    assert model is not None
    scales = {one.name for group in model.group.each() for one in group.points if one.kind.role is Role.SCALE}
    wanted = {
        f"{model_id}.{path}": value
        for path, value in part.values.items()
        if path.rpartition(".")[2] not in scales
    }
    assert wanted
    assert {name: read[name] for name in wanted} == wanted
    assert len({one for one in read if one.startswith(f"{model_id}.")}) == len(wanted)


@pytest.mark.parametrize("model_id", known_models())
def test_a_model_without_values_has_none(model_id: int) -> None:
    wire = Wire(placed([Part(model_id)]))
    device = wire.run(discover())
    values = wire.run(read_device(device))
    counted = {f"{model_id}.{name}" for name in find_model(model_id).counting}  # type: ignore[union-attr]
    unscaled = {one.sunspec for one in values if one.point.field.definition.kind.name == "raw16"}
    for one in values:
        if one.sunspec not in counted | unscaled:
            assert (one.value, one.reason) == (None, "not available")


def test_registers_are_as_the_specification_says() -> None:
    registers = compose_device([Part(1, {"Mn": "Acme", "DA": 7})])
    assert registers[:6] == [0x5375, 0x6E53, 1, 66, 0x4163, 0x6D65]
    assert registers[-4:] == [7, 0x8000, 0xFFFF, 0]


def test_a_scale_factor_is_applied_backwards() -> None:
    data = compose_model(Part(103, {"W": 1234.5, "W_SF": -1}))
    assert data[2 * 14 : 2 * 16] == b"\x30\x39\xff\xff"


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (Part(4711), "4711 is not known"),
        (Part(103, {"Watts": 1}), "no point Watts"),
        (Part(103, {"W": 40_000}), "int16"),
        (Part(103, {"W": 1, "W_SF": 0.5}), "whole number"),
        (Part(705, {"NPt": "two"}), "whole number"),
        (Part(103, {"St": "NO_SUCH"}), "no label"),
        (Part(11, {"MAC": "00:11"}), "six bytes"),
    ],
)
def test_what_cannot_be_made_is_said(part: Part, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        compose_model(part)


def test_every_kind_has_registers_for_what_is_missing() -> None:
    for kind in KINDS.values():
        size = kind.registers or 3
        assert len(missing_data(kind, size)) == 2 * size
