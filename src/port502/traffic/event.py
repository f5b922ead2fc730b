"""What happened to a conversation beside its messages: opened, refused, closed, encrypted, bytes lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from port502.traffic.way import Way

Happening: TypeAlias = Literal["opening", "opened", "refused", "reset", "closed", "encrypted", "lost"]


@dataclass(frozen=True, slots=True)
class Event:
    """In ``frame`` at ``time`` (ns since 1970); ``way`` is that of who did it: the one who refuses, resets, closes.

    ``opening`` is a client's wish (SYN), ``opened`` the server's consent; ``lost`` are ``size`` bytes of that way
    which the capture does not show.
    """

    frame: int
    time: int
    way: Way
    what: Happening
    size: int = 0
