"""A history as CSV that a spreadsheet opens without running anything in it."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable
from typing import TextIO

from port502.collect.sample import Sample, Value
from port502.history.when import format_time

COLUMNS = ("time", "point", "value", "quality", "reason")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def export_csv(stream: TextIO, samples: Iterable[Sample]) -> int:
    """Writes a header and a line per sample (RFC 4180; open the stream with ``newline=""``); counts samples.

    Times are RFC 3339 in UTC. Numbers are written so that they read back exactly, booleans as true and false,
    lists as JSON, nothing known as an empty field. Text that a spreadsheet would run as a formula gets a
    leading apostrophe, control characters become visible escapes.
    """
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    count = 0
    for sample in samples:
        writer.writerow(
            (
                format_time(sample.time),
                safe_text(sample.point),
                field_text(sample.value),
                safe_text(sample.quality),
                safe_text(sample.reason),
            )
        )
        count += 1
    return count


def safe_text(text: str) -> str:
    """Text that neither a spreadsheet nor a terminal takes for a command."""
    if not text.isprintable():
        text = "".join(
            part if part.isprintable() else part.encode("unicode_escape").decode() for part in text
        )
    return "'" + text if text.startswith(_FORMULA) else text


def field_text(value: Value) -> str:
    """A value as it stands in a cell: numbers read back exactly, and no text is run by a spreadsheet."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return safe_text(value)
    if isinstance(value, tuple):
        return safe_text(json.dumps(value))
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
    return repr(value)
