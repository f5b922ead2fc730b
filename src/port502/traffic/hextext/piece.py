"""Bytes that stood together in a text, and what the words around them tell."""

from __future__ import annotations

from dataclasses import dataclass

SENT, RECEIVED, REQUEST, RESPONSE = "sent", "received", "request", "response"


@dataclass(frozen=True, slots=True)
class Piece:
    """``lines`` of bytes that may be one frame cut by line breaks or several; ``line`` (from 1) is the first one's.

    ``said`` is what the text calls them: sent, received, request, response or nothing. ``tcp`` where packet
    headers were taken off, ``port`` which end of them is the server (its side's port) or 0. ``ascii`` for the text of
    an ASCII frame, ``doubtful`` for decimal numbers, which may be values as well. ``notes`` are for the user.
    """

    lines: tuple[bytes, ...]
    line: int = 1
    said: str = ""
    tcp: bool = False
    ascii: bool = False
    doubtful: bool = False
    notes: tuple[str, ...] = ()

    @property
    def data(self) -> bytes:
        """All bytes together."""
        return b"".join(self.lines)
