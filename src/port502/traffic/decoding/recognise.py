"""Which framing a run of bytes is in: each one is tried, and gets a score from 0 to 1."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from port502.protocol.codes import EXCEPTION_BIT, EXCEPTION_NAMES, FUNCTION_NAMES
from port502.traffic.decoding.cutting import ASCII, MBAP, PDU, RTU, Cut, cut_ascii, cut_mbap, cut_pdu, cut_rtu
from port502.traffic.decoding.requests import request_layout
from port502.traffic.decoding.responses import response_layout

_LEAST = 0.2
_HIGHEST_SERVER = 247
_DIGITS = frozenset(b"0123456789ABCDEFabcdef")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A framing that the bytes may be in: the frames they are then, and how well that fits (0 to 1)."""

    framing: str
    score: float
    cuts: tuple[Cut, ...]


def recognise(data: bytes, framing: str | None = None) -> list[Candidate]:
    """The framings that bytes may be in, best first; at least one, and only ``framing`` when that is given."""
    if framing is not None:
        return [_candidate(framing, data)]
    # Of two that fit alike the one with a checksum is meant: 01 03 00 00 00 02 c4 0b reads two registers of unit 1.
    # A colon is also the first byte of a transaction id or unit 58.
    names = (ASCII, RTU, MBAP, PDU) if data[:1] == b":" and len(data) > 1 else (RTU, MBAP, PDU)
    found = sorted((_candidate(name, data) for name in names), key=lambda one: -one.score)
    return [found[0], *(one for one in found[1:] if one.score >= _LEAST)]


def recognise_lines(
    lines: Sequence[bytes], framing: str | None = None
) -> list[tuple[bytes, list[Candidate]]]:
    """The same for bytes in several lines, which are one run cut by line breaks or a frame each."""
    whole = b"".join(lines)
    together = recognise(whole, framing)
    if len(lines) > 1:
        apart = [(line, recognise(line, framing)) for line in lines]
        score = sum(len(line) * found[0].score for line, found in apart) / max(len(whole), 1)
        if score >= together[0].score:
            return apart
    return [(whole, together)]


def _candidate(framing: str, data: bytes) -> Candidate:
    cuts = _CUTTERS[framing](data)
    total = sum(len(cut.raw) for cut in cuts)
    score = sum(len(cut.raw) * _SCORES[framing](cut) for cut in cuts) / total if total else 0.0
    return Candidate(framing, round(score, 3), tuple(cuts))


def _mbap(cut: Cut) -> float:
    if cut.header is None:
        return 0.05
    _, protocol, length = cut.header
    known = _known(cut.pdu)
    score = 0.2 + 0.1 * known
    if cut.inside or length == len(cut.raw) - 6:
        score += 0.35
    elif 2 <= length <= 254 and known:
        score += 0.05
    score += 0.35 * _fits(cut.pdu)
    return score * 0.3 if protocol else score


def _rtu(cut: Cut) -> float:
    if cut.unit is None:
        return 0.0
    score = 0.05 * _known(cut.pdu) + 0.05 * (0 < cut.unit <= _HIGHEST_SERVER) + 0.25 * _fits(cut.pdu)
    if cut.check is not None and cut.checked:
        score += 0.65
    return score if not cut.problems else 0.9 * score


def _ascii(cut: Cut) -> float:
    digits = sum(byte in _DIGITS for byte in cut.raw)
    if 2 * digits < len(cut.raw):
        return 0.05
    score = 0.3 + 0.1 * _known(cut.pdu) + 0.3 * _fits(cut.pdu)
    return score + 0.3 if cut.check is not None and cut.checked else score


def _pdu(cut: Cut) -> float:
    return 0.3 if _fits(cut.pdu) and _known(cut.pdu) else 0.05


def _known(pdu: bytes) -> bool:
    if not pdu:
        return False
    if pdu[0] >= EXCEPTION_BIT:
        return pdu[0] & ~EXCEPTION_BIT in FUNCTION_NAMES and pdu[1:2] != b"" and pdu[1] in EXCEPTION_NAMES
    return pdu[0] in FUNCTION_NAMES


def _fits(pdu: bytes) -> float:
    """How much the bytes behind a function code speak for it; one that nobody defined takes any bytes."""
    if not pdu or not (request_layout(pdu).fits or response_layout(pdu).fits):
        return 0.0
    return 1.0 if pdu[0] & ~EXCEPTION_BIT in FUNCTION_NAMES else 0.3


_CUTTERS: dict[str, Callable[[bytes], list[Cut]]] = {
    MBAP: cut_mbap,
    RTU: cut_rtu,
    ASCII: cut_ascii,
    PDU: cut_pdu,
}
_SCORES: dict[str, Callable[[Cut], float]] = {MBAP: _mbap, RTU: _rtu, ASCII: _ascii, PDU: _pdu}
