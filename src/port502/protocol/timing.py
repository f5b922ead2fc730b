"""How long characters, gaps and frames take on a serial line, in seconds.

Modbus over Serial Line V1.02, clauses 2.5.1 (RTU), 2.5.1.1 (gaps) and 2.5.2 (ASCII).
"""

from __future__ import annotations

from typing import Final

from port502.errors import UsageError

RTU_BITS: Final = 11
"""Start bit, 8 data bits, parity or a second stop bit, stop bit."""

ASCII_BITS: Final = 10
"""Start bit, 7 data bits, parity or a second stop bit, stop bit."""

ASCII_GAP: Final = 1.0
"""The longest time between two characters of an ASCII frame by default."""

_FASTEST_COUNTED: Final = 19200
_FIXED_T1_5: Final = 0.000_750
_FIXED_T3_5: Final = 0.001_750


def character_time(baud: int, bits: int = RTU_BITS) -> float:
    """The time of one character; raises UsageError unless both are positive."""
    if baud <= 0 or bits <= 0:
        raise UsageError(f"baud rate and bits of a character are positive, got {baud} and {bits}")
    return bits / baud


def t1_5(baud: int, bits: int = RTU_BITS) -> float:
    """The longest gap within an RTU frame: 1.5 characters, above 19200 Bd fixed at 750 µs."""
    return 1.5 * character_time(baud, bits) if baud <= _FASTEST_COUNTED else _FIXED_T1_5


def t3_5(baud: int, bits: int = RTU_BITS) -> float:
    """The shortest gap between RTU frames: 3.5 characters, above 19200 Bd fixed at 1.75 ms."""
    return 3.5 * character_time(baud, bits) if baud <= _FASTEST_COUNTED else _FIXED_T3_5


def frame_time(length: int, baud: int, bits: int = RTU_BITS) -> float:
    """The time that a frame of so many characters takes, gaps left out."""
    return length * character_time(baud, bits)
