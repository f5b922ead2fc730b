"""What passes on a connection, in words: each request with what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from port502.site.traffic import Exchange
from port502.traffic.message import Message
from port502.traffic.words import said

WAITING = "..."
BROADCAST = "(to all, which nobody answers)"


@dataclass(frozen=True, slots=True)
class Overheard:
    """One exchange: ``time`` in Unix seconds, what was asked of ``unit``, what was answered, and after how long.

    ``done`` says that nothing more will come of it; ``wrong`` that it was refused, is damaged, or was not answered.
    """

    number: int
    time: float
    unit: int | None
    asked: str
    answered: str
    took_ms: float | None
    wrong: bool
    done: bool


def overheard(exchanges: Sequence[Exchange], patience: float, now: int, after: int = 0) -> list[Overheard]:
    """The exchanges behind the number ``after``, in words; a request without an answer is given ``patience`` seconds.

    ``now`` is ns since 1970.
    """
    return [_in_words(one, patience, now) for one in exchanges if one.number > after]


def answer_of(exchange: Exchange, patience: float, now: int) -> str:
    """What was answered, in words; so far nothing, or nothing within ``patience`` seconds. ``now`` is ns since 1970."""
    response = exchange.response
    if response is not None:
        return said(response).strip()
    if is_broadcast(exchange):
        return BROADCAST
    waited = (now - exchange.first.time) / 1e9
    return "no answer" if waited > patience else WAITING


def is_broadcast(exchange: Exchange) -> bool:
    """Whether it goes to every device of a serial line (Serial Line V1.02, clause 2.1)."""
    return exchange.first.way.framing == "rtu" and exchange.first.unit_id == 0


def is_wrong(exchange: Exchange, patience: float, now: int) -> bool:
    """Whether it was refused, is damaged, or was not answered."""
    response = exchange.response
    if response is None:
        silent = answer_of(exchange, patience, now) not in (WAITING, BROADCAST)
        return silent or _is_damaged(exchange.request)
    return response.exception_code is not None or _is_damaged(response) or _is_damaged(exchange.request)


def _in_words(exchange: Exchange, patience: float, now: int) -> Overheard:
    first, response = exchange.first, exchange.response
    answered = answer_of(exchange, patience, now)
    return Overheard(
        number=exchange.number,
        time=first.time / 1e9,
        unit=first.unit_id,
        asked=said(exchange.request) if exchange.request is not None else "(not heard)",
        answered=answered,
        took_ms=None if response is None else response.response_time_ms,
        wrong=is_wrong(exchange, patience, now),
        done=answered != WAITING,
    )


def _is_damaged(message: Message | None) -> bool:
    return message is not None and bool(message.problems)
