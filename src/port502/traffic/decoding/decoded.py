"""One frame explained."""

from __future__ import annotations

from dataclasses import dataclass

from port502.protocol.codes import EXCEPTION_BIT, function_name
from port502.traffic.decoding.cutting import Cut
from port502.traffic.decoding.layout import Field, Layout
from port502.traffic.decoding.problem import Problem


@dataclass(eq=False, slots=True)
class Decoded:
    """Frame ``frame`` (from 1) of what was given: its fields with offsets in ``raw``, and what is wrong with it.

    ``framing`` is mbap, rtu, ascii, pdu, rtu+tcp (RTU frames in TCP) or mbap+rtu (an RTU frame behind an MBAP header);
    ``score`` says how well that fits, ``others`` what else it may be. ``sure`` is False where only the neighbours or
    nothing told request from response. ``request`` is the frame that a response answers.
    """

    frame: int
    line: int
    framing: str
    score: float
    others: tuple[tuple[str, float], ...]
    cut: Cut
    pdu: bytes
    is_response: bool
    sure: bool
    layout: Layout
    fields: tuple[Field, ...]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...] = ()
    request: Decoded | None = None

    @property
    def raw(self) -> bytes:
        """All its bytes, or characters where it is an ASCII frame."""
        return self.cut.raw

    @property
    def unit(self) -> int | None:
        """Unit id."""
        return self.cut.unit

    @property
    def function(self) -> int | None:
        """Function code without the bit that marks a refusal."""
        return self.pdu[0] & ~EXCEPTION_BIT if self.pdu else None

    @property
    def function_name(self) -> str:
        """The function's name, empty without a function."""
        return function_name(self.pdu[0]) if self.pdu else ""

    @property
    def exception(self) -> int | None:
        """Why the server refused; None where it did not."""
        refused = self.is_response and len(self.pdu) > 1 and self.pdu[0] >= EXCEPTION_BIT
        return self.pdu[1] if refused else None
