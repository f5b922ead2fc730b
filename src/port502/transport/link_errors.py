"""The errors that a link ends requests with, in words with the next thing to know."""

from __future__ import annotations

from typing import Any

from port502.errors import ConnectError, LinkClosedError, LinkError, NoReplyError, Port502Error
from port502.protocol.transaction import Transaction
from port502.transport.sockets import words_of
from port502.transport.url import Target


def closed_by_owner(target: Target) -> LinkClosedError:
    """The connection was closed on this side, for good."""
    return LinkClosedError(f"the connection to {target} was closed by its owner")


def ended_by_peer(target: Target, error: Exception | None, answered: bool) -> LinkClosedError:
    """The connection has ended, with an error or in good order; ``answered`` says that it was of use before."""
    how = (
        f"the connection to {target} was lost: {words_of(error)}"
        if error
        else f"{target} closed the connection"
    )
    if not answered:
        how += " before it answered anything (is its connection limit reached?)"
    return LinkClosedError(how)


def mute(target: Target) -> LinkClosedError:
    """The connection seems to lead nowhere."""
    return LinkClosedError(f"{target} did not answer any of the last requests")


def too_many(target: Target, waiting: int) -> LinkError:
    """No more requests may wait."""
    return LinkError(f"{waiting} requests wait for {target} already")


def next_attempt_too_late(last_error: str) -> ConnectError:
    """There is no connection, and none will be tried before the deadline."""
    return ConnectError(f"{last_error}; next attempt is later than asked")


def deadline_passed(
    transaction: Transaction[Any], target: Target, *, ready: bool, last_error: str
) -> Port502Error:
    """The time for all of a request is over: a NoReplyError on a connection that is ready, else a ConnectError."""
    if not ready:
        return ConnectError(last_error or f"no connection to {target} in time")
    asked = f" after {transaction.attempts} attempts" if transaction.attempts else " before it was sent"
    return NoReplyError(f"unit {transaction.unit} at {target}: the deadline passed{asked}")
