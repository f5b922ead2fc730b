"""The order of time-outs: who asks has to be more patient than who asks for him."""

from __future__ import annotations

DRAIN = 0.05
"""Seconds in which a line has to be quiet after a time-out."""


def attempts_take(retries: int, timeout: float, drain: float = DRAIN) -> float:
    """The seconds that a request and its repetitions may take on a serial line when nothing answers."""
    return (retries + 1) * (timeout + drain)


def time_out_order(name: str, needed: float, client: float) -> str | None:
    """What is wrong with the order of time-outs, if a client waits ``client`` seconds for what may take ``needed``.

    One that gives up earlier takes the answer to its last request for that to its next, unless it looks at ids.
    """
    if client > needed:
        return None
    return (
        f"{name}: a client that waits for {client:g} s may give up before its answer is there, which takes"
        f" up to {needed:.3g} s; let it wait longer, or units answer faster"
    )
