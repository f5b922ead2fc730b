"""A merged family as YAML text: head, provenance, then one line for every point."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from tools.maps.facts import Entry, Fact
from tools.maps.families import Place
from tools.maps.fingerprints import rules_of
from tools.maps.merge import Merged, Named

PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_ /.+%-]*(?<! )")
WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n", "~"}
WIDTH = 110
ORDERS = {"abcd", "cdab", "badc", "dcba"}


def map_text(place: Place, category: str, status: str, entries: list[Entry], merged: Merged,
             notes: Iterable[str] = ()) -> str:  # fmt: skip
    """The whole YAML text of one map."""
    order = byte_order(merged)
    lines = [
        f"map: {place.name}",
        f"manufacturer: {scalar(place.manufacturer)}",
        f"models: {flow(list(place.models))}",
        f"category: {category}",
        f"status: {status}",
    ]
    if order != "abcd":
        lines.append(f"byte_order: {order}")
    if (unit := entries[0].unit) != 1:
        lines.append(f"default_unit: {unit}")
    if (port := entries[0].port) != 502:
        lines.append(f"default_port: {port}")
    lines += ["provenance:", *(f"  - {flow(source)}" for source in provenance(entries))]
    every = [*notes, *merged.notes]
    if every:
        lines += ["notes:", *(f"  - {scalar(note)}" for note in every)]
    rules = rules_of([rule for entry in entries for rule in entry.fingerprint])
    if rules:
        lines += ["fingerprint:", *(f"  - {flow(rule)}" for rule in rules)]
    lines += [
        "points:",
        *(f"  {name}: {flow(point_of(point, order))}" for name, point in merged.points.items()),
    ]
    return "\n".join(lines) + "\n"


def provenance(entries: list[Entry]) -> list[dict[str, str]]:
    """Every source once: repository and file with its licence, or the manual and its page."""
    found: dict[str, dict[str, str]] = {}
    for entry in entries:
        if entry.source["repo"] == "vendor manual":
            found[entry.origin] = {"source": f"manual: {entry.source['file']}", "licence": "facts"}
        else:
            found[entry.origin] = {"source": entry.origin, "licence": entry.source["licence"]}
    return list(found.values())


def byte_order(merged: Merged) -> str:
    """The order of most values of several registers."""
    orders = [point.fact.order for point in merged.points.values() if point.fact.length in (2, 4)]
    numbers = [order for order in orders if order in ORDERS]
    return max(ORDERS, key=lambda order: (numbers.count(order), order == "abcd")) if numbers else "abcd"


def point_of(point: Named, order: str) -> dict[str, Any]:
    """One point as the mapping that stands on its line."""
    fact, meaning = point.fact, point.meaning
    kind = "uint16" if fact.type == "bits" else fact.type
    of_bits = fact.table in ("coil", "discrete")
    line: dict[str, Any] = {"ref": f"{fact.table}:{fact.address}"}
    if not of_bits and kind != "uint16":
        line["type"] = kind
    if kind == "string":
        line["length"] = fact.length
    if fact.length > 1 and fact.order != (
        "abcd" if kind == "string" else order
    ):  # a text stands as it is read
        line["order"] = fact.order
    numeric = not of_bits and kind != "string"
    if numeric and fact.scale != 1:
        line["scale"] = number(fact.scale)
    if numeric and fact.offset:
        line["offset"] = number(fact.offset)
    if numeric and fact.scale_register:
        line["scale_register"] = fact.scale_register
    labelled = bool(fact.enum or fact.bits)
    if numeric and fact.unit and not labelled:
        line["unit"] = fact.unit
    if point.quantity:
        line["quantity"] = point.quantity
    if point.quantity and meaning.phase:
        line["phase"] = meaning.phase
    _add_meaning(line, fact, numeric=numeric)
    if fact.poll:
        line["poll"] = fact.poll
    if fact.writable and fact.table in ("holding", "coil"):
        line["write"] = writing(fact)
    return line


def _add_meaning(line: dict[str, Any], fact: Fact, *, numeric: bool) -> None:
    """Masks, enumerations, flags and sentinels of a point."""
    if numeric and fact.mask is not None:
        line["mask"] = f"0x{fact.mask:04X}"
    if fact.enum and numeric:
        line["enum"] = fact.enum
    elif fact.bits and numeric:
        line["flags"] = fact.bits
    if numeric and fact.sentinels:
        line["nan"] = fact.sentinels


def writing(fact: Fact) -> dict[str, Any]:
    """The write block of a point: the function, and limits in the point's own unit."""
    if fact.table == "coil":
        return {"function": 5}
    block: dict[str, Any] = {"function": 6 if fact.length == 1 else 16}
    if fact.limits and not fact.enum and not fact.bits:
        block["min"], block["max"] = number(fact.limits[0]), number(fact.limits[1])
    return block


def number(value: float) -> float | int:
    """A number without the noise of floating point, whole ones as integers."""
    rounded = float(f"{value:.10g}")
    return int(rounded) if rounded.is_integer() else rounded


def flow(value: Any) -> str:
    """A value in YAML's flow style."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key if isinstance(key, int) else scalar(key)}: {flow(one)}"
                               for key, one in value.items()) + "}"  # fmt: skip
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(one) for one in value) + "]"
    return scalar(value)


def scalar(value: Any) -> str:
    """A value on one line, quoted only where YAML would read something else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        text = f"{value:.10f}".rstrip("0") if 1e-10 < abs(value) < 1 else repr(value)
        return text
    if isinstance(value, int):
        return str(value)
    text = str(value).replace("\n", " ")
    if re.fullmatch(r"0x[0-9A-Fa-f]+", text):
        return text
    if re.fullmatch(r"(?:holding|input|coil|discrete):\d+", text):
        return text
    if PLAIN.fullmatch(text) and text.lower() not in WORDS:
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
