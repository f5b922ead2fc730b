"""Frames that several tests decode."""

from __future__ import annotations

from port502.traffic.decoding.decoded import Decoded
from port502.traffic.decoding.decoding import Hint, decode
from port502.traffic.hextext.piece import Piece
from port502.traffic.hextext.read import read_text

ASKED = "00 01 00 00 00 06 06 03 00 6b 00 03"
ANSWERED = "00 01 00 00 00 09 06 03 06 02 2b 00 00 00 64"


def explained(text: str, hint: Hint | None = None) -> list[Decoded]:
    """The frames of a text."""
    return decode(read_text(text), hint)


def one(text: str, hint: Hint | None = None) -> Decoded:
    """The only frame of a text."""
    [found] = explained(text, hint)
    return found


def raw(data: bytes) -> list[Decoded]:
    """The frames of bytes."""
    return decode([Piece((data,))])


def complaints(text: str) -> list[str]:
    """What is wrong with the only frame of a text."""
    return [str(problem) for problem in one(text).problems]
