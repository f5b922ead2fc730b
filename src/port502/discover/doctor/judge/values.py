"""What the registers hold: zeros, signs for nothing, other orders, values that stand still or jump."""

from __future__ import annotations

from collections.abc import Iterator

from port502.discover.doctor.evidence import Evidence, SearchSeen, ValuesSeen
from port502.discover.doctor.expect import plausibility, read_as
from port502.discover.doctor.findings import Confidence
from port502.discover.doctor.judge.judged import Judged, Signal, concluded, found, seen
from port502.discover.doctor.naming import identity_in
from port502.registers.reference import Reference, Table
from port502.registers.values import ORDERS

SURE, LIKELY, POSSIBLE = Confidence.SURE, Confidence.LIKELY, Confidence.POSSIBLE

_SENTINELS = {
    "int16": {0x8000, 0x7FFF},
    "uint16": {0xFFFF, 0x8000},
    "int32": {0x80000000, 0x7FFFFFFF},
    "uint32": {0xFFFFFFFF, 0x80000000},
    "int64": {0x8000000000000000},
    "uint64": {0xFFFFFFFFFFFFFFFF},
    "float32": {0x7FC00000, 0xFFC00000, 0x7FFFFFFF, 0xFFFFFFFF, 0x7F800001},
}
_CACHED = 0.005
_SERIAL = 0.05
"""An exception 0B that comes no sooner was waited for on a serial line."""

_QUICK_ENOUGH = 4
_WORD = 65536
_LEAST_ZEROS = 2


def values(evidence: Evidence) -> Iterator[Judged]:
    """What is odd about the values, those with a known value first."""
    read = evidence.values
    if read is None:
        return
    for one in read.searches:
        yield from _searched(evidence, one)
    known = {one.expected.reference for one in read.searches}
    for reference, images in read.images:
        if not images or not images[-1]:
            continue
        if torn := _torn(evidence, reference, images):
            yield torn
        elif sentinel := _sentinel(evidence, reference, images[-1]):
            yield sentinel
        elif reference not in known and (order := _order(evidence, reference, images[-1])):
            yield order
    yield from _zeros(evidence, read)
    yield from _frozen(evidence, read)


def _searched(evidence: Evidence, one: SearchSeen) -> Iterator[Judged]:
    expected, asked = one.expected, one.expected.reference
    if one.value is not None and expected.fits(one.value):
        return
    here = "nothing that is a number" if one.value is None else f"{one.value:.6g}"
    signals = [seen(str(asked), f"{' '.join(f'{word:04x}' for word in one.raw)} = {here}")]
    signals += [seen("found", candidate.text) for candidate in one.candidates]
    if not one.candidates:
        what = f"{expected.value:g} is nowhere near {asked}, in no type, order or scale"
        if any(one.raw):
            yield found("UNKNOWN", POSSIBLE, evidence, *signals, what=what)
        return
    best = one.candidates[0]
    reference = best.reference
    kind = asked.type or "uint16"
    same = reference.type == kind and best.scale == 1.0 and reference.table == asked.table
    listed = "; ".join(candidate.text for candidate in one.candidates[:4])
    sure = SURE if len(one.candidates) == 1 or one.candidates[1].distance > best.distance else LIKELY
    if same and abs(reference.address - asked.address) == 1 and reference.order == asked.order:
        yield found(
            "DATA.OFF_BY_ONE",
            sure,
            evidence,
            *signals,
            value=best.value,
            found=reference,
            reference=asked.protocol_form,
        )
    elif same and reference.address == asked.address:
        yield found(
            "DATA.WORD_ORDER",
            sure,
            evidence,
            *signals,
            *_orders(asked, one.raw),
            reference=asked.protocol_form,
            value=best.value,
            order=reference.order,
            asked=asked.order,
            found=reference,
        )
    else:
        yield found(
            "DATA.TYPE", LIKELY, evidence, *signals, value=expected.value, found=best.text, candidates=listed
        )


def _orders(reference: Reference, raw: tuple[int, ...]) -> Iterator[Signal]:
    """All four orders of a value, each with how much it looks like one."""
    kind = reference.type or "uint16"
    registers = dict(enumerate(raw))
    for order in ORDERS:
        value = read_as(registers, 0, kind, order)
        looks = ("implausible", "unlikely", "possible", "plausible")[plausibility(value)]
        yield concluded(f"order {order}", f"{'no number' if value is None else f'{value:.6g}'} ({looks})")


