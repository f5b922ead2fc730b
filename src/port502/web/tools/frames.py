"""Frames explained and built, from what somebody types into a page or sends to the API."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from port502.errors import UsageError
from port502.registers.reference import parse_reference
from port502.traffic.decoding.decoded import Decoded
from port502.traffic.decoding.decoding import Hint, decode
from port502.traffic.decoding.readings import Named, Reading
from port502.traffic.decoding.record import record_of
from port502.traffic.decoding.saying import FRAMINGS, meanings, title
from port502.traffic.encoding import framed, message_of
from port502.traffic.hextext.piece import Piece
from port502.traffic.hextext.read import read_text
from port502.web.tools.library import map_of

MOST_TEXT = 20_000
"""Characters that are looked at: some hundred frames, and next to no time of the process that collects too."""

MOST_FRAMES = 100
CHOICES = ("mbap", "rtu", "ascii", "pdu")
"""The framings that can be named beforehand."""


@dataclass(frozen=True, slots=True)
class Explained:
    """A frame with a title, what its values may mean, what a map says that they are, and what may be otherwise."""

    decoded: Decoded
    title: str
    readings: Sequence[Reading]
    named: Sequence[Named]
    doubts: tuple[str, ...]

    def record(self) -> dict[str, object]:
        """The frame by its field names; a number that JSON has no word for is None."""
        record: dict[str, object] = sayable(record_of(self.decoded, self.readings, self.named))
        return record


@dataclass(frozen=True, slots=True)
class Asked:
    """A text with frames and what is known of them; empty where it is to be found out."""

    text: str
    framing: str = ""
    direction: str = ""
    at: str = ""
    map: str = ""
    every: bool = False


def explained(asked: Asked) -> list[Explained]:
    """The frames in a text, at most 100; raises UsageError for a text without any, and for hints that are none."""
    if len(asked.text) > MOST_TEXT:
        raise UsageError(
            f"at most {MOST_TEXT:,} characters here; a longer text or a capture is for port502 decode"
        )
    is_response = {"": None, "request": False, "response": True}[asked.direction]
    hint = Hint(asked.framing or None, is_response, parse_reference(asked.at) if asked.at else None)
    points = []
    if asked.map:
        points = [one.point for one in map_of(asked.map).points.values()]
    found = []
    for one in decode(read_text(asked.text), hint)[:MOST_FRAMES]:
        likely, named = meanings(one, points, every=asked.every)
        found.append(Explained(one, title(one), likely, named, tuple(_doubts(one))))
    return found


def sayable(thing: Any) -> Any:
    """A thing as JSON can say it: a number that it has no word for is None."""
    if isinstance(thing, float):
        return thing if math.isfinite(thing) else None
    if isinstance(thing, dict):
        return {key: sayable(value) for key, value in thing.items()}
    return [sayable(one) for one in thing] if isinstance(thing, list | tuple) else thing


def _doubts(one: Decoded) -> list[str]:
    notes = list(one.notes)
    if one.others and one.score < 1:
        others = ", ".join(f"{FRAMINGS[name]} ({score:.0%})" for name, score in one.others)
        notes.append(f"taken for {FRAMINGS[one.framing]} with {one.score:.0%}; it may be {others}")
    if not one.sure and one.pdu:
        notes.append(f"its bytes fit a {'request' if one.is_response else 'response'} too")
    return notes


@dataclass(frozen=True, slots=True)
class Wanted:
    """A frame to be built: a function with its words, as ``port502 encode`` takes them."""

    function: str
    words: str = ""
    framing: str = "mbap"
    kind: str = "request"
    unit: int = 1
    transaction: int = 1
    exception: int | None = None


def built(wanted: Wanted) -> tuple[str, Explained]:
    """The frame as text, which a decoder takes, and explained; raises UsageError that says what the function takes."""
    if len(wanted.words) > MOST_TEXT:
        raise UsageError(f"at most {MOST_TEXT:,} characters")
    response = wanted.kind == "response"
    exception = wanted.exception if wanted.kind == "exception" else None
    if wanted.kind == "exception" and exception is None:
        raise UsageError("a refusal has an exception code, such as 2")
    words = wanted.words.replace(",", " ").split() if exception is None else []
    message = message_of(wanted.function.strip(), words, None, response=response, exception=exception)
    frame = framed(message, wanted.framing, wanted.transaction, wanted.unit)
    text = frame.decode().rstrip() if wanted.framing == "ascii" else frame.hex(" ")
    hint = Hint(wanted.framing, response or exception is not None)
    one = decode([Piece((frame,), ascii=wanted.framing == "ascii")], hint)[0]
    likely, _ = meanings(one)
    return text, Explained(one, title(one), likely, (), ())
