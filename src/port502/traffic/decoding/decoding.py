"""From pieces of bytes to explained frames: framing, direction, pairs, fields and faults."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from port502.protocol.codes import DIAGNOSTICS, EXCEPTION_BIT, READ_WRITE_MULTIPLE_REGISTERS
from port502.protocol.lookalike import looks_like
from port502.registers.reference import Reference
from port502.traffic.decoding.causes import frame_problems, is_message
from port502.traffic.decoding.cutting import ASCII, MBAP, RTU, Cut
from port502.traffic.decoding.decoded import Decoded
from port502.traffic.decoding.envelope import enveloped
from port502.traffic.decoding.layout import Layout, Span
from port502.traffic.decoding.problem import Problem
from port502.traffic.decoding.recognise import Candidate, recognise_lines
from port502.traffic.decoding.requests import request_layout
from port502.traffic.decoding.responses import response_layout
from port502.traffic.hextext.piece import RECEIVED, REQUEST, RESPONSE, Piece

_MOST_WAITING = 1024
_FITS = 0.2
_BELIEVED = 0.6
"""The score from which decimal numbers among other bytes are taken for a frame."""

_ECHOED = ("reference_num", "value", "word_cnt", "bit_cnt", "and_mask", "or_mask", "diagnostic_code")


@dataclass(frozen=True, slots=True)
class Hint:
    """What is known beforehand: the framing, whether the frames are responses, where a lone response's data lies."""

    framing: str | None = None
    is_response: bool | None = None
    place: Reference | None = None


def decode(pieces: Iterable[Piece], hint: Hint | None = None) -> list[Decoded]:
    """The frames in pieces of bytes, in order, each response with its request where that is among them.

    Never raises: bytes that are no frame become a frame with problems.
    """
    return _Decoding(hint or Hint()).run(list(pieces))


class _Decoding:
    """Goes through the frames in order and remembers the requests that wait for their responses."""

    def __init__(self, hint: Hint) -> None:
        self._hint = hint
        self._waiting: list[Decoded] = []
        self._found: list[Decoded] = []

    def run(self, pieces: Sequence[Piece]) -> list[Decoded]:
        for piece in pieces:
            framing = self._hint.framing or (ASCII if piece.ascii else None)
            for _, candidates in recognise_lines([line for line in piece.lines if line], framing):
                best = candidates[0]
                if piece.doubtful and best.score < _BELIEVED and len(pieces) > 1:
                    continue
                for cut in best.cuts:
                    self._add(self._decoded(piece, cut, candidates))
        return self._found

    def _add(self, decoded: Decoded) -> None:
        self._found.append(decoded)
        if decoded.request is not None:
            self._waiting.remove(decoded.request)
        elif not decoded.is_response:
            self._waiting.append(decoded)
            del self._waiting[: max(0, len(self._waiting) - _MOST_WAITING)]

    def _decoded(self, piece: Piece, cut: Cut, candidates: Sequence[Candidate]) -> Decoded:
        best, others = candidates[0], candidates[1:]
        pdu = _whole_pdu(cut)
        asking = self._request_for(cut, pdu)
        is_response, sure = self._direction(piece, pdu, asking)
        request = asking if is_response else None
        layout = response_layout(pdu, self._asked(request, pdu)) if is_response else request_layout(pdu)
        fields, at = enveloped(cut, pdu, layout)
        inside = (replace(one, at=None if one.at is None else at(one.at)) for one in layout.problems)
        problems = [
            *self._no_frame(cut, best.score),
            *frame_problems(cut),
            *inside,
            *_echo(layout, request, pdu),
        ]
        problems += self._local_echo(piece, cut, is_response=is_response)
        stranger = self._stranger(cut, pdu) if is_response and request is None else ""
        return Decoded(
            frame=len(self._found) + 1,
            line=piece.line,
            framing=_framing_name(best.framing, cut, piece),
            score=best.score,
            others=tuple((one.framing, one.score) for one in others),
            cut=cut,
            pdu=pdu,
            is_response=is_response,
            sure=sure,
            layout=layout,
            fields=fields,
            problems=tuple(problems),
            notes=(*piece.notes, *_notes(layout), *filter(None, (stranger,))),
            request=request,
        )

    def _request_for(self, cut: Cut, pdu: bytes) -> Decoded | None:
        """The oldest waiting request that this frame would answer: same id where there is one, unit and function."""
        if not pdu:
            return None
        function = pdu[0] & ~EXCEPTION_BIT
        same = [one for one in self._waiting if one.unit == cut.unit and one.function == function]
        if cut.header is not None:
            same = [one for one in same if one.cut.header is not None and one.cut.header[0] == cut.header[0]]
        return same[0] if same else None

    def _no_frame(self, cut: Cut, score: float) -> list[Problem]:
        """What bytes are that fit no framing, as far as that can be told."""
        if score >= _FITS or self._hint.framing is not None:
            return []
        resemblance = looks_like(cut.raw)
        cause = f"looks like {resemblance}" if resemblance else "no Modbus, or bytes are missing"
        return [Problem("no_frame", "no framing fits these bytes", cause, 0)]

    def _local_echo(self, piece: Piece, cut: Cut, *, is_response: bool) -> list[Problem]:
        """A request that comes back as it was sent, on a line where the sender hears itself."""
        before = self._found[-1] if self._found else None
        if (
            is_response
            or piece.said != RECEIVED
            or cut.framing == MBAP
            or before is None
            or before.raw != cut.raw
        ):
            return []
        text = "what was sent was received"
        return [Problem("local_echo", text, "the RS-485 adapter hears itself: switch its local echo off")]

    def _stranger(self, cut: Cut, pdu: bytes) -> str:
        """What differs between a response without a request and the last request that waits for one like it."""
        if cut.header is None or not pdu:
            return ""
        function = pdu[0] & ~EXCEPTION_BIT
        for one in reversed(self._waiting):
            if one.cut.header is None or one.function != function:
                continue
            mine, asked = cut.header[0], one.cut.header[0]
            if one.unit == cut.unit:
                return (
                    f"its transaction id is {mine}, frame {one.frame} asked with {asked}: a late answer to an earlier"
                    " request, or a server that does not repeat the id"
                )
            if mine == asked:
                return f"unit {cut.unit} answers, frame {one.frame} asked unit {one.unit}"
        return ""

    def _direction(self, piece: Piece, pdu: bytes, asking: Decoded | None) -> tuple[bool, bool]:
        """Whether a frame is a response, and whether its own bytes (or a hint) tell so."""
        if self._hint.is_response is not None:
            return self._hint.is_response, True
        if pdu and pdu[0] >= EXCEPTION_BIT:
            return True, True
        asks, answers = request_layout(pdu), response_layout(pdu)
        if asks.fits != answers.fits:
            return answers.fits, True
        if piece.said in (REQUEST, RESPONSE):
            return piece.said == RESPONSE, True
        if asking is not None:
            return True, False
        if len(asks.problems) != len(answers.problems):
            return len(answers.problems) < len(asks.problems), False
        return piece.said == RECEIVED, False

    def _asked(self, request: Decoded | None, pdu: bytes) -> Span | None:
        if request is not None:
            return request.layout.span
        place = self._hint.place
        return None if place is None else _lone_span(place, pdu)


