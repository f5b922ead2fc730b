"""Many equal reads: how long they take, what goes wrong among them, and what a long one costs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from port502.discover.doctor.evidence import Evidence, Stability
from port502.discover.doctor.exchange import Answer, Exchange
from port502.discover.doctor.reads import read_of
from port502.discover.doctor.talk import Talk
from port502.discover.doctor.visit import Visit
from port502.protocol.message import Request
from port502.registers.reference import Table
from port502.transport.probe.own import keepalive_time

LONG = (50, 20, 10)
_WORTH_A_LOOK = 0.005
_TABLES = {3: Table.HOLDING, 4: Table.INPUT}


async def stability(evidence: Evidence, visit: Visit) -> Evidence:
    """The same harmless read again and again, as gently as a poll."""
    talk, first = visit.talk, evidence.first
    if talk is None or first is None or not first.alive:
        return evidence
    request = _working(evidence)
    asked: list[Exchange] = []
    ended = ""
    for _ in range(evidence.question.pace.samples):
        if asked and not (talk.line is not None and talk.line.is_open):
            break
        exchange = await talk.ask(first.unit, request, patience=evidence.question.pace.patience)
        asked.append(exchange)
        if exchange.answer in (Answer.CLOSED, Answer.RESET):
            ended = str(exchange.answer)
    info = talk.line.info() if talk.line is not None else None
    times = tuple(one.took for one in asked if one.answered and not one.late)
    seen = Stability(tuple(asked), times, ended, info, keepalive_s=keepalive_time())
    if len(times) > 1 and sorted(times)[len(times) // 2] > _WORTH_A_LOOK:
        seen = await _lengths(seen, talk, first.unit, request)
    return replace(evidence, stability=seen)


def _working(evidence: Evidence) -> Request[Any]:
    """The read to repeat: one that brings values, where there is one."""
    first = evidence.first
    assert first is not None
    for exchange in (first, *(one.exchange for one in evidence.reads), *evidence.functions):
        if exchange.answer is Answer.REPLY and exchange.request.function in (1, 2, 3, 4):
            return exchange.request
    return first.request


TRIES = 4
"""Reads of each length, of which the quickest counts: a machine that is busy makes some of them slow."""


async def _lengths(seen: Stability, talk: Talk, unit: int, request: Request[Any]) -> Stability:
    """The time of a short read against that of a long one: a serial line takes its time for each register."""
    table = _TABLES.get(request.function)
    if table is None:
        return seen
    address = int(getattr(request, "address", 0))
    for quantity in LONG:
        long = [await talk.ask(unit, read_of(table, address, quantity)) for _ in range(TRIES)]
        if all(one.answer is Answer.REPLY for one in long):
            short = [await talk.ask(unit, read_of(table, address)) for _ in range(TRIES)]
            return replace(
                seen,
                short_time=min(one.took for one in short),
                long_time=min(one.took for one in long),
                long_quantity=quantity,
            )
    return seen
