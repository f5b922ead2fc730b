"""Maps from foreign files (sheets, Telegraf, Home Assistant, SunSpec models), checked as any map is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from port502.errors import ConfigError, UsageError
from port502.registers.maps.exchange.entries import Entry, Imported, unit_keys
from port502.registers.maps.exchange.home_assistant import from_home_assistant
from port502.registers.maps.exchange.sunspec_json import from_sunspec
from port502.registers.maps.exchange.telegraf import from_telegraf
from port502.registers.maps.exchange.yaml_text import map_text, yaml_of
from port502.registers.maps.model import DeviceMap
from port502.registers.maps.quantities import QUANTITIES
from port502.registers.reference import Reference
from port502.site.document import Document, read_document
from port502.site.faults import ERROR, Fault, SiteFileError
from port502.site.map_file import understand_map
from port502.site.sheet import read_sheet
from port502.site.tree import MOST_BYTES

SHEET, TELEGRAF, HOME_ASSISTANT, SUNSPEC = "sheet", "telegraf", "home-assistant", "sunspec"
FORMATS = (SHEET, TELEGRAF, HOME_ASSISTANT, SUNSPEC)

_BY_SUFFIX = {
    ".csv": SHEET,
    ".xlsx": SHEET,
    ".toml": TELEGRAF,
    ".conf": TELEGRAF,
    ".yaml": HOME_ASSISTANT,
    ".yml": HOME_ASSISTANT,
    ".json": SUNSPEC,
}
SUNSPEC_BASE = 40002
_KEPT = ("ref", "type", "order", "length", "scale", "offset", "write")
_NOT_OF_A_MAP = ("interval", "deadband", "stale", "expression")


@dataclass(frozen=True, slots=True)
class Head:
    """What a map says beside its points, which a foreign file does not know."""

    name: str
    manufacturer: str = "unknown"
    category: str = "other"


@dataclass(frozen=True, slots=True)
class MapImport:
    """A map file's text made of a foreign file, its faults and doubts, and what had to be left out."""

    text: str
    points: int
    faults: tuple[Fault, ...]
    left_out: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether the text is a map that can be used."""
        return not any(fault.severity == ERROR for fault in self.faults)


def import_map(
    path: Path, head: Head, kind: str | None = None, *, unit: int | None = None, base: int = SUNSPEC_BASE
) -> MapImport:
    """A map made of a file; ``kind`` is one of ``FORMATS``, found by the file's name where it is None.

    ``unit`` chooses a device of several, ``base`` is where a SunSpec model begins. Raises ConfigError for a file that
    is not of that kind, UsageError where nobody can know what kind it is.
    """
    kind = kind or format_of(path)
    if kind not in FORMATS:
        raise UsageError(f"{path}: nothing tells what file this is; name its format: {', '.join(FORMATS)}")
    found = _found(path, kind, unit, base)
    if not found.points:
        told = f": {'; '.join(found.left_out[:3])}" if found.left_out else ""
        raise ConfigError(f"{path} has no points that a map can hold{told}")
    said = {
        "map": head.name,
        "manufacturer": head.manufacturer,
        "category": head.category,
        "status": "single-source",
        "provenance": [{"source": path.name}],
    }
    return _checked(head.name, map_text(said, found.points), len(found.points), found.left_out)


def kept_map(known: DeviceMap, left_out: Sequence[str] = ()) -> MapImport:
    """The map that a device made of itself, as a map file; ``left_out`` are points that it could not take.

    What no line of a file can hold is made plain: devices say anything in their texts.
    """
    plain = replace(
        known,
        manufacturer=_plain(known.manufacturer) or "unknown",
        models=tuple(filter(None, map(_plain, known.models))),
    )
    return _checked(known.name, yaml_of(plain), len(known.points), left_out)


def _checked(name: str, text: str, points: int, left_out: Sequence[str]) -> MapImport:
    _, faults = understand_map(Document(Path(f"{name}.yaml"), text, {}))
    return MapImport(text, points, faults, tuple(left_out))


def _plain(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def format_of(path: Path) -> str | None:
    """The format that a file's name tells, None where it tells none."""
    return _BY_SUFFIX.get(path.suffix.lower())


def _found(path: Path, kind: str, unit: int | None, base: int) -> Imported:
    if kind == SHEET:
        return from_sheet(path)
    if kind == HOME_ASSISTANT:
        document = read_document(path, {})
        if not document.readable:
            raise SiteFileError(document.faults)
        return from_home_assistant(document.data, unit)
    text = _text(path)
    return from_telegraf(text) if kind == TELEGRAF else from_sunspec(text, base)


def from_sheet(path: Path) -> Imported:
    """The points of a CSV or XLSX sheet; raises SiteFileError with all faults of a sheet that has any."""
    sheet = read_sheet(path)
    if any(fault.severity == ERROR for fault in sheet.faults):
        raise SiteFileError(sheet.faults)
    imported = Imported()
    for name, row in sheet.points.items():
        lost = [key for key in _NOT_OF_A_MAP if row.get(key) is not None]
        if row.get("ref") is None:
            imported.left_out.append(f"{name}: no 'ref'")
            continue
        imported.left_out += [f"{name}: its {key} belongs into a site file" for key in lost]
        imported.add(name, _entry(row))
    return imported


def _entry(row: dict[str, Any]) -> Entry:
    entry: Entry = {key: row[key] for key in _KEPT if row.get(key) is not None}
    if isinstance(entry["ref"], Reference):
        entry["ref"] = str(entry["ref"])
    entry |= unit_keys(row.get("unit"))
    quantity = row.get("quantity")
    if quantity in QUANTITIES:
        entry["quantity"] = quantity
    return entry


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from None
    if len(data) > MOST_BYTES:
        raise ConfigError(f"{path} is larger than {MOST_BYTES >> 20} MiB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not UTF-8 text") from None
