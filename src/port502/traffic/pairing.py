"""Which request a response answers: by transaction id, then by what fits, then by order.

Where an id is used again while its last request still waits, that request was given up if it is old, and is one of
several under way if it is young: clients that always send the same id and several requests at a time are answered
in order, those that repeat after a time-out are answered for the repetition.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from port502.protocol.codes import EXCEPTION_BIT
from port502.traffic.message import Message
from port502.traffic.stream import Pending

GIVEN_UP: Final = 100_000_000
"""Nanoseconds after which a request whose id is used again has been given up by its client."""

MOST: Final = 64
"""Requests that may wait in one conversation; beyond that the oldest are forgotten."""

MOST_ALIKE: Final = 16
_WRONG: Final = "its request asked for another unit or function"


def asked(pending: Pending, key: int, message: Message) -> None:
    """A request waits under ``key``, be there others of that id or not."""
    waiting = pending.setdefault(key, message)
    if isinstance(waiting, deque):
        waiting.append(message)
    elif waiting is not message:
        pending[key] = deque((waiting, message), MOST_ALIKE)
    if len(pending) > MOST:
        del pending[next(iter(pending))]


def answered(pending: Pending, key: int, message: Message) -> None:
    """Give a response its request, if one waits that it may answer; else note what is wrong with it."""
    waiting = pending.pop(key, None)
    if waiting is None:
        return
    candidates = [waiting] if isinstance(waiting, Message) else list(waiting)
    chosen = _chosen(candidates, message)
    if chosen is None:
        # It cannot be told whose it is, and the true answer may still come.
        pending[key] = waiting
        message.notes = (*message.notes, f"{_WRONG} (frame {candidates[-1].frame})")
        return
    message.request = chosen
    candidates = [one for one in candidates if one is not chosen]
    if candidates:
        pending[key] = candidates[0] if len(candidates) == 1 else deque(candidates, MOST_ALIKE)


def unanswered(pending: Pending) -> list[Message]:
    """The requests that still wait, oldest first."""
    found: list[Message] = []
    for waiting in pending.values():
        found += [waiting] if isinstance(waiting, Message) else list(waiting)
    return found


def _chosen(candidates: list[Message], response: Message) -> Message | None:
    """The oldest live one that fits in every way; else of those given up the youngest; else what fits by function."""
    alike = [one for one in candidates if _same(one, response)]
    if len(alike) < 2:
        return alike[0] if alike else None
    newest = alike[-1].time
    live = [one for one in alike if newest - one.time < GIVEN_UP]
    old = [one for one in alike if newest - one.time >= GIVEN_UP]
    ranked = live + old[::-1]
    return next((one for one in ranked if _fits(one, response)), ranked[0])


def _same(request: Message, response: Message) -> bool:
    """Unit and function are those of the request."""
    function = response.function
    return (
        function is not None
        and request.unit_id == response.unit_id
        and (request.function or 0) & ~EXCEPTION_BIT == function & ~EXCEPTION_BIT
    )


def _fits(request: Message, response: Message) -> bool:
    """Whether the count or the place that the response gives is what was asked for."""
    if response.exception_code is not None:
        return True
    wanted, given = request.fields, response.fields
    if given.reference_num is not None:
        return given.reference_num == wanted.reference_num and given.values in (None, wanted.values)
    if given.byte_cnt is None or request.func_code not in (1, 2, 3, 4, 23):
        return True
    if wanted.word_cnt is not None:
        return given.byte_cnt == wanted.word_cnt * 2
    return given.byte_cnt == ((wanted.bit_cnt or 0) + 7) // 8
