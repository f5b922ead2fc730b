"""Why a sample is not good, in words that stay the same while the cause does."""

from __future__ import annotations

from port502.errors import DeviceError, LinkError, NoReplyError, Port502Error
from port502.protocol.codes import exception_name

NO_ANSWER_CODES = frozenset({10, 11})
"""Exceptions by which a gateway says that the unit behind it did not answer."""

BUSY_CODES = frozenset({5, 6})
"""Exceptions that ask for patience."""


def reason_of(error: Port502Error, unit: int) -> str:
    """The reason for a bad sample from this unit."""
    if isinstance(error, DeviceError):
        return f"exception {error.code}: {exception_name(error.code)}"
    if isinstance(error, NoReplyError):
        return f"timeout: unit {unit} does not answer"
    if isinstance(error, LinkError):
        return f"link down: {error}"
    return f"bad reply: {error}"
