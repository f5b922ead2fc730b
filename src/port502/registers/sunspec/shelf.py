"""The SunSpec models that are known: one data file each, read when it is first asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

from port502.errors import ConfigError
from port502.registers.sunspec.model import Model, ModelGroup, point

_FOLDER = files("port502.registers.sunspec") / "models"


@lru_cache(maxsize=1)
def known_models() -> tuple[int, ...]:
    """The ids of all known models, in order."""
    names = (entry.name for entry in _FOLDER.iterdir())
    return tuple(sorted(int(name.removesuffix(".json")) for name in names if name.endswith(".json")))


@lru_cache(maxsize=512)
def find_model(model_id: int) -> Model | None:
    """The model with an id (0-65535), None where it is not known."""
    path = _FOLDER / f"{int(model_id)}.json"
    if not path.is_file():
        return None
    return parse_model(path.read_text(encoding="utf-8"))


def parse_model(text: str) -> Model:
    """A model out of the JSON text of its file; raises ConfigError for any other text."""
    try:
        content: Mapping[str, Any] = json.loads(text)
        group = _group(content)
        model = Model(content["id"], content["name"], content["label"], group)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise ConfigError(f"this is no SunSpec model: {type(error).__name__}: {error}") from None
    empty = [one.name for one in group.each() if one.count is not None and one.size < 1]
    if empty:
        raise ConfigError(f"SunSpec model {model.id}: the repeated group {empty[0]} has no points")
    return model


def _group(content: Mapping[str, Any]) -> ModelGroup:
    return ModelGroup(
        content["name"],
        content.get("count"),
        tuple(point(**entry) for entry in content["points"]),
        tuple(_group(entry) for entry in content.get("groups", ())),
    )
