"""Fatal alerts of TLS that are not encrypted: why a handshake failed (RFC 8446, clause 6.2)."""

from __future__ import annotations

from typing import Final

RECORD: Final = 7
"""Bytes of a record with one alert."""

_ALERT, _FATAL = 0x15, 2
NAMES: Final = {
    40: "handshake failure",
    42: "bad certificate",
    43: "unsupported certificate",
    44: "certificate revoked",
    45: "certificate expired",
    46: "certificate unknown",
    48: "unknown certificate authority",
    49: "access denied",
    70: "protocol version refused",
    71: "insufficient security",
    116: "certificate required",
}


def fatal_alert(data: bytes) -> str:
    """The reason that a record gives which is a fatal alert in plain text; empty for anything else."""
    if len(data) != RECORD or data[0] != _ALERT or data[1] != 3 or data[5] != _FATAL:
        return ""
    return NAMES.get(data[6], f"alert {data[6]}")
