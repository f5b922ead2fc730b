"""Where a connection stands, in words that both clients use."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Literal, TypeAlias

BUSY_WAIT = 0.1
"""Seconds before a read is repeated that the device put off with exception 05 or 06; longer each time."""

TURNAROUND = 0.1
"""Seconds that every device of a serial line gets to digest a broadcast (Serial Line V1.02, clause 2.4.1)."""


class LinkState(StrEnum):
    """Where a connection stands."""

    IDLE = "idle"
    CONNECTING = "connecting"
    SETTLING = "settling"
    READY = "ready"
    BACKING_OFF = "backing off"
    CLOSED = "closed"


Traffic: TypeAlias = Callable[[Literal["sent", "received"], bytes], None]
"""Hears the bytes that pass: each frame as it is sent, and what arrives as it arrives, which may be cut anywhere."""


def heard_by(*listeners: Traffic | None) -> Traffic | None:
    """One that tells all of them; None where nobody listens."""
    wanted = [one for one in listeners if one is not None]
    if len(wanted) <= 1:
        return wanted[0] if wanted else None

    def heard(way: Literal["sent", "received"], data: bytes) -> None:
        for one in wanted:
            one(way, data)

    return heard
