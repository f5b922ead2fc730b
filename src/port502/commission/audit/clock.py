"""Whether this machine's clock is kept in step with others, as its kernel has it."""

from __future__ import annotations

import ctypes
import sys

_ERROR = 5
"""What ``adjtimex`` returns while nobody keeps the clock in step (TIME_ERROR of its manual page)."""

_ROOM = 512
"""Bytes for its structure, which has about 200 on every machine."""


def is_in_step() -> bool | None:
    """Whether a time service has set the clock lately; None where the system does not tell (other than Linux)."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_ROOM))  # asks only: its modes are 0
    except (OSError, AttributeError):
        return None
    return None if state < 0 else bool(state != _ERROR)
