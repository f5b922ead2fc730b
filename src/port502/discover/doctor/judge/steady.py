"""The long run: loss, slowness, two kinds of response times, other clients, idleness, limits; and failed writes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from port502.discover.doctor.evidence import Evidence, Stability
from port502.discover.doctor.exchange import Answer
from port502.discover.doctor.failed_write import FailedWrite
from port502.discover.doctor.findings import Confidence
from port502.discover.doctor.judge.judged import Judged, Signal, found, seen
from port502.discover.doctor.judge.refusing import BUSY, ROUTE
from port502.discover.doctor.judge.talking import answers

SURE, LIKELY, POSSIBLE = Confidence.SURE, Confidence.LIKELY, Confidence.POSSIBLE

LOSS = 0.02
"""Share of segments that may be sent again before it is called a loss."""

_LEAST_LOST = 2
_TWO_KINDS = 3.0
_APART = 0.02
_LEAST_SHARE = 0.15
_LEAST_OF_A_KIND = 3
_LEAST_TIMES = 10
_BAUDS = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200)
_BITS_PER_REGISTER = 22.0
_TOO_QUICK = 0.0003
_UNLIKELY = (201, 247)
_KEEPALIVE = "keep-alive"


def stability(evidence: Evidence) -> Iterator[Judged]:
    """What repeated reads show."""
    steady = evidence.stability
    if steady is None:
        return
    shown = timing(steady)
    yield from _loss(evidence, steady, shown)
    yield from _odd_answers(evidence, steady, shown)
    yield from _jitter(evidence, steady, shown)
    yield from _serial(evidence, steady, shown)


def _loss(evidence: Evidence, steady: Stability, shown: Sequence[Signal]) -> Iterator[Judged]:
    info = steady.info
    if info is None or info.total_retrans < _LEAST_LOST:
        return
    segments = max(info.segments_out, len(steady.exchanges) * 2)
    if info.total_retrans < LOSS * segments:
        return
    yield found("NET.LOSS", SURE, evidence, *shown, again=info.total_retrans, segments=segments)


def _odd_answers(evidence: Evidence, steady: Stability, shown: Sequence[Signal]) -> Iterator[Judged]:
    asked = steady.exchanges
    routes = [one for one in asked if one.exception == ROUTE]
    busy = [one for one in asked if one.exception in BUSY]
    late = [one for one in asked if one.late]
    silent = [one for one in asked if one.answer is Answer.SILENT]
    strange = [one for one in asked if one.answer is Answer.OTHER_ID or one.strays]
    if routes:
        yield found(
            "GW.0A_BUSY", SURE, evidence, *shown, *answers(routes), busy=len(routes), asked=len(asked)
        )
    if busy:
        codes = " and ".join(f"exception {code:02X}" for code in sorted({one.exception for one in busy}))
        yield found(
            "MB.BUSY", SURE, evidence, *shown, *answers(busy), codes=codes, busy=len(busy), asked=len(asked)
        )
    if late:
        yield found("APP.SLOW", SURE, evidence, *shown, took=max(one.took for one in late))
    if strange:
        ids = ", ".join(f"{one.got_id or 0:#06x}" for one in strange[:6])
        yield found(
            "GW.MIXED",
            LIKELY,
            evidence,
            *shown,
            what=f"transaction ids {ids} in {len(strange)} of {len(asked)}",
        )
    if steady.ended:
        end = seen("connection", f"{steady.ended} after {len(asked)} reads")
        yield found("TCP.EVICTED", LIKELY, evidence, end, *shown, own="")
    elif silent and not (steady.info is not None and steady.info.total_retrans):
        tried = f"it ignored {len(silent)} of {len(asked)} equal reads"
        yield found("APP.SILENT_ACKED", LIKELY, evidence, *shown, tried=tried)


def _jitter(evidence: Evidence, steady: Stability, shown: Sequence[Signal]) -> Iterator[Judged]:
    times = sorted(steady.times)
    if len(times) < _LEAST_TIMES or (steady.info is not None and steady.info.total_retrans):
        return
    gap, at = max((times[place] - times[place - 1], place) for place in range(1, len(times)))
    low, high = times[:at], times[at:]
    if gap < _APART or min(len(low), len(high)) < max(_LEAST_OF_A_KIND, _LEAST_SHARE * len(times)):
        return  # a single late one is no second kind
    if median(high) < _TWO_KINDS * median(low):
        return
    yield found(
        "PERF.JITTER",
        LIKELY,
        evidence,
        *shown,
        low_ms=median(low) * 1000,
        high_ms=median(high) * 1000,
        share=100 * len(high) / len(times),
        worst_ms=times[-1] * 1000,
        count=len(times),
    )


def _serial(evidence: Evidence, steady: Stability, shown: Sequence[Signal]) -> Iterator[Judged]:
    if steady.short_time is None or steady.long_time is None or steady.long_quantity < 2:
        return
    each = (steady.long_time - steady.short_time) / (steady.long_quantity - 1)
    if each < _TOO_QUICK:
        return
    baud = min(_BAUDS, key=lambda one: abs(_BITS_PER_REGISTER / one - each))
    lengths = (
        seen("1 register", f"{steady.short_time * 1000:.1f} ms"),
        seen(f"{steady.long_quantity} registers", f"{steady.long_time * 1000:.1f} ms"),
    )
    yield found("GW.SLOW", LIKELY, evidence, *lengths, *shown, per_register_ms=each * 1000, baud=baud)


def timing(steady: Stability) -> tuple[Signal, ...]:
    """The response times in percentiles, and how much of them the network takes."""
    times = sorted(steady.times)
    signals = []
    if times:
        at = {name: times[min(len(times) - 1, int(len(times) * share))] for name, share in _SHARES}
        text = ", ".join(f"{name} {value * 1000:.1f}" for name, value in at.items())
        signals.append(seen("response times (ms)", f"{text} of {len(times)}"))
    info = steady.info
    if info is not None:
        signals.append(seen("network's share", f"{info.rtt * 1000:.2f} ms round trip"))
        signals.append(seen("retransmissions", f"{info.total_retrans} of {info.segments_out} segments"))
    if steady.keepalive_s is not None:
        text = f"off unless a program asks for it; then after {steady.keepalive_s:.0f} s by this system's setting"
        signals.append(seen(_KEEPALIVE, text))
    return tuple(signals)


def _keepalive(evidence: Evidence) -> tuple[Signal, ...]:
    shown = timing(evidence.stability) if evidence.stability is not None else ()
    return tuple(one for one in shown if one.signal == _KEEPALIVE)


_SHARES = (("min", 0.0), ("median", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1.0))


def median(times: Sequence[float]) -> float:
    """The middle one of sorted times."""
    return times[len(times) // 2]


def deep(evidence: Evidence) -> Iterator[Judged]:
    """What only a deep look shows."""
    looked = evidence.deep
    if looked is None:
        return
    if looked.evicted:
        yield found(
            "TCP.EVICTED", SURE, evidence, seen("first connection", "ended when another was opened"), own=""
        )
    if looked.idle_ending and looked.idle_waited is not None:
        end = seen("idle connection", f"{looked.idle_ending} after {looked.idle_waited:g} s")
        yield found("TCP.IDLE", SURE, evidence, end, *_keepalive(evidence), seconds=looked.idle_waited)
    elif looked.idle_lost and looked.idle_waited is not None:
        lost = seen(
            "request after idleness", f"not acknowledged after {looked.idle_waited:g} s without traffic"
        )
        yield found("TCP.HALF_OPEN", SURE, evidence, lost, *_keepalive(evidence), seconds=looked.idle_waited)
    if looked.limit_reached and looked.connections is not None and not looked.evicted:
        opened = seen("connections", f"{looked.connections} work, one more does not")
        yield found("PERF.LIMIT", SURE, evidence, opened, count=looked.connections)
    if looked.pipelined is not None and looked.pipelined < 2:
        sent = seen("two requests in a row", f"{looked.pipelined} replies")
        yield found("MB.PIPELINE", LIKELY, evidence, sent, got=looked.pipelined)


def any_unit(evidence: Evidence) -> Iterator[Judged]:
    """Unit ids that no device has, and that answer all the same."""
    first = evidence.first
    if first is None or not first.device_answered:
        return
    unlikely = [one for one in evidence.units if one.unit in _UNLIKELY and one.device_answered]
    if len(unlikely) == len(_UNLIKELY):
        ids = " and ".join(str(one.unit) for one in unlikely)
        yield found("MB.ANY_UNIT", SURE, evidence, *answers(unlikely), ids=ids)


def failed_write(evidence: Evidence) -> Iterator[Judged]:
    """A write that was refused while reads work."""
    write = evidence.question.failed_write
    first = evidence.first
    if write is None or (first is not None and not first.device_answered):
        return
    reads = "answers" if first is not None else "not tried"
    yield found(
        "MB.WRITE_REFUSED",
        SURE if write.exception else LIKELY,
        evidence,
        seen(f"the write, by {write.told_by or 'hearsay'}", write.text),
        seen("a read of the same device", reads),
        what=write.text,
        advice=_advice(write, evidence.question.unit),
    )


def _advice(write: FailedWrite, unit: int) -> str:
    if write.refused_by_guard:
        rule = f" ({write.rule})" if write.rule else ""
        return f"It was refused by a guard before it reached the device{rule}: see its policy (port502 guard explain)."
    if write.exception == 1:
        other = {6: "16", 16: "6", 5: "15", 15: "5"}.get(write.function, "another write function")
        return (
            f"The device does not write with function {write.function}: try {other}, or enable writing there."
        )
    if write.exception == 2:
        return "The address cannot be written: it is read-only or not there, or a block runs over its end; see its map."
    if write.exception == 3:
        return "The value or the quantity is not allowed: look up its limits, and whether two words belong together."
    if write.exception == 4:
        return (
            "The device failed to carry it out: it may be in local mode, locked, or not allow the value now."
        )
    if write.exception in (0x0A, 0x0B) or (write.unit is not None and write.unit != unit):
        return f"Check the unit id: the write went to unit {write.unit}, reads work on unit {unit}."
    if not write.exception:
        return "Whether it was carried out is unknown: read the value back before writing again; check the unit id."
    return "Check unit id, the register's access, its limits and a write password or mode of the device."
