"""A report as Markdown."""

from __future__ import annotations

from port502.discover.pages.page import Page, Section


def markdown(made: Page) -> str:
    """The whole page."""
    parts = [
        f"# {_plain(made.title)}",
        f"**{made.code} · {_plain(made.verdict)}** ({made.confidence})",
        f"**Do:** {_plain(made.fix)}",
        *(_section(one) for one in made.sections),
        f"*{made.foot}*",
    ]
    return "\n\n".join(parts) + "\n"


def _section(section: Section) -> str:
    lines = [f"## {_plain(section.heading)}"]
    if section.text:
        lines += ["", _plain(section.text)]
    if section.rows:
        lines += ["", _row(section.columns), _row(("---",) * len(section.columns))]
        lines += [_row(row) for row in section.rows]
    return "\n".join(lines)


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(map(_cell, cells))} |"


def _cell(text: str) -> str:
    return "<br>".join(_plain(line).replace("|", "\\|") for line in text.strip().splitlines())


def _plain(text: str) -> str:
    """Text of a device in one line, with nothing that Markdown or HTML would take for its own."""
    line = " ".join(text.split())
    return line.replace("<", "&lt;").replace(">", "&gt;")
