"""The first request, and where it is not answered well: other units, functions, pauses, framings, connections."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

from port502.discover.doctor.evidence import Evidence, SettleTried, Untested
from port502.discover.doctor.exchange import Answer, Exchange
from port502.discover.doctor.reads import first_read, others_than, read_of
from port502.discover.doctor.talk import Talk
from port502.discover.doctor.visit import Visit
from port502.protocol.message import Request
from port502.protocol.rtu import RtuFraming
from port502.registers.reference import Table
from port502.transport.probe.attempt import Attempt, Outcome, attempt
from port502.transport.probe.hello import tls_hello
from port502.transport.probe.line import Line

USUAL_UNITS = (255, 1, 0)
BUS_UNITS = (1, 2, 3)
UNLIKELY_UNITS = (201, 247)
SWEEP = range(2, 248)
_SWEEP_TIMEOUT = 0.3
_AGAIN = 4
_BUSY_WAIT = 0.2
_BENT = (Answer.OTHER_ID, Answer.OTHER_UNIT)
_GATEWAY = (0x0A, 0x0B)
_BUSY = (0x05, 0x06)
_QUICK = 0.3
_TELLING = (1, 2, 4, 43)
_MOST_IGNORED = 2


async def modbus(evidence: Evidence, visit: Visit) -> Evidence:
    """The first request, and some more like it where the answer is odd."""
    talk = visit.talk
    if talk is None or talk.line is None:
        return evidence
    question = evidence.question
    request = first_read(question.asked)
    first = await talk.ask(question.unit, request, patience=question.pace.patience, linger=True)
    evidence = replace(evidence, first=first)
    if first.answer in (Answer.CLOSED, Answer.RESET):
        hello = await tls_hello(talk.place, question.source)
        again = [] if hello else [await talk.ask(question.unit, request) for _ in range(2)]
        return replace(evidence, tls_reply=hello, again=tuple(again))
    if first.answer in _BENT or first.exception in (*_BUSY, 0x0A):
        again = []
        for _ in range(_AGAIN):
            if first.exception:
                await asyncio.sleep(_BUSY_WAIT)
            again.append(await talk.ask(question.unit, request))
        evidence = replace(evidence, again=tuple(again))
    return evidence


async def units(evidence: Evidence, visit: Visit) -> Evidence:
    """Other unit ids, where the configured one is silent or a gateway answers in its place."""
    talk, first = visit.talk, evidence.first
    if talk is None or first is None or first.late:
        return evidence
    if first.answer is Answer.SILENT:
        if first.info is not None and not first.info.acknowledged:
            return evidence
        return await _units_of_silent(evidence, talk, first)
    if first.exception in _GATEWAY:
        asked = [await talk.ask(unit, first.request) async for unit in _bus_units(evidence)]
        return replace(evidence, units=tuple(asked))
    if not first.device_answered:
        return evidence
    if evidence.question.deep or evidence.question.other_units:
        wanted = (*evidence.question.other_units, *(UNLIKELY_UNITS if evidence.question.deep else ()))
        asked = [await talk.ask(unit, first.request) for unit in wanted if unit != first.unit]
        return replace(evidence, units=tuple(asked))
    why = "asks for --deep: each unit that is not there stalls a serial bus behind a gateway"
    return _untested(evidence, "other unit ids", why)


async def _bus_units(evidence: Evidence) -> AsyncIterator[int]:
    """Units that may be behind a gateway: those that are known to be, and the first ones."""
    wanted = (*evidence.question.other_units, *BUS_UNITS)
    for unit in dict.fromkeys(wanted):
        if unit != evidence.question.unit:
            yield unit


async def _units_of_silent(evidence: Evidence, talk: Talk, first: Exchange) -> Evidence:
    """The usual ids, and those that should be there."""
    question = evidence.question
    asked: list[Exchange] = []
    for unit in dict.fromkeys((*question.other_units, *USUAL_UNITS)):
        if unit != question.unit:
            asked.append(await talk.ask(unit, first.request))
    if any(one.alive for one in asked):
        # Does only the other unit answer, or did the device wake up meanwhile?
        evidence = replace(evidence, again=(await talk.ask(question.unit, first.request),))
    return replace(evidence, units=tuple(asked))


async def functions(evidence: Evidence, visit: Visit) -> Evidence:
    """Which reads the unit answers."""
    talk, first = visit.talk, evidence.first
    if talk is None or first is None or first.late or not (first.answered or first.answer is Answer.SILENT):
        return evidence
    if first.answer is Answer.SILENT and any(one.alive for one in (*evidence.units, *evidence.again)):
        return evidence
    if first.answer is Answer.SILENT and first.info is not None and not first.info.acknowledged:
        return evidence
    if first.exception in (*_GATEWAY, *_BUSY):
        return evidence
    limit = evidence.question.pace.timeout
    patient = min(limit, max(_QUICK, 5 * first.took)) if first.answered else limit
    asked: list[Exchange] = []
    ignored = 0
    for request in others_than(first.request):
        if not first.answered and request.function not in _TELLING:
            continue
        asked.append(await talk.ask(first.unit, request, timeout=patient, patience=limit))
        ignored += asked[-1].answer is Answer.SILENT
        if first.answered and ignored == _MOST_IGNORED:
            evidence = _untested(
                evidence, "other functions", "the device ignores those that it does not know"
            )
            break
    return replace(evidence, functions=tuple(asked))


async def silence(evidence: Evidence, visit: Visit) -> Evidence:
    """What is left where nothing is answered: a pause first, TLS, RTU frames, a server that hangs."""
    talk, first = visit.talk, evidence.first
    if talk is None or first is None or first.answer is not Answer.SILENT or first.late:
        return evidence
    if first.info is not None and not first.info.acknowledged:
        return evidence
    woke_up = any(one.alive for one in evidence.again)
    if not woke_up and any(one.alive for one in (*evidence.units, *evidence.functions)):
        return evidence
    if woke_up:
        return await _settled(evidence, talk, first.request)
    hung = await _more_connections(evidence, talk)
    evidence = replace(evidence, hung=hung)
    if any(one.outcome is not Outcome.OPEN for one in hung):
        return evidence
    evidence = await _settled(evidence, talk, first.request)
    if any(one.exchange.answered for one in evidence.settle):
        return evidence
    await talk.close()
    if not evidence.question.deep:
        evidence = _untested(evidence, "unit ids 2 to 247", "asks for --deep: each takes its time-out")
        return _untested(evidence, "RTU frames and TLS", "asks for --deep: the bytes may reach a serial bus")
    evidence = replace(evidence, rtu_reply=await _rtu(evidence, talk))
    if evidence.rtu_reply:
        return evidence
    evidence = replace(evidence, tls_reply=await tls_hello(talk.place, evidence.question.source))
    if evidence.tls_reply:
        return evidence
    return await _swept(evidence, talk, first.request)


async def _swept(evidence: Evidence, talk: Talk, request: Request[Any]) -> Evidence:
    """Every unit id there is, until one answers."""
    tried = {evidence.question.unit, *(one.unit for one in evidence.units)}
    for unit in SWEEP:
        if unit in tried:
            continue
        exchange = await talk.ask(unit, request, timeout=_SWEEP_TIMEOUT)
        if exchange.alive:
            return replace(evidence, units=(*evidence.units, exchange))
    return evidence


async def _settled(evidence: Evidence, talk: Talk, request: Request[Any]) -> Evidence:
    tried: list[SettleTried] = []
    for pause in evidence.question.pace.settle:
        await talk.open()
        if talk.line is None:
            break
        await asyncio.sleep(pause)
        tried.append(SettleTried(pause, await talk.ask(evidence.question.unit, request)))
        if tried[-1].exchange.answered:
            break
    return replace(evidence, settle=tuple(tried))


async def _more_connections(evidence: Evidence, talk: Talk) -> tuple[Attempt, ...]:
    """Open some connections more beside the silent one, and close them again."""
    attempts: list[Attempt] = []
    held = []
    try:
        for _ in range(evidence.question.pace.connections):
            seen, sock = await attempt(
                talk.place, evidence.question.pace.timeout, source=evidence.question.source
            )
            attempts.append(seen)
            if sock is None:
                break
            held.append(sock)
    finally:
        for sock in held:
            sock.close()
    return tuple(attempts)


async def _rtu(evidence: Evidence, talk: Talk) -> bytes:
    """The reply to the same read in RTU framing, if one comes."""
    seen, sock = await attempt(talk.place, evidence.question.pace.connect, source=evidence.question.source)
    if sock is None or seen.outcome is not Outcome.OPEN:
        return b""
    line = await Line.over(sock)
    framing = RtuFraming("client")
    try:
        request = (
            first_read(evidence.question.asked) if evidence.question.asked else read_of(Table.HOLDING, 0)
        )
        line.send(framing.encode(0, evidence.question.unit, request.encode()))
        heard = await line.listen(evidence.question.pace.timeout, lambda data: _is_rtu(data))
    finally:
        await line.close()
    return heard[:64] if _is_rtu(heard) else b""


def _is_rtu(data: bytes) -> bool:
    fresh = RtuFraming("client")
    return bool(fresh.receive(data) or fresh.silence())


def _untested(evidence: Evidence, what: str, why: str) -> Evidence:
    return replace(evidence, untested=(*evidence.untested, Untested(what, why)))
