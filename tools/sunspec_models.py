"""Write the SunSpec model files of the registers room from a checkout of github.com/sunspec/models.

    python tools/sunspec_models.py CHECKOUT

Only facts are taken over: names, types, sizes, units, symbols, nesting and the short labels. Points are one per
line, so that a change of the models reads well in a diff.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[1] / "src" / "port502" / "registers" / "sunspec" / "models"

# What the models write, in many hands, as a unit of measure; percentages of a rating are percentages.
UNITS = {
    "Secs": "s", "Sec": "s", "S": "s", "mSecs": "ms", "C": "Cel", "Pct": "%", "VNomPct": "%", "WMaxPct": "%",
    "VarPct": "%", "%WHRtg": "%", "VA": "V.A", "VAh": "V.A.h", "var": "V.A{reactive}", "Var": "V.A{reactive}",
    "varh": "V.A.h{reactive}", "Varh": "V.A.h{reactive}", "Wh": "W.h", "WH": "W.h", "kWh": "kW.h", "Ah": "A.h",
    "AH": "A.h", "kAH": "kA.h", "Degrees": "deg", "W/m^2": "W/m2", "ohms": "Ohm", "kO": "kOhm", "Vm": "{V/m}",
    "meters": "m", "mps": "m/s", "HPa": "hPa", "Mbps": "{Mbit/s}", "bps": "bit/s",
}  # fmt: skip
NO_UNIT = {
    "cos()", "PF", "SF", "text", "DeptRef", "hhmmss", "hhmmss.sssZ", "YYYYMMDD", "%ARtg/%dV", "Tms", "Tmh", "Tmd",
}  # fmt: skip
PER = {"sec": "/s", "Sec": "/s", "min": "/min", "Hz": "/Hz"}


def unit_of(text: str) -> str:
    """The UCUM code of a unit, empty for none."""
    text = text.strip()
    if text in NO_UNIT:
        return ""
    if text in UNITS:
        return UNITS[text]
    if text.startswith("%"):
        return "%" + PER.get(text.rpartition("/")[2], "")
    return text


def label_of(entry: dict[str, Any]) -> str:
    """The short label, with single spaces."""
    return " ".join(str(entry.get("label") or entry["name"]).split())


def point_of(entry: dict[str, Any]) -> dict[str, Any]:
    """One point; what is as usual is left out."""
    point: dict[str, Any] = {"name": entry["name"], "type": entry["type"]}
    if entry["type"] == "string":
        point["size"] = entry["size"]
    if entry["type"] == "pad":
        return point
    point["label"] = label_of(entry)
    if unit := unit_of(entry.get("units", "")):
        point["unit"] = unit
    if "sf" in entry:
        point["scale"] = entry["sf"]
    if entry.get("access") == "RW":
        point["writable"] = True
    if entry.get("mandatory") == "M":
        point["mandatory"] = True
    if symbols := entry.get("symbols"):
        point["symbols"] = {str(one["value"]): one["name"] for one in symbols}
    return point


def group_of(entry: dict[str, Any]) -> dict[str, Any]:
    """A group with its points and the groups within; ``count`` is 0 where it fills the rest of the model."""
    group: dict[str, Any] = {"name": entry["name"]}
    if "count" in entry:
        group["count"] = entry["count"]
    group["points"] = [point_of(point) for point in entry["points"]]
    if "groups" in entry:
        group["groups"] = [group_of(inner) for inner in entry["groups"]]
    return group


def model_of(entry: dict[str, Any]) -> dict[str, Any]:
    """A whole model."""
    group = group_of(entry["group"])
    label = label_of(entry["group"])
    return {"id": entry["id"], "name": name_of(group.pop("name"), label), "label": label, **group}


def name_of(name: str, label: str) -> str:
    """The model's name in lower case; out of its label where the name is only a number."""
    if name.startswith("model_"):
        name = re.sub(r" Model\b", "", label)
    else:
        name = re.sub(r"([a-z0-9])([A-Z])|([A-Z]{2,})([A-Z][a-z])", r"\1\3_\2\4", name)
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def text_of(content: dict[str, Any], indent: str = "") -> str:
    """JSON with one line for each point."""
    lines = []
    inner = indent + " "
    for key, value in content.items():
        if key == "points":
            points = f",\n{inner} ".join(json.dumps(point, ensure_ascii=False) for point in value)
            lines.append(f'"points": [\n{inner} {points}\n{inner}]')
        elif key == "groups":
            groups = f",\n{inner} ".join(text_of(group, inner + " ") for group in value)
            lines.append(f'"groups": [\n{inner} {groups}\n{inner}]')
        else:
            lines.append(f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}")
    return "{\n" + inner + f",\n{inner}".join(lines) + f"\n{indent}}}"


def main(checkout: Path) -> None:
    """Write all models of a checkout."""
    TARGET.mkdir(exist_ok=True)
    for path in sorted((checkout / "json").glob("model_*.json")):
        model = model_of(json.loads(path.read_text()))
        (TARGET / f"{model['id']}.json").write_text(text_of(model) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
