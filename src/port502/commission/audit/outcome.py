"""How a check ends: one word, and the sentences it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """How a check ends; the worst stands first."""

    FAIL = "fail"
    WARN = "warn"
    NOT_TESTABLE = "not testable"
    PASS = "pass"  # noqa: S105 (a word, no password)


_ORDER = tuple(Outcome)


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing that was seen, in a sentence, and what it means for the check."""

    outcome: Outcome
    text: str


def failed(text: str) -> Seen:
    """What must be changed before going live."""
    return Seen(Outcome.FAIL, text)


def doubtful(text: str) -> Seen:
    """What somebody has to look at."""
    return Seen(Outcome.WARN, text)


def unknown(text: str) -> Seen:
    """What cannot be seen from here, or was not asked for."""
    return Seen(Outcome.NOT_TESTABLE, text)


def fine(text: str) -> Seen:
    """What is as it should be."""
    return Seen(Outcome.PASS, text)


def worst(seen: Iterable[Seen]) -> Outcome:
    """The worst of several outcomes; a pass where there is nothing to look at."""
    return min((one.outcome for one in seen), key=_ORDER.index, default=Outcome.PASS)


def worst_first(seen: Iterable[Seen]) -> Iterator[Seen]:
    """What was seen, the worst first, else in its order."""
    yield from sorted(seen, key=lambda one: _ORDER.index(one.outcome))
