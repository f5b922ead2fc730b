"""Where a family goes: the map's name, the maker's name and the models, and which families are left out."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tools.maps.facts import Entry
from tools.maps.renamed import LEFT_OUT, MAKERS, RENAMED

EXTRACTORS = re.compile(r"-(?:m-ev|c-ev|go|bp|dr|sj|wl|tc|nb|oe)$")


@dataclass(frozen=True, slots=True)
class Place:
    """A map's place in the library."""

    maker: str
    family: str
    manufacturer: str
    models: tuple[str, ...]

    @property
    def name(self) -> str:
        """The map's name, as in ``eastron/sdm630``."""
        return f"{self.maker}/{self.family}"


def place_of(family: str, entries: list[Entry]) -> Place:
    """The place of a family's map, by decision or else from its identifier."""
    manufacturer = MAKERS.get(entries[0].manufacturer, entries[0].manufacturer)
    maker = slug(manufacturer)
    models = _models(entries)
    if family in RENAMED:
        name, *given = RENAMED[family]
        maker, _, name = name.rpartition("/") if "/" in name else (maker, "", name)
        return Place(maker, name, _maker_name(maker, manufacturer), tuple(given) or models)
    name = EXTRACTORS.sub("", family)
    for prefix in (f"{maker}-", f"{slug(entries[0].manufacturer)}-", maker.replace("-", "")):
        while name.startswith(prefix) and name != prefix:
            name = name.removeprefix(prefix).strip("-")
    return Place(maker, name, manufacturer, models)


def left_out(family: str, entries: list[Entry]) -> str:
    """Why a family is not shipped, or empty."""
    if family in LEFT_OUT:
        return LEFT_OUT[family]
    if all(entry.category == "sunspec_model" for entry in entries):
        return "SunSpec model"
    if all(entry.evidence.startswith("recall") for entry in entries):
        return "known from memory only"
    return ""


def slug(text: str) -> str:
    """A text as part of a map's name: small letters, digits and hyphens."""
    plain = text.lower().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("+", "")
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _maker_name(maker: str, manufacturer: str) -> str:
    return next((name for name in MAKERS.values() if slug(name) == maker), manufacturer)


def _models(entries: list[Entry]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for entry in entries:
        for model in entry.models:
            for part in re.findall(r"'([^']+)'", model) or [model]:
                found[part.strip()] = None
    return tuple(model for model in found if model)
