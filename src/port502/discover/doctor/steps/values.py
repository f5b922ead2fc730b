"""What the registers hold, read several times, and the search for a value that somebody knows."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

from port502.discover.doctor.evidence import Evidence, SearchSeen, ValuesSeen
from port502.discover.doctor.exchange import Answer
from port502.discover.doctor.expect import AROUND, Expected, read_as, search
from port502.discover.doctor.reads import OTHER_TABLE, fits, read_of
from port502.discover.doctor.talk import Talk
from port502.discover.doctor.visit import Visit
from port502.registers.reference import HIGHEST_ADDRESS, Reference, Table

POLLS = 5
BLOCK = 10
_INTERVAL = 0.5
_REGISTERS = (Table.HOLDING, Table.INPUT)
_WIDEST = 3


async def values(evidence: Evidence, visit: Visit) -> Evidence:
    """The values of the references that were asked about, or of the first registers there are."""
    talk, first = visit.talk, evidence.first
    if talk is None or first is None or not first.device_answered:
        return evidence
    unit = evidence.question.unit
    readable = [one.reference for one in evidence.reads if one.exchange.answer is Answer.REPLY]
    if not evidence.question.asked:
        return replace(evidence, values=await _first_block(evidence, talk))
    images, watched = await _images(evidence, talk, tuple(readable))
    twin: tuple[int, ...] = ()
    zero = [one for one, seen in images if seen and not one.table.is_bits and not any(seen[-1])]
    if zero:
        other = read_of(OTHER_TABLE[zero[0].table], zero[0].address, zero[0].span)
        twin = (await talk.ask(unit, other)).registers
    searches = [await _search(talk, unit, one) for one in evidence.question.expected]
    return replace(evidence, values=ValuesSeen(images, None, (), twin, tuple(searches), watched))


async def _images(
    evidence: Evidence, talk: Talk, references: tuple[Reference, ...]
) -> tuple[tuple[tuple[Reference, tuple[tuple[int, ...], ...]], ...], float]:
    """Each reference read several times, over the time that values are watched."""
    watch = evidence.question.pace.watch
    polls = max(POLLS, int(watch / _INTERVAL))
    found: dict[Reference, list[tuple[int, ...]]] = {one: [] for one in references}
    began = time.monotonic()
    for poll in range(polls if references else 0):
        for reference in references:
            request = read_of(reference.table, reference.address, reference.span)
            exchange = await talk.ask(evidence.question.unit, request)
            if exchange.registers:
                found[reference].append(exchange.registers)
        if watch:
            await asyncio.sleep(max(0.0, began + (poll + 1) * watch / polls - time.monotonic()))
    return tuple((one, tuple(images)) for one, images in found.items()), watch if references else 0.0


async def _first_block(evidence: Evidence, talk: Talk) -> ValuesSeen:
    """The first registers of the first table that has some, and of its twin where they are all zero."""
    unit = evidence.question.unit
    for table in _REGISTERS:
        block = (await talk.ask(unit, read_of(table, 0, BLOCK))).registers
        if block:
            twin = (
                () if any(block) else (await talk.ask(unit, read_of(OTHER_TABLE[table], 0, BLOCK))).registers
            )
            return ValuesSeen(block_table=table, block=block, twin=twin)
    return ValuesSeen()


async def _search(talk: Talk, unit: int, expected: Expected) -> SearchSeen:
    """Look for a value where it should be, and around there in both tables."""
    reference = expected.reference
    tables = {table: await _window(talk, unit, table, reference) for table in _REGISTERS}
    own = tables[reference.table]
    raw = tuple(own[reference.address + at] for at in range(reference.width) if reference.address + at in own)
    value = read_as(own, reference.address, reference.type or "uint16", reference.order)
    return SearchSeen(expected, raw, value, search(expected, tables))


async def _window(talk: Talk, unit: int, table: Table, reference: Reference) -> dict[int, int]:
    """The registers around an address that can be read: in one block, else halved until it can be."""
    low = max(0, reference.address - AROUND)
    high = min(HIGHEST_ADDRESS, reference.address + AROUND + _WIDEST)
    found: dict[int, int] = {}
    waiting = [(low, high - low + 1)]
    asked = 0
    while waiting and asked < 4 * AROUND:
        address, quantity = waiting.pop()
        asked += 1
        exchange = await talk.ask(unit, read_of(table, address, quantity))
        if exchange.answer is Answer.REPLY:
            found.update(enumerate(exchange.registers, address))
        elif exchange.exception == 1:
            break
        elif quantity > 1 and fits(address, quantity) and exchange.exception:
            half = quantity // 2
            waiting += [(address, half), (address + half, quantity - half)]
    return found
