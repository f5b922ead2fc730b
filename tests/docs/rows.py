"""The rows of the guides, each with its command, its page and its test; and the reference page made of them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("rows.toml")

HEAD = """# Row by row

Every row of every table, and every item of a list that is knowledge, of three guides that users come with: what does
it, where it is told, and which test proves it. A row without a command, a page or a test fails the tests.
"""


@dataclass(frozen=True)
class Row:
    """One row of a guide; ``page`` is a file of the documentation, ``explain TOPIC`` or ``finding CODE``.

    ``says`` are words that its command prints, where that is what proves the row.
    """

    document: str
    section: str
    text: str
    command: str
    page: str
    test: str
    says: str = ""

    def __str__(self) -> str:
        return f"{self.document}, {self.section}: {self.text}"


def rows(file: Path = FILE) -> list[Row]:
    """All rows in the order of the guides; what a row does not say itself, its section says."""
    return [
        Row(
            section["document"],
            section["title"],
            row["row"],
            row.get("command", section["command"]),
            row.get("page", section["page"]),
            row.get("test", section["test"]),
            row.get("says", ""),
        )
        for section in tomllib.loads(file.read_text())["section"]
        for row in section["rows"]
    ]


def page() -> str:
    """The reference page."""
    return "\n".join([HEAD, *_tables(rows())]) + "\n"


def _tables(known: list[Row]) -> Iterator[str]:
    document = section = ""
    for row in known:
        if row.document != document:
            yield f"\n## {row.document}"
        if (row.document, row.section) != (document, section):
            yield f"\n### {row.section}\n\n| row | command | page | test |\n|---|---|---|---|"
        document, section = row.document, row.section
        yield f"| {_cell(row.text)} | `{_cell(row.command)}` | {_link(row.page)} | `{row.test}` |"


def _link(where: str) -> str:
    kind, _, name = where.partition(" ")
    if kind == "explain":
        return f"[{where}](topics.md#{name})"
    if kind == "finding":
        return f"[{name}](findings.md#{anchor(name)})"
    return f"[{where}](../{where})"


def anchor(heading: str) -> str:
    """What a heading is called in a link."""
    plain = re.sub(r"[^\w\s-]", "", heading.strip().lower())
    return re.sub(r"[\s]+", "-", plain)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
