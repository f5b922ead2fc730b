"""Small pieces of YAML: texts in quotes, lists and mappings in one line or several."""

from __future__ import annotations

import json
from collections.abc import Iterable

WIDTH = 100


def quoted(text: str) -> str:
    """Any text as a double-quoted scalar, which is the same in JSON and YAML."""
    return json.dumps(text, ensure_ascii=True)


def comment(text: str) -> str:
    """A text as a line behind ``#``: whatever could end the line is left out."""
    return "# " + " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def listed(items: Iterable[str], indent: int, width: int = WIDTH) -> str:
    """A list between brackets, in lines of at most ``width``; those behind the first begin with ``indent`` blanks."""
    lines: list[str] = []
    line = ""
    for item in items:
        if line and len(line) + len(item) + indent + 3 > width:
            lines.append(f"{line},")
            line = item
        else:
            line = f"{line}, {item}" if line else item
    between = "\n" + " " * indent
    return f"[{between.join([*lines, line])}]"