def _lone_span(place: Reference, pdu: bytes) -> Span | None:
    """What a response without its request holds, when the user says where it starts."""
    if not pdu or len(pdu) < 2:
        return None
    quantity = 8 * pdu[1] if place.table.is_bits else pdu[1] // 2
    return Span(place.table, place.address, quantity)


def _whole_pdu(cut: Cut) -> bytes:
    """The PDU, with the bytes that a wrong length leaves out where only all of them are a message."""
    if cut.framing == MBAP and cut.behind and not is_message(cut.pdu) and is_message(cut.raw[7:]):
        return cut.raw[7:]
    # An RTU frame whose checksum was left out ends with its data.
    if (
        cut.framing == RTU
        and not cut.checked
        and not is_message(cut.pdu)
        and is_message(cut.raw[cut.pdu_at :])
    ):
        return cut.raw[cut.pdu_at :]
    return cut.pdu


def _framing_name(framing: str, cut: Cut, piece: Piece) -> str:
    if cut.inside:
        return "mbap+rtu"
    return "rtu+tcp" if framing == RTU and piece.tcp else framing


def _echo(layout: Layout, request: Decoded | None, pdu: bytes) -> list[Problem]:
    """Where a response repeats its request, what it repeats wrongly."""
    if request is None or not pdu or pdu[0] >= EXCEPTION_BIT:
        return []
    names = _ECHOED if pdu[0] not in (READ_WRITE_MULTIPLE_REGISTERS,) else ()
    problems = []
    for name in names:
        asked, answered = request.layout.value(name), layout.value(name)
        if asked is not None and answered is not None and asked != answered:
            text = f"the response repeats {name.replace('_', ' ')} {answered}, the request has {asked}"
            cause = "an answer to another request" if pdu[0] != DIAGNOSTICS else ""
            problems.append(Problem("echo", text, cause))
    return problems


def _notes(layout: Layout) -> tuple[str, ...]:
    span = layout.span
    if span is None or span.address is None:
        return ()
    notice = Reference(span.table, span.address).notice
    return (notice,) if notice else ()
