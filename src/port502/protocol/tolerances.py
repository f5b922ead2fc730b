"""What a peculiar device may do without its replies being refused; everything is off by default."""

from __future__ import annotations

from collections.abc import Iterable

from port502.errors import UsageError

ZERO_TRANSACTION_ID = "zero_transaction_id"
"""Replies may carry transaction id 0 in place of the request's; they answer the oldest request in flight."""

ANY_UNIT_IN_REPLY = "any_unit_in_reply"
"""Replies may carry another unit id than the request."""

EXTRA_BYTES = "extra_bytes"
"""Replies may carry bytes behind their end, such as the CRC of a serial line."""

TOLERANCES = frozenset({ZERO_TRANSACTION_ID, ANY_UNIT_IN_REPLY, EXTRA_BYTES})


def tolerances(names: Iterable[str]) -> frozenset[str]:
    """The set of named tolerances; raises UsageError for a name that is none."""
    chosen = frozenset(names)
    unknown = chosen - TOLERANCES
    if unknown:
        raise UsageError(
            f"no such tolerance: {', '.join(sorted(unknown))} (there are {', '.join(sorted(TOLERANCES))})"
        )
    return chosen
