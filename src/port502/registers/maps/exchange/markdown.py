"""A map as a table in Markdown, for manuals and pages."""

from __future__ import annotations

from port502.registers.maps.model import DeviceMap, MapPoint


def to_markdown(known: DeviceMap) -> tuple[str, list[str]]:
    """The page; nothing has to be left out."""
    lines = [
        f"# {known.manufacturer} {', '.join(known.models) or known.name}".rstrip(),
        "",
        f"Map `{known.name}`: {known.category}, {known.status}, {len(known.points)} points. Addresses are zero-based.",
        "",
        *(f"- {_cell(note)}" for note in known.notes),
        *([""] if known.notes else []),
        "| point | table | address | type | scale | unit | quantity | meaning |",
        "|---|---|---:|---|---:|---|---|---|",
        *(_row(one) for one in known.points.values()),
        "",
        *(
            f"Source: {_cell(one.source)}{f' ({one.licence})' if one.licence else ''}"
            for one in known.provenance
        ),
    ]
    return "\n".join(lines).rstrip() + "\n", []


def _row(one: MapPoint) -> str:
    point, meaning = one.point, one.point.meaning
    told = []
    if meaning is not None:
        told += [f"{number} {label}" for number, label in meaning.enum or meaning.flags]
        told += [f"bits {meaning.mask:#x}"] if meaning.mask is not None else []
        told += [f"scale in {meaning.scale_register.address}"] if meaning.scale_register is not None else []
        told += [f"time: {meaning.epoch}"] if meaning.epoch else []
    if one.write is not None:
        told.append("may be written")
    kind = point.type + (f"[{point.length}]" if point.length else "")
    kind += f":{point.order}" if point.order != "abcd" else ""
    kind += f"*{point.count}" if point.count > 1 else ""
    scale = "" if point.scale == 1 and not point.offset else f"{point.scale:g}"
    scale += f" {point.offset:+g}" if point.offset else ""
    cells = (
        f"`{one.name}`", str(point.table), str(point.address), kind, scale, point.unit, one.quantity,
        "; ".join(filter(None, (*told, one.sign, one.note))),
    )  # fmt: skip
    return "| " + " | ".join(map(_cell, cells)) + " |"


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")
