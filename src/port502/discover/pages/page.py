"""What stands on a report's page, whatever its form: a verdict, and headings with rows of text below it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, a paragraph, and a table of two or three columns under it; empty parts are left out.

    A cell of several lines is shown as such.
    """

    heading: str
    text: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A report in parts; ``level`` is fault, notice or fine."""

    title: str
    verdict: str
    code: str
    confidence: str
    level: str
    fix: str
    sections: tuple[Section, ...]
    foot: str
