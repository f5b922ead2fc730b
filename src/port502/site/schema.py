"""The JSON Schema of each kind of file, so that editors complete and check what is typed."""

from __future__ import annotations

from typing import Any

from port502.errors import UsageError
from port502.site.baseline_model import BaselineFile
from port502.site.device_model import DeviceFile
from port502.site.durations import DURATION_PATTERN, SIZE_PATTERN, duration_text, size_text
from port502.site.file_kind import BASELINE, DEVICE, MAP, PLANT, POLICY, SITE
from port502.site.kinds import Section
from port502.site.map_model import MapFile
from port502.site.model import SiteFile
from port502.site.plant_model import PlantFile
from port502.site.policy_model import PolicyFile

MODELS: dict[str, type[Section]] = {
    SITE: SiteFile,
    DEVICE: DeviceFile,
    MAP: MapFile,
    PLANT: PlantFile,
    POLICY: PolicyFile,
    BASELINE: BaselineFile,
}
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(kind: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a kind of file; raises UsageError for a kind that is none."""
    if kind not in MODELS:
        raise UsageError(f"no kind of file {kind!r}; there are {', '.join(MODELS)}")
    schema = _tidy(MODELS[kind].model_json_schema())
    return {"$schema": DIALECT, **schema, "title": f"port502 {kind} file"}


def _tidy(part: Any) -> Any:
    """The schema as a reader of the file knows it: no null, no titles, defaults as they would be written."""
    if isinstance(part, list):
        return [_tidy(one) for one in part]
    if not isinstance(part, dict):
        return part
    tidy = {key: _tidy(value) for key, value in part.items() if key != "title" or not isinstance(value, str)}
    if isinstance(tidy.get("default"), dict) or ("default" in tidy and tidy["default"] is None):
        del tidy["default"]
    choices = tidy.get("anyOf", [])
    if {"type": "null"} in choices:
        choices.remove({"type": "null"})
        if len(choices) == 1:
            del tidy["anyOf"]
            tidy |= choices[0]
    if "default" in tidy:
        tidy["default"] = _as_written(tidy["default"], tidy, choices)
    return tidy


def _as_written(value: Any, part: dict[str, Any], choices: list[dict[str, Any]]) -> Any:
    patterns = {part.get("pattern"), *(choice.get("pattern") for choice in choices)}
    if isinstance(value, float) and DURATION_PATTERN in patterns:
        return duration_text(value)
    return size_text(value) if isinstance(value, int) and SIZE_PATTERN in patterns else value
