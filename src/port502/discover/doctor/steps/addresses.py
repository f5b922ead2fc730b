"""The reads that the user asks about: as they are, and around them where the device says no."""

from __future__ import annotations

from dataclasses import replace

from port502.discover.doctor.evidence import Evidence, ReadSeen
from port502.discover.doctor.exchange import Answer, Exchange
from port502.discover.doctor.reads import OTHER_TABLE, fits, literal_address, read_of
from port502.discover.doctor.talk import Talk
from port502.discover.doctor.visit import Visit
from port502.registers.reference import Reference, Table

_NO_FUNCTION, _NO_ADDRESS, _NO_VALUE, _FAILED = 1, 2, 3, 4


async def addresses(evidence: Evidence, visit: Visit) -> Evidence:
    """Every read that was asked about."""
    talk, first = visit.talk, evidence.first
    if talk is None or first is None or not first.device_answered:
        return evidence
    seen = [await _read(evidence, talk, reference) for reference in dict.fromkeys(evidence.question.asked)]
    return replace(evidence, reads=tuple(seen))


async def _read(evidence: Evidence, talk: Talk, reference: Reference) -> ReadSeen:
    unit = evidence.question.unit
    table, address, span = reference.table, reference.address, reference.span
    exchange = await talk.ask(unit, read_of(table, address, span))
    seen = ReadSeen(reference, exchange)
    if exchange.exception == _NO_FUNCTION:
        other = await talk.ask(unit, read_of(OTHER_TABLE[table], address))
        return replace(seen, other_table=other)
    if exchange.exception == _NO_ADDRESS:
        return await _around(seen, talk, unit)
    unanswered = not exchange.answered and exchange.answer is not Answer.OTHER_ID
    if span > 1 and (exchange.exception == _NO_VALUE or unanswered):
        return replace(seen, largest=await _largest(talk, unit, reference))
    if exchange.exception == _FAILED and fits(address + 1):
        return replace(seen, behind=await talk.ask(unit, read_of(table, address + 1)))
    return seen


async def _around(seen: ReadSeen, talk: Talk, unit: int) -> ReadSeen:
    """What is there instead of an address that is not."""
    reference = seen.reference
    table, address = reference.table, reference.address
    if reference.span > 1:
        single = await talk.ask(unit, read_of(table, address))
        seen = replace(seen, single=single)
        if single.answer is Answer.REPLY:
            return replace(seen, largest=await _largest(talk, unit, reference))
    meant = literal_address(reference)
    if meant is not None:
        seen = replace(seen, reduced=await talk.ask(unit, read_of(table, meant)), reduced_address=meant)
    seen = replace(seen, other_table=await _try(talk, unit, OTHER_TABLE[table], address))
    before = await _try(talk, unit, table, address - 1)
    return replace(seen, before=before, behind=await _try(talk, unit, table, address + 1))


async def _try(talk: Talk, unit: int, table: Table, address: int) -> Exchange | None:
    return await talk.ask(unit, read_of(table, address)) if fits(address) else None


async def _largest(talk: Talk, unit: int, reference: Reference) -> int | None:
    """The longest read from that address that works, by halving."""
    works, fails = 0, reference.span
    while fails - works > 1:
        middle = (works + fails) // 2
        exchange = await talk.ask(unit, read_of(reference.table, reference.address, middle))
        if exchange.answer is Answer.REPLY:
            works = middle
        else:
            fails = middle
    return works or None
