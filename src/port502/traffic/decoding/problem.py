"""What is wrong with a frame, and what most likely made it so."""

from __future__ import annotations

from dataclasses import dataclass

STRUCTURE = frozenset({"cut", "extra", "byte_count", "function"})
"""The kinds that speak against a reading of the bytes; all others are faults of a message that was read right."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: ``kind`` is a stable word, ``text`` holds both numbers, ``cause`` the likely reason or nothing.

    ``at`` is the offset of the field in the frame, None where the whole frame is meant.
    """

    kind: str
    text: str
    cause: str = ""
    at: int | None = None

    @property
    def is_structural(self) -> bool:
        """Whether it says that the bytes are not the message they were taken for."""
        return self.kind in STRUCTURE

    def __str__(self) -> str:
        return f"{self.text}: {self.cause}" if self.cause else self.text


def number_of(count: int, thing: str) -> str:
    """A count with its noun: ``1 byte``, ``3 bytes``."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"
