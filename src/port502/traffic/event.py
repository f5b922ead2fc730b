"""What happened to a conversation beside its messages: opened, refused, closed, encrypted, bytes lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from port502.traffic.way import Way

Happening: TypeAlias = Literal[
    "opening", "opened", "refused", "reset", "closed", "encrypted", "lost", "alert", "moved"
]


@dataclass(frozen=True, slots=True)
class Event:
    """In ``frame`` at ``time`` (ns since 1970); ``way`` is that of who did it: the one who refuses, resets, closes.

    ``opening`` is a client's wish (SYN), ``opened`` the server's consent; ``lost`` are ``size`` bytes of that way
    which the capture does not show. ``alert`` ends a TLS handshake for the reason in ``detail``; ``moved`` is an
    address (``src`` of the way) that ARP says to be at other hardware now: ``detail`` has the address before and now.
    """

    frame: int
    time: int
    way: Way
    what: Happening
    size: int = 0
    detail: str = ""
