"""Exceptions: what the device or the gateway before it says no to, and why it probably does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from port502.discover.doctor.evidence import Evidence, ReadSeen
from port502.discover.doctor.exchange import Answer, Exchange
from port502.discover.doctor.findings import Confidence
from port502.discover.doctor.judge.judged import Judged, found, seen
from port502.discover.doctor.judge.talking import answers
from port502.protocol.codes import exception_name, function_name

SURE, LIKELY, POSSIBLE = Confidence.SURE, Confidence.LIKELY, Confidence.POSSIBLE

ROUTE, TARGET = 0x0A, 0x0B
BUSY = (0x05, 0x06)
FAILURE = 0x04
_VENDORS = {0x41: ": invalid message", 0x42: ": wrong length", 0x43: ": wrong CRC", 0x4B: ": partial data"}
_FROM_VENDORS = 0x40
_READS = (1, 2, 3, 4)


def refusals(evidence: Evidence) -> Iterator[Judged]:
    """What the configured unit answers to a plain read."""
    first = evidence.first
    if first is None or not first.answered or first.late:
        return
    asked = (first, *evidence.again)
    codes = [one.exception for one in asked]
    busy = [one for one in asked if one.exception in BUSY]
    if ROUTE in codes:
        yield _no_route(evidence, asked)
    elif first.exception == TARGET:
        yield _silent_bus(evidence, first)
    elif busy:
        names = " and ".join(f"exception {code:02X}" for code in sorted({one.exception for one in busy}))
        yield found("MB.BUSY", SURE, evidence, *answers(busy), codes=names, busy=len(busy), asked=len(asked))
    elif first.exception == FAILURE:
        yield _failure(evidence, first, asked)
    elif first.exception >= _FROM_VENDORS:
        yield vendor(evidence, first)
    elif first.exception == 1:
        yield from _no_function(evidence, first)
    elif first.exception > FAILURE:
        name = exception_name(first.exception)
        what = f"exception {first.exception:02X} ({name}) to a plain read"
        yield found("UNKNOWN", POSSIBLE, evidence, *answers([first]), what=what)


def _no_route(evidence: Evidence, asked: Sequence[Exchange]) -> Judged:
    refused = [one for one in asked if one.exception == ROUTE]
    if len(refused) < len(asked) and any(one.device_answered for one in asked):
        return found("GW.0A_BUSY", SURE, evidence, *answers(asked), busy=len(refused), asked=len(asked))
    alive = [one for one in evidence.units if one.device_answered]
    others = f" (unit {', '.join(str(one.unit) for one in alive)})" if alive else ""
    return found("GW.0A_ROUTE", SURE, evidence, *answers([*refused[:1], *evidence.units]), others=others)


def _silent_bus(evidence: Evidence, first: Exchange) -> Judged:
    alive = [one for one in evidence.units if one.device_answered]
    silent = [first, *(one for one in evidence.units if one.exception == TARGET)]
    ids = ", ".join(str(one.unit) for one in silent)
    signals = answers([first, *evidence.units])
    if alive:
        return found("GW.0B_SOME", SURE, evidence, *signals, alive=alive[0].unit, units=ids)
    sure = SURE if len(silent) > 1 else LIKELY
    return found("GW.0B_ALL", sure, evidence, *signals, units=ids, took=first.took)


def _failure(evidence: Evidence, exchange: Exchange, asked: Sequence[Exchange]) -> Judged:
    works = [one for one in (*asked, *evidence.functions) if one.answer is Answer.REPLY]
    address = getattr(exchange.request, "address", 0)
    pattern = ", while other reads work" if works else " to every read that was tried"
    what = f"{function_name(exchange.request.function)} at address {address}"
    return found(
        "MB.DEVICE_FAILURE", SURE, evidence, *answers([exchange, *works]), what=what, pattern=pattern
    )


def vendor(evidence: Evidence, exchange: Exchange) -> Judged:
    """An exception code outside of the specification."""
    meaning = _VENDORS.get(exchange.exception, "")
    return found(
        "GW.VENDOR_EXC", SURE, evidence, *answers([exchange]), code=exchange.exception, meaning=meaning
    )


def _no_function(evidence: Evidence, first: Exchange) -> Iterator[Judged]:
    tried = [one for one in evidence.functions if one.request.function in _READS]
    if not tried or any(one.exception != 1 for one in tried):
        return  # the device has other tables than the one that was tried first
    if evidence.question.target.scheme == "tls":
        yield found("TLS.ROLE", LIKELY, evidence, *answers([first, *tried]))
        return
    yield _function(evidence, first, tried)


def reads(evidence: Evidence) -> Iterator[Judged]:
    """What the device answers to the reads that the user asks about."""
    for one in evidence.reads:
        rule = _READ_RULES.get(one.exchange.exception)
        if rule is not None:
            yield rule(evidence, one)
        elif one.exchange.exception >= _FROM_VENDORS:
            yield vendor(evidence, one.exchange)
        elif not one.exchange.answered and one.largest:
            yield _quantity(evidence, one)


def _function(evidence: Evidence, exchange: Exchange, others: Sequence[Exchange]) -> Judged:
    works = sorted({one.request.function for one in others if one.answer is Answer.REPLY})
    instead = ", ".join(f"function {code} ({function_name(code)}) works" for code in works)
    return found(
        "MB.FUNCTION",
        SURE,
        evidence,
        *answers([exchange, *others]),
        function=exchange.request.function,
        name=function_name(exchange.request.function),
        instead=instead or "no read that was tried works",
    )


def _function_of_read(evidence: Evidence, one: ReadSeen) -> Judged:
    others = [*evidence.functions]
    if one.other_table is not None:
        others.append(one.other_table)
    return _function(evidence, one.exchange, others)


def _address(evidence: Evidence, one: ReadSeen) -> Judged:
    reference = one.reference
    if one.single is not None and one.single.answer is Answer.REPLY:
        return found(
            "MB.EDGE",
            SURE,
            evidence,
            *answers([one.exchange, one.single]),
            table=reference.table,
            address=reference.address,
            count=reference.span,
            largest=one.largest or 1,
        )
    instead, advice, proof = _elsewhere(one)
    return found(
        "MB.ADDRESS",
        SURE if proof is not None else LIKELY,
        evidence,
        *answers([one.exchange, *([proof] if proof is not None else [])]),
        table=reference.table,
        address=reference.address,
        instead=instead,
        advice=advice,
    )


def _elsewhere(one: ReadSeen) -> tuple[str, str, Exchange | None]:
    """Where the address may really be, what to do, and the exchange that shows it."""
    reference = one.reference
    table, address = reference.table, reference.address

    def works(exchange: Exchange | None) -> bool:
        return exchange is not None and exchange.answer is Answer.REPLY

    if works(one.reduced) and one.reduced_address is not None:
        real = one.reduced_address
        advice = (
            f"{address} is a manual's reference, not an address: write {address} alone, or {table}:{real}."
        )
        return f"{address} looks like a reference, and address {real} works", advice, one.reduced
    if one.reduced_address is not None:
        advice = (
            f"{address} is a manual's reference: write {address} alone, or {table}:{one.reduced_address}."
        )
        return (
            f"as a reference {address} means address {one.reduced_address}, which is not there either",
            advice,
            None,
        )
    if works(one.other_table):
        other = "input" if table == "holding" else "holding" if table == "input" else "the other table"
        return (
            f"the {other} table has it",
            f"Read {other}:{address} (the other function code).",
            one.other_table,
        )
    if works(one.before):
        advice = (
            f"Read {table}:{address - 1}: manuals count from 1, addresses from 0; else see the device's map."
        )
        return f"address {address - 1} is there", advice, one.before
    if works(one.behind):
        advice = f"Read {table}:{address + 1}, or see the device's map."
        return f"address {address + 1} is there", advice, one.behind
    return (
        "nor its neighbours",
        "See the device's map: register 40001 of a manual is address 0 here (holding:0).",
        None,
    )


def _quantity(evidence: Evidence, one: ReadSeen) -> Judged:
    return found(
        "MB.QUANTITY",
        SURE if one.largest else LIKELY,
        evidence,
        *answers([one.exchange]),
        seen("longest read that works", one.largest or "none"),
        largest=one.largest or 1,
        count=one.reference.span,
    )


def _busy(evidence: Evidence, one: ReadSeen) -> Judged:
    code = f"exception {one.exchange.exception:02X}"
    return found("MB.BUSY", LIKELY, evidence, *answers([one.exchange]), codes=code, busy=1, asked=1)


def _failure_of_read(evidence: Evidence, one: ReadSeen) -> Judged:
    others = [other for other in (one.single, one.before, one.behind) if other is not None]
    return _failure(evidence, one.exchange, others)


_READ_RULES = {
    1: _function_of_read,
    2: _address,
    3: _quantity,
    4: _failure_of_read,
    5: _busy,
    6: _busy,
}