def _order(evidence: Evidence, reference: Reference, image: tuple[int, ...]) -> Judged | None:
    if reference.width < 2 or reference.type in (None, "string", "bits", "bcd32") or not any(image):
        return None
    registers = dict(enumerate(image[: reference.width]))
    kind = reference.type
    scores = {order: plausibility(read_as(registers, 0, kind, order)) for order in ORDERS}
    best = max(ORDERS, key=lambda order: scores[order])
    rivals = [order for order in ORDERS if scores[order] == scores[best]]
    if scores[reference.order] > 0 or scores[best] < 3 or len(rivals) > 1:
        return None
    return found(
        "DATA.WORD_ORDER",
        LIKELY,
        evidence,
        *_orders(reference, image[: reference.width]),
        reference=reference.protocol_form,
        value=read_as(registers, 0, kind, best),
        order=best,
        asked=reference.order,
        found=f"{reference.protocol_form}/{kind}:{best}",
    )


def _sentinel(evidence: Evidence, reference: Reference, image: tuple[int, ...]) -> Judged | None:
    if reference.table.is_bits:
        return None
    number = 0
    for word in image[: reference.width]:
        number = number << 16 | word
    kind = reference.type or "int16"
    if number not in _SENTINELS.get(kind, ()) and not (kind == "float32" and _is_nan(number)):
        return None
    raw = f"0x{number:0{4 * reference.width}X}"
    return found(
        "DATA.SENTINEL", SURE, evidence, seen(str(reference), raw), reference=reference.protocol_form, raw=raw
    )


def _is_nan(number: int) -> bool:
    return number & 0x7F800000 == 0x7F800000 and number & 0x007FFFFF != 0


def _torn(evidence: Evidence, reference: Reference, images: tuple[tuple[int, ...], ...]) -> Judged | None:
    if reference.width != 2 or reference.type not in ("uint32", "int32") or len(images) < _QUICK_ENOUGH:
        return None
    read = [
        read_as(dict(enumerate(image)), 0, "uint32", reference.order) for image in images if len(image) >= 2
    ]
    numbers = [one for one in read if one is not None]
    for before, odd, after in zip(numbers, numbers[1:], numbers[2:], strict=False):
        jump, back = odd - before, after - odd
        if abs(abs(jump) - _WORD) < _WORD / 8 and abs(abs(back) - _WORD) < _WORD / 8 and jump * back < 0:
            polled = seen("polls", ", ".join(f"{one:.0f}" for one in (before, odd, after)))
            return found("DATA.TORN", SURE, evidence, polled, reference=reference, jump=_WORD)
    return None


def _zeros(evidence: Evidence, read: ValuesSeen) -> Iterator[Judged]:
    for reference, images in read.images:
        if images and images[-1] and not reference.table.is_bits and not any(images[-1]):
            if reference.count < _LEAST_ZEROS and not read.searches:
                continue
            yield _zero(evidence, reference, len(images[-1]), read.twin, SURE)
            return
    if (
        not read.images
        and len(read.block) >= _LEAST_ZEROS
        and not any(read.block)
        and read.block_table is not None
    ):
        yield _zero(evidence, Reference(read.block_table, 0), len(read.block), read.twin, POSSIBLE)


def _zero(
    evidence: Evidence, reference: Reference, count: int, twin: tuple[int, ...], confidence: Confidence
) -> Judged:
    other = "input" if reference.table is Table.HOLDING else "holding"
    told = f", while the {other} table holds other values there" if any(twin) else ""
    signals = [seen(reference.protocol_form, f"{count} registers of 0")]
    if who := identity_in(evidence.functions):
        signals.append(seen("it says it is", who))
    if twin:
        signals.append(seen(f"{other}:{reference.address}", " ".join(f"{word:04x}" for word in twin[:8])))
    return found(
        "DATA.ZERO",
        confidence,
        evidence,
        *signals,
        count=count,
        reference=reference.protocol_form,
        twin=told,
        other=other,
    )


def _frozen(evidence: Evidence, read: ValuesSeen) -> Iterator[Judged]:
    if read.watched_s <= 0:
        return
    still = [
        (reference, images)
        for reference, images in read.images
        if len(images) >= _QUICK_ENOUGH and any(images[0]) and len(set(images)) == 1
    ]
    if not still:
        return
    reference, images = still[0]
    polls = seen("polls", f"{len(images)} in {read.watched_s:.0f} s, all of them {images[0]}")
    gateways = [one for one in evidence.units if one.exception == 0x0B and one.took > _SERIAL]
    times = sorted(evidence.stability.times) if evidence.stability is not None else []
    if gateways and times and times[len(times) // 2] < _CACHED:
        took = times[len(times) // 2] * 1000
        silent = seen(f"unit {gateways[0].unit}", f"exception {gateways[0].exception:02X}: this is a gateway")
        yield found("GW.CACHED", LIKELY, evidence, polls, silent, took_ms=took)
        return
    yield found(
        "DATA.FROZEN",
        LIKELY,
        evidence,
        polls,
        reference=reference.protocol_form,
        seconds=read.watched_s,
        polls=len(images),
    )
