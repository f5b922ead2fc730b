"""The first request and its answer, other units, other functions, other framings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from port502.discover.doctor.evidence import Evidence
from port502.discover.doctor.exchange import Answer, Exchange
from port502.discover.doctor.findings import Confidence
from port502.discover.doctor.judge.judged import Judged, Signal, concluded, found, seen
from port502.discover.doctor.judge.opening import not_modbus
from port502.protocol.codes import function_name
from port502.transport.probe.attempt import Outcome

SURE, LIKELY, POSSIBLE = Confidence.SURE, Confidence.LIKELY, Confidence.POSSIBLE
_SENT_AGAIN = 2
_LATE = 8
"""A transaction id so few behind ours belongs to an earlier request of ours."""

_SAMPLES = 16


def first(evidence: Evidence) -> Iterator[Judged]:
    """The answer to the first request."""
    exchange = evidence.first
    if exchange is None:
        return
    rule = _RULES.get(exchange.answer)
    if rule is not None:
        yield from rule(evidence, exchange)
    elif exchange.late and exchange.exception in (0x0A, 0x0B):
        yield _gateway_late(evidence, exchange)
    elif exchange.late:
        yield _slow(evidence, exchange)
    if exchange.strays:
        yield _mixed(evidence, f"bytes {exchange.strays[:_SAMPLES].hex(' ')} before the reply", exchange)


def _silent(evidence: Evidence, exchange: Exchange) -> Iterator[Judged]:
    signals = silence_signals(exchange)
    info = exchange.info
    if info is not None and info.unacked and info.retransmits >= _SENT_AGAIN:
        yield found("NET.UNACKED", SURE, evidence, *signals, tries=info.total_retrans + 1)
        return
    if info is not None and not info.acknowledged:
        yield found("NET.UNACKED", LIKELY, evidence, *signals, tries=info.total_retrans + 1)
        return
    late = next((one for one in evidence.settle if one.exchange.answered), None)
    woke_up = any(one.alive for one in evidence.again)
    units = [] if woke_up else [one for one in evidence.units if one.alive and one.unit != exchange.unit]
    functions = [one for one in evidence.functions if one.alive]
    if functions:
        yield _silent_function(evidence, exchange, functions, signals)
    elif units:
        yield _other_unit(evidence, units, signals)
    elif late is not None:
        proof = seen(f"after a pause of {late.pause:g} s", f"answers in {late.exchange.took * 1000:.0f} ms")
        yield found("APP.SETTLE", SURE, evidence, *signals, proof, pause=late.pause)
    elif evidence.rtu_reply:
        proof = seen("RTU frame", f"answered with {evidence.rtu_reply[:_SAMPLES].hex(' ')}, CRC valid")
        yield found("APP.RTU_OVER_TCP", SURE, evidence, *signals, proof)
    elif evidence.tls_reply:
        yield found("APP.TLS", SURE, evidence, *signals, _hello(evidence))
    elif any(one.outcome is Outcome.TIMEOUT for one in evidence.hung):
        opened = sum(one.outcome is Outcome.OPEN for one in evidence.hung) + 1
        more = seen("further connections", ", ".join(str(one.outcome) for one in evidence.hung))
        yield found("TCP.HUNG", SURE, evidence, *signals, more, opened=opened)
    else:
        tried = ", ".join(f"{one.unit}" for one in evidence.units) or "none other"
        sure = SURE if info is not None and not woke_up else LIKELY
        yield found("APP.SILENT_ACKED", sure, evidence, *signals, tried=f"units tried: {tried}")


def _silent_function(
    evidence: Evidence, exchange: Exchange, working: Sequence[Exchange], signals: Sequence[Signal]
) -> Judged:
    instead = ", ".join(sorted({function_name(one.request.function) for one in working}))
    return found(
        "MB.FUNCTION",
        SURE,
        evidence,
        *signals,
        *answers(working),
        function=exchange.request.function,
        name=function_name(exchange.request.function),
        instead=f"it answers {instead}",
    )


def _other_unit(evidence: Evidence, working: Sequence[Exchange], signals: Sequence[Signal]) -> Judged:
    devices = [one for one in working if one.device_answered] or list(working)
    ids = list(dict.fromkeys(one.unit for one in devices))
    return found(
        "MB.UNIT",
        SURE,
        evidence,
        *signals,
        *answers(devices),
        found=" and ".join(map(str, ids[:4])),
        first=ids[0],
    )


def _lost(evidence: Evidence, exchange: Exchange) -> Iterator[Judged]:
    if evidence.tls_reply:
        yield found("APP.TLS", SURE, evidence, _end(exchange), _hello(evidence))
    elif evidence.again and any(one.alive for one in evidence.again):
        yield _evicted(evidence, exchange)
    else:
        what = "it ends the connection when it gets a Modbus request"
        yield found("APP.NOT_MODBUS", POSSIBLE, evidence, _end(exchange), what=what)


def _evicted(evidence: Evidence, exchange: Exchange) -> Judged:
    return found("TCP.EVICTED", LIKELY, evidence, _end(exchange), own="")


def _echo(evidence: Evidence, exchange: Exchange) -> Iterator[Judged]:
    yield found("MB.ECHO", SURE, evidence, seen("reply", exchange.received[:_SAMPLES].hex(" ")))


def _foreign(evidence: Evidence, exchange: Exchange) -> Iterator[Judged]:
    yield not_modbus(evidence, exchange.received, "in answer to a Modbus request")


def _tail(evidence: Evidence, exchange: Exchange) -> Iterator[Judged]:
    yield found(
        "MB.CRC_TAIL", SURE, evidence, seen("reply", exchange.received.hex(" ")), seen("tail", exchange.note)
    )


def _length(evidence: Evidence, exchange: Exchange) -> Iterator[Judged]:
    note = exchange.note
    yield found("MB.LENGTH", SURE, evidence, seen("reply", exchange.received[:64].hex(" ")), note=note)


def _malformed(evidence: Evidence, exchange: Exchange) -> Iterator[Judged]:
    reply = seen("reply", exchange.received[:64].hex(" "))
    yield found("MB.LENGTH", LIKELY, evidence, reply, note=exchange.note)


def _unit(evidence: Evidence, exchange: Exchange) -> Iterator[Judged]:
    bent = [one for one in (exchange, *evidence.again) if one.answer is Answer.OTHER_UNIT]
    units = {one.got_unit for one in bent}
    signals = [seen(f"request to unit {one.unit}", f"answered as unit {one.got_unit}") for one in bent]
    if len(units) > 1:
        yield _mixed(evidence, f"unit ids {', '.join(map(str, sorted(u or 0 for u in units)))}", exchange)
    else:
        yield found("MB.UNIT_ECHO", SURE, evidence, *signals, got=exchange.got_unit)


def _id(evidence: Evidence, exchange: Exchange) -> Iterator[Judged]:
    bent = [
        one for one in (exchange, *evidence.again) if one.answer is Answer.OTHER_ID and one.got_id is not None
    ]
    ids = [one.got_id for one in bent]
    behind = [(one.sent_id - (one.got_id or 0)) & 0xFFFF for one in bent]
    shown = [seen(f"transaction id {one.sent_id:#06x}", f"answered with {one.got_id:#06x}") for one in bent]
    swapped = [one for one in bent if (one.got_id or 0).to_bytes(2, "little") == one.sent[:2]]
    if set(ids) == {0} or (len(bent) > 1 and len(set(ids)) == 1):
        yield found("MB.TXID_ZERO", SURE, evidence, *shown, got=ids[0])
    elif len(swapped) == len(bent):
        yield found("MB.TXID_ZERO", SURE, evidence, *shown, got="with its two bytes swapped")
    elif all(0 < one <= _LATE for one in behind):
        histogram = ", ".join(f"{n} behind: {behind.count(n)} times" for n in sorted(set(behind)))
        took = max(one.took for one in bent) + evidence.question.pace.timeout
        yield found("MB.TXID_LATE", SURE, evidence, *shown, difference=histogram, took=took)
    else:
        yield _mixed(evidence, f"transaction ids {', '.join(f'{one or 0:#06x}' for one in ids)}", exchange)


def _mixed(evidence: Evidence, what: str, exchange: Exchange) -> Judged:
    sent = seen("our transaction id", f"{exchange.sent_id:#06x}, unit {exchange.unit}")
    return found("GW.MIXED", LIKELY, evidence, sent, seen("what came", what), what=what)


def _slow(evidence: Evidence, exchange: Exchange) -> Judged:
    return found(
        "APP.SLOW", SURE, evidence, seen("reply", f"after {exchange.took:.2f} s"), took=exchange.took
    )


def _gateway_late(evidence: Evidence, exchange: Exchange) -> Judged:
    said = seen("reply", f"exception {exchange.exception:02X} after {exchange.took:.2f} s")
    return found("GW.TIMEOUT_ORDER", SURE, evidence, said, took=exchange.took)


def _hello(evidence: Evidence) -> Signal:
    return seen("TLS hello", f"answered with {evidence.tls_reply[:5].hex(' ')}")


def _end(exchange: Exchange) -> Signal:
    return seen("after the request", f"{exchange.answer} after {exchange.took * 1000:.1f} ms")


def silence_signals(exchange: Exchange) -> tuple[Signal, ...]:
    """What the kernel says about a request that was not answered."""
    waited = seen(f"reply of unit {exchange.unit}", f"none in {exchange.took:.1f} s")
    info = exchange.info
    if info is None:
        return (waited, concluded("acknowledgement", "this system does not tell"))
    taken = "taken by the device's TCP stack" if info.acknowledged else "not acknowledged"
    books = (
        f"{info.unacked} unacknowledged, {info.retransmits} retransmissions, {info.queued} bytes in the queue"
    )
    return (waited, seen("request", f"{taken} ({books})"))


def answers(exchanges: Sequence[Exchange]) -> tuple[Signal, ...]:
    """What units or functions said."""
    return tuple(
        seen(f"unit {one.unit}, {function_name(one.request.function)}", _said(one)) for one in exchanges[:8]
    )


def _said(exchange: Exchange) -> str:
    if exchange.exception:
        return f"exception {exchange.exception:02X} in {exchange.took * 1000:.1f} ms"
    return f"{exchange.answer} in {exchange.took * 1000:.1f} ms"


_RULES = {
    Answer.SILENT: _silent,
    Answer.LOST: _silent,
    Answer.CLOSED: _lost,
    Answer.RESET: _lost,
    Answer.ECHO: _echo,
    Answer.FOREIGN: _foreign,
    Answer.CRC_TAIL: _tail,
    Answer.LENGTH: _length,
    Answer.MALFORMED: _malformed,
    Answer.OTHER_UNIT: _unit,
    Answer.OTHER_ID: _id,
}
