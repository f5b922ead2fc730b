"""The converter's input: one entry per device and source, one fact per register."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LONGEST_LABEL = 48
HIGHEST = {"int16": 0x7FFF, "uint32": 0xFFFFFFFF, "int32": 0x7FFFFFFF, "float32": 3e38}
"""The highest raw value of a type, where it is not that of a uint16."""


@dataclass(slots=True)
class Fact:
    """What one source says of one register, coil or string."""

    name: str
    table: str
    address: int
    type: str
    length: int
    scale: float
    offset: float
    unit: str
    writable: bool
    order: str = "abcd"
    enum: dict[int, str] = field(default_factory=dict)
    bits: dict[int, str] = field(default_factory=dict)
    mask: int | None = None
    sentinels: list[int] = field(default_factory=list)
    limits: tuple[float, float] | None = None
    poll: str = ""
    scale_register: str = ""
    negated: bool = False
    applies_to: str = ""
    agree: int = 0
    disagree: int = 0

    @property
    def end(self) -> int:
        """The first address behind the fact."""
        return self.address + self.length


@dataclass(slots=True)
class Entry:
    """One device as one source describes it."""

    id: str
    family: str
    manufacturer: str
    models: list[str]
    category: str
    port: int
    unit: int
    source: dict[str, Any]
    extractor: str
    evidence: str
    notes: str
    fingerprint: list[dict[str, Any]]
    facts: list[Fact]

    @property
    def origin(self) -> str:
        """Repository and file, or the manual's page."""
        return f"{self.source['repo']} {self.source['file']}"


def read_entries(path: Path) -> Iterator[Entry]:
    """The entries of a JSON Lines file, in order."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield entry_of(json.loads(line))


def entry_of(raw: dict[str, Any]) -> Entry:
    """One entry from its JSON object."""
    return Entry(
        id=raw["id"],
        family=raw["family"],
        manufacturer=raw["manufacturer"],
        models=raw["models"],
        category=raw["category"],
        port=raw["default_port"],
        unit=raw["default_unit_id"],
        source=raw["source"],
        extractor=raw["extractor"],
        evidence=raw.get("evidence", ""),
        notes=raw.get("notes", ""),
        fingerprint=raw.get("fingerprint", []),
        facts=[fact_of(point, raw["word_order"], raw["extractor"]) for point in raw["points"]],
    )


def fact_of(raw: dict[str, Any], default_order: str, extractor: str) -> Fact:
    """One fact from its JSON object."""
    writable = raw["access"] == "rw"
    scale = raw["scale"]
    if extractor == "evcc_templates" and writable and scale not in (0, 1):
        scale = _inverse(scale)  # this source gives for what is written the factor from value to register
    nan = raw.get("nan_values", [raw["nan_value"]] if "nan_value" in raw else [])
    mask = raw.get("mask", 1 << raw["bit"] if "bit" in raw else None)
    if mask is not None and scale < 1:
        scale = 1  # it only brought the field down to bit 0, which a mask does by itself
    order = raw.get("word_order", default_order)
    return Fact(
        name=raw["name"],
        table=raw["table"],
        address=raw["address"],
        type=raw["type"],
        length=raw["length"],
        scale=scale,
        offset=raw["offset"],
        unit=raw["unit"],
        writable=writable and raw["table"] in ("holding", "coil"),
        order="cdab" if order == "little" and raw["length"] in (2, 4) and raw["type"] != "string" else "abcd",
        enum=labels_of(raw.get("enum", {})),
        bits=labels_of(raw.get("bits", {})),
        mask=mask,
        sentinels=[_typed(value, raw["type"]) for value in nan],
        limits=_limits(raw) if writable else None,
        poll=raw.get("poll_class", ""),
        scale_register=raw.get("scale_register", ""),
        negated=raw.get("invert", False),
        applies_to=raw.get("applies_to", ""),
        agree=raw.get("agree", 0),
        disagree=raw.get("disagree", 0),
    )


def labels_of(raw: dict[str, Any]) -> dict[int, str]:
    """Labels by their number, no two alike."""
    found: dict[int, str] = {}
    for key, text in raw.items():
        if _whole(key):
            label = label_of(text)
            taken = {other.lower() for other in found.values()}
            found[int(key)] = f"{label} ({key})" if label.lower() in taken else label
    return found


def label_of(text: object) -> str:
    """A label on one line, without what a source says beyond it: a sentence is cut where its first part ends."""
    label = " ".join(str(text).split()).strip(" .")
    if len(label) <= LONGEST_LABEL:
        return label
    head = re.split(r"[:;,(]| - |\. ", label, maxsplit=1)[0].strip()
    if 3 <= len(head) <= LONGEST_LABEL:
        return head
    return label[:LONGEST_LABEL].rsplit(" ", 1)[0]


def _inverse(scale: float) -> float:
    return float(f"{1 / scale:.12g}")


def _whole(text: str) -> bool:
    return text.lstrip("-").isdecimal()


def _typed(value: int, kind: str) -> int:
    """A sentinel as the type shows it: 32768 is -32768 to an int16."""
    if kind == "int16" and value > 0x7FFF:
        return value - 0x10000
    if kind == "uint16" and value < 0:
        return value + 0x10000
    return value


def _limits(raw: dict[str, Any]) -> tuple[float, float] | None:
    """The limits of a write in engineering units; a valid range is one of raw values, the same at scale 1 only."""
    pairs = [raw.get("write_limits"), raw.get("valid_range") if raw["scale"] == 1 else None]
    for pair in pairs:
        if pair and all(isinstance(number, int | float) for number in pair) and pair[0] < pair[1]:
            highest = HIGHEST.get(raw["type"], 0xFFFF) * abs(raw["scale"]) + abs(raw["offset"])
            return (pair[0], pair[1]) if max(abs(pair[0]), abs(pair[1])) <= highest else None
    return None
