"""An explained frame on a page: its bytes field by field, what they mean, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from nicegui import ui

from port502.traffic.decoding.layout import Field, both_ways
from port502.web.pages.frame import card
from port502.web.pages.tooling import DOUBT, WELL, WRONG, said
from port502.web.pages.words import value_text
from port502.web.tools.frames import Explained

MOST_BYTES = 12
MOST_FIELDS = 140


def show_frame(one: Explained) -> None:
    """Show a frame in a card: the verdict first, then its bytes, its fields, its values."""
    decoded = one.decoded
    with card(one.title):
        if not decoded.problems:
            said(WELL, "Nothing is wrong with it.")
        for problem in decoded.problems:
            place = "" if problem.at is None else f"byte {problem.at}: "
            said(WRONG, f"{place}{problem}")
        for doubt in one.doubts:
            said(DOUBT, doubt)
        ui.html(_bytes(one), sanitize=False).classes("w-full")
        wide(_fields(one), "Fields")
        if one.readings:
            ui.label("What the registers may mean").classes("p5-title")
            rows = [(each.name, f"{each.score:.0%}", each.text) for each in one.readings]
            wide(table(("read as", "likely", "values"), rows), "Readings")
        if one.named:
            ui.label("What the map says").classes("p5-title")
            named = [
                (
                    each.point.name,
                    f"{value_text(each.value)} {each.point.unit}" if each.value is not None else each.fault,
                    f"{both_ways(each.point.table, each.point.address)} {each.point.type}",
                )
                for each in one.named
            ]
            wide(table(("point", "value", "place"), named), "Points")


def wide(content: str, label: str) -> ui.html:
    """A table that scrolls in itself where the screen is narrow, by keyboard too."""
    made = ui.html(content, sanitize=False).classes("p5-wide")
    return made.props(f'tabindex=0 role="region" aria-label="{label}"')


def table(headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A table as HTML, everything in it escaped."""
    head = "".join(f"<th scope='col'>{escape(one)}</th>" for one in headings)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(_plain(cell))}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table class='p5-table'><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _bytes(one: Explained) -> str:
    """Each field as a box: its bytes, and its name below, so that colour is not all that tells them apart."""
    wrong = {problem.at for problem in one.decoded.problems if problem.at is not None}
    boxes = []
    for field in one.decoded.fields[:MOST_FIELDS]:
        faulty = any(field.start <= at < field.start + field.size for at in wrong)
        mark = " ■" if faulty else ""
        boxes.append(
            f"<div class='p5-field k-{escape(field.kind)}{' is-wrong' if faulty else ''}'>"
            f"<span class='p5-mono'>{escape(_hex(one, field))}</span>"
            f"<span class='p5-field-name'>{escape(field.name)}{mark}</span></div>"
        )
    return f"<div class='p5-bytes' aria-hidden='true'>{''.join(boxes)}</div>"


def _fields(one: Explained) -> str:
    rows = [
        (
            str(field.start),
            _hex(one, field),
            field.name,
            str(field.value) if isinstance(field.value, int) else "",
            field.text,
        )
        for field in one.decoded.fields[:MOST_FIELDS]
    ]
    return table(("byte", "hex", "field", "value", "meaning"), rows)


def _hex(one: Explained, field: Field) -> str:
    raw = one.decoded.raw[field.start : field.start + field.size]
    if one.decoded.framing == "ascii":
        return raw.decode("latin-1").strip() or raw.hex(" ")
    return raw.hex(" ") if len(raw) <= MOST_BYTES else f"{raw[:MOST_BYTES].hex(' ')} ... ({len(raw)} bytes)"


def _plain(text: str) -> str:
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)
