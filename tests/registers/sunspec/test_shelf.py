"""The shelf of models: complete, sound, and quick to reach."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from port502.errors import ConfigError
from port502.registers.maps.units import parse_unit
from port502.registers.sunspec import shelf
from port502.registers.sunspec.kinds import Role
from port502.registers.sunspec.model import ModelGroup
from port502.registers.sunspec.shelf import find_model, known_models, parse_model

REQUIRED = (
    *range(1, 20), 101, 102, 103, 111, 112, 113, *range(120, 146), 160, 201, 202, 203, 204, 211, 212, 214, 220,
    302, 304, 305, 306, 307, 308, 401, 402, 403, 404, 501, 502, 601, 701, 702, 703, *range(705, 716),
    802, 803, 804, 805, 807, 63001, 63002, 64001, 64020, 64101, 64111, 64112, *range(64410, 64416),
)  # fmt: skip


def test_all_models_are_there() -> None:
    assert len(REQUIRED) == 105
    assert set(REQUIRED) <= set(known_models())
    assert find_model(4711) is None


def test_names_are_unique() -> None:
    names = [find_model(model_id).name for model_id in known_models()]  # type: ignore[union-attr]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("model_id", known_models())
def test_a_model_is_sound(model_id: int) -> None:
    model = find_model(model_id)
    assert model is not None
    assert model.id == model_id
    assert [one.name for one in model.group.points[:2]] == ["ID", "L"]
    outermost = {one.name for one in model.group.points}
    for group in model.group.each():
        assert group.count is None or isinstance(group.count, int) or group.count in outermost
        for one in group.points:
            assert one.size >= 1
            parse_unit(one.unit)
    check_scales(model.group, set())


def check_scales(group: ModelGroup, around: set[str]) -> None:
    """Every scale factor is one of the group or of those around it."""
    scales = around | {one.name for one in group.points if one.kind.role is Role.SCALE}
    for one in group.points:
        if isinstance(one.scale, str):
            assert one.scale in scales, one.name
            assert one.kind.is_scalable, one.name
    for inner in group.groups:
        check_scales(inner, scales)


def test_files_are_small_and_all_of_models() -> None:
    folder = Path(shelf.__file__).parent / "models"
    for path in folder.iterdir():
        assert path.stem.isdigit()
        assert path.stat().st_size < 200_000
        assert json.loads(path.read_text())["id"] == int(path.stem)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"id": 1, "name": "x", "label": "X", "points": [{"name": "A", "type": "uint7"}]}',
        '{"id": 1, "name": "x", "label": "X", "points": [{"name": "A"}]}',
        '{"id": 1, "name": "x", "label": "X", "points": [], "groups": [{"name": "g", "count": 0, "points": []}]}',
    ],
)
def test_a_file_that_is_no_model_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        parse_model(text)
