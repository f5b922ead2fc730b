"""Reads the fenced blocks of a Markdown page and what its comments say about running them.

A comment on the line before a block tells what the block is:

``<!-- file: NAME -->``     the block's text is the file NAME of the reader's folder
``<!-- background -->``     the command goes on in another terminal until the end of the page
``<!-- set-up -->``         commands for a fresh clone: their make targets must exist
``<!-- exit: N -->``        the command ends with this code
``<!-- on: HOST -->``       commands for a machine that the reader has not: a test of their own runs them, on such hosts

A ``text`` block right after a ``bash`` block is that command's output: its lines must appear in that order,
where ``…`` stands for anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_FENCE = re.compile(
    r"(?:^<!-- (?P<note>[a-z-]+)(?:: (?P<argument>[^>]*?))? -->\n)?"
    r"^```(?P<language>\w*)[^\n]*\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Snippet:
    """One fenced block: where it stands, what language it is in, and what its comment says."""

    page: Path
    line: int
    language: str
    text: str
    note: str
    argument: str

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"


def snippets(page: Path) -> list[Snippet]:
    """Every fenced block of a page, in order."""
    text = page.read_text()
    return [
        Snippet(
            page,
            text.count("\n", 0, found.start("text")),
            found["language"],
            found["text"],
            found["note"] or "",
            found["argument"] or "",
        )
        for found in _FENCE.finditer(text)
    ]


def shows(expected: str, output: str) -> bool:
    """Whether the expected lines appear in the output in their order; ``…`` in them stands for anything."""
    lines = iter(line.strip() for line in output.splitlines())
    for line in expected.splitlines():
        parts = [" ".join(part.split()) for part in line.strip().split("…")]
        pattern = re.compile(".*".join(map(re.escape, parts)))
        if line.strip() and not any(pattern.fullmatch(" ".join(candidate.split())) for candidate in lines):
            return False
    return True
