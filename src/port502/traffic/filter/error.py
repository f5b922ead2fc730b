"""What is wrong with a filter, and where."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from port502.errors import UsageError


class FilterError(UsageError):
    """A filter that means nothing; the message begins with the column (from 1)."""

    def __init__(self, column: int, text: str) -> None:
        super().__init__(f"filter, column {column}: {text}")
        self.column = column


def nearest(word: str, known: Iterable[str]) -> str:
    """The known words that are spelled most alike, as the end of a sentence; empty when none is."""
    close = get_close_matches(word[:60], list(known), 2, 0.5)
    return f"; did you mean {' or '.join(close)}?" if close else ""
