"""A map's point in words: its place, its type, and what else is known of it."""

from __future__ import annotations

from port502.registers.maps.model import MapPoint

_LABELS_SHOWN = 6


def place_of(one: MapPoint) -> str:
    """Table and zero-based address."""
    return one.point.reference.protocol_form


def type_of(one: MapPoint) -> str:
    """Type and order, the count of several, and what makes a number of it."""
    point = one.point
    text = point.type + (f"[{point.length}]" if point.length is not None else "")
    text += f":{point.order}" if point.order != "abcd" else ""
    text += f"*{point.count}" if point.count > 1 else ""
    text += f" x{point.scale:g}" if point.scale != 1 else ""
    return text + (f" {point.offset:+g}" if point.offset else "")


def remarks(one: MapPoint) -> list[str]:
    """What else is known of a point, in words."""
    found: list[str] = []
    meaning = one.point.meaning
    if meaning is not None:
        if meaning.mask is not None:
            found.append(f"bits {meaning.mask:#x}")
        labels = meaning.enum or meaning.flags
        if labels:
            some = ", ".join(f"{number} {label}" for number, label in labels[:_LABELS_SHOWN])
            found.append(some + (f", ... {len(labels)} in all" if len(labels) > _LABELS_SHOWN else ""))
        if meaning.scale_register is not None:
            found.append(f"scale in {one.point.table}:{meaning.scale_register.address}")
        if meaning.epoch:
            found.append(f"time ({meaning.epoch})")
    if one.write is not None:
        low, high = one.write.minimum, one.write.maximum
        limits = "" if low is None and high is None else f" {_limit(low)}..{_limit(high)}"
        found.append(f"may be written{limits}")
        found += [one.write.note] if one.write.note else []
    if one.when is not None:
        models = ", ".join(one.when.models)
        found.append(f"only {' '.join(filter(None, (models, one.when.firmware)))}")
    return found + [text for text in (one.sign, one.note) if text]


def _limit(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
