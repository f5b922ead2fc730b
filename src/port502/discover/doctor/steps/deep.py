"""What takes minutes, or could be in the way of other clients: only where it was asked for."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from port502.discover.doctor.evidence import DeepSeen, Evidence, Untested
from port502.discover.doctor.exchange import Answer, is_whole, take_apart
from port502.discover.doctor.question import Question
from port502.discover.doctor.talk import Talk
from port502.discover.doctor.visit import Visit
from port502.protocol.mbap import MbapFraming
from port502.protocol.message import Request
from port502.transport.probe.attempt import Outcome, attempt
from port502.transport.probe.line import Line

_APART = 0.2


async def deep(evidence: Evidence, visit: Visit) -> Evidence:
    """Connections beside the first, two requests in a row, idleness."""
    talk, first = visit.talk, evidence.first
    question = evidence.question
    if talk is None or first is None or not first.device_answered:
        return evidence
    if not question.deep:
        why = "asks for --deep: it takes minutes, or could lock out other clients"
        return replace(
            evidence, untested=(*evidence.untested, Untested("idle time-out, connection limit", why))
        )
    seen = DeepSeen()
    if question.target.scheme == "tcp":
        seen = await _connections(question, talk, first.request, seen)
        seen = replace(seen, pipelined=await _pipelined(question, talk, first.request))
    seen = await _idle(question, talk, first.request, seen)
    return replace(evidence, deep=seen)


async def _connections(question: Question, talk: Talk, request: Request[Any], seen: DeepSeen) -> DeepSeen:
    """Open one connection after the other, each with a read, and see whether the first ones still answer."""
    if talk.line is None or not talk.line.is_open:
        await talk.open()
    working = 1
    lines: list[Line] = []
    try:
        while working < question.pace.connections:
            await asyncio.sleep(_APART)
            tried, sock = await attempt(talk.place, question.pace.timeout, source=question.source)
            if sock is None or tried.outcome is not Outcome.OPEN:
                return replace(seen, connections=working, limit_reached=True)
            lines.append(await Line.over(sock))
            if not await _answers(lines[-1], question, request):
                return replace(seen, connections=working, limit_reached=True)
            checked = await talk.ask(question.unit, request)
            if checked.answer in (Answer.CLOSED, Answer.RESET):
                return replace(seen, connections=working, evicted=True)
            working += 1
    finally:
        for line in lines:
            await line.close()
    return replace(seen, connections=working)


async def _answers(line: Line, question: Question, request: Request[Any]) -> bool:
    sent = MbapFraming().encode(1, question.unit, request.encode())
    line.send(sent)
    heard = await line.listen(question.pace.timeout, is_whole)
    return bool(heard) and take_apart(sent, request, heard).answer in (Answer.REPLY, Answer.EXCEPTION)


async def _pipelined(question: Question, talk: Talk, request: Request[Any]) -> int | None:
    """How many of two requests in a row are answered."""
    await talk.open()
    line = talk.line
    if line is None:
        return None
    framing = MbapFraming()
    sent = [framing.encode(number, question.unit, request.encode()) for number in (1, 2)]
    for one in sent:
        line.send(one)

    def replies(data: bytes) -> int:
        return len(MbapFraming().receive(data))

    heard = await line.listen(2 * question.pace.timeout, lambda data: replies(data) >= len(sent))
    return replies(heard)


async def _idle(question: Question, talk: Talk, request: Request[Any], seen: DeepSeen) -> DeepSeen:
    """Say nothing for a while, again and again and longer each time."""
    for seconds in question.pace.idle:
        await talk.open()
        if talk.line is None or not (await talk.ask(question.unit, request)).answered:
            return seen
        line = talk.line
        before = line.info()
        await line.listen(seconds)
        if line.ending:
            return replace(seen, idle_waited=seconds, idle_ending=line.ending)
        exchange = await talk.ask(question.unit, request)
        unheard = exchange.info is not None and not exchange.info.acknowledged
        if exchange.answer in (Answer.RESET, Answer.CLOSED) or (exchange.answer is Answer.SILENT and unheard):
            return replace(seen, idle_waited=seconds, idle_lost=True)
        if before is None and exchange.answer is Answer.SILENT:
            return replace(seen, idle_waited=seconds, idle_lost=True)
    return seen
