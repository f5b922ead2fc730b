"""Where words go: results to stdout, everything else to stderr, colour only where somebody looks."""

from __future__ import annotations

import csv
import json
import math
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

WIDE = 10_000
"""Columns of output that nobody looks at: lines are never wrapped there."""


def say(text: str) -> None:
    """One line for the person at the terminal, on stderr."""
    print(printable(text), file=sys.stderr, flush=True)  # noqa: T201 (this is where the program speaks)


def put(text: str) -> None:
    """One line of result, on stdout."""
    try:
        print(text, flush=True)  # noqa: T201 (this is where the program speaks)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OSError(error.errno, error.strerror, "standard output") from None


def put_json(thing: object) -> None:
    """One JSON object in one line of stdout; a number that JSON has no word for is null."""
    put(json_text(thing))


def json_text(thing: object) -> str:
    """An object as one line of JSON; what would command a terminal stands there as ``\\u`` escapes."""
    text = json.dumps(_sayable(thing), ensure_ascii=False, allow_nan=False)
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else json.dumps(one)[1:-1] for one in text)


def _sayable(thing: object) -> object:
    if isinstance(thing, float) and not math.isfinite(thing):
        return None
    if isinstance(thing, dict):
        return {str(key): _sayable(value) for key, value in thing.items()}
    if isinstance(thing, list | tuple):
        return [_sayable(one) for one in thing]
    return thing


def put_csv(rows: Iterable[Sequence[object]], stream: TextIO | None = None) -> None:
    """Rows of CSV (RFC 4180) on stdout; text that a spreadsheet would run is made harmless."""
    from port502.history.export import safe_text

    writer = csv.writer(stream or sys.stdout, lineterminator="\n")
    for row in rows:
        writer.writerow([safe_text(cell) if isinstance(cell, str) else cell for cell in row])
    (stream or sys.stdout).flush()


def printable(text: str) -> str:
    """Text as a terminal may show it: whatever would command the terminal is written out instead."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def console(stream: TextIO | None = None) -> Console:
    """A console for tables: coloured on a terminal unless NO_COLOR is set, never wrapping elsewhere."""
    from rich.console import Console

    stream = stream or sys.stdout
    looked_at = stream.isatty()
    return Console(
        file=stream,
        width=None if looked_at else WIDE,
        force_terminal=None if looked_at else False,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=not looked_at,
    )


def table(*headings: str, right: Iterable[str] = (), header: bool = True) -> Table:
    """An empty table without lines; the columns named in ``right`` are aligned to the right."""
    from rich.table import Table

    made = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="bold", show_header=header)
    for heading in headings:
        # As wide as its heading even where that is not shown, so that tables that go on keep their columns.
        made.add_column(
            heading,
            justify="right" if heading in set(right) else "left",
            overflow="fold",
            min_width=len(heading),
        )
    return made


def put_table(filled: Table, stream: TextIO | None = None) -> None:
    """A table on stdout (or another stream), without trailing blanks."""
    out = console(stream)
    with out.capture() as capture:
        out.print(filled)
    lines = [line.rstrip() for line in capture.get().splitlines()]
    print("\n".join(lines), file=stream or sys.stdout, flush=True)
