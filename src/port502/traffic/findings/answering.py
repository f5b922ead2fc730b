"""What responses show: refusals that pile up or walk along, and answers that nobody asked for or that do not fit."""

from __future__ import annotations

from typing import Final

from port502.protocol.codes import (
    EXCEPTION_BIT,
    GATEWAY_PATH_UNAVAILABLE,
    GATEWAY_TARGET_FAILED,
    ILLEGAL_DATA_ADDRESS,
    ILLEGAL_FUNCTION,
)
from port502.traffic.findings.asking import SILENT_UNITS
from port502.traffic.findings.ledger import Ledger
from port502.traffic.findings.notes import Noting
from port502.traffic.findings.talk import Talk
from port502.traffic.findings.window import Different, Times
from port502.traffic.judge import faults
from port502.traffic.message import Message

REFUSALS: Final = 20
PLACES: Final = 5
FUNCTIONS: Final = 3
SLOW_ANSWERS: Final = 10
MOST_REMEMBERED: Final = 64
"""Refusals of a unit that are remembered within the minute."""

MOST_REFUSING: Final = 2_048
"""Units of talks whose refusals are remembered."""

_NO_UNIT: Final = frozenset({GATEWAY_PATH_UNAVAILABLE, GATEWAY_TARGET_FAILED})
_PER_MS: Final = 1_000_000


class _Refused:
    """What a unit refused a client within the last minute."""

    __slots__ = ("functions", "places", "times")

    def __init__(self) -> None:
        self.times = Times(most=MOST_REMEMBERED)
        self.places = Different(most=MOST_REMEMBERED)
        self.functions = Different(most=MOST_REMEMBERED)


class Answering(Noting):
    """Looks at responses that are not known to be in order."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger)
        self._refusing: dict[tuple[Talk, int], _Refused] = {}

    def look(self, talk: Talk, message: Message, *, unasked: bool) -> None:
        """One response with a function code; ``unasked`` where it is sure that nothing was asked."""
        unit = message.unit_id or 0
        request = message.request
        code = message.exception_code
        if code is None or code not in _NO_UNIT:
            talk.answered.add(unit)
            talk.units.answers(unit)
        if code is not None:
            self._refused(talk, message, unit, code)
        if request is None and unasked and not message.notes:
            self.note("RESPONSE.UNSOLICITED", talk, message)
        wrong = [note for note in message.notes if note.startswith("its request")] or (
            faults(message) if not message.notes else ()
        )
        if not wrong:
            return
        if request is not None or message.notes:
            self.note("RESPONSE.MISMATCH", talk, message, why=wrong[0])
        else:
            self.note("MESSAGE.MALFORMED", talk, message, about="response", who=message.src, why=wrong[0])

    def timed(self, talk: Talk, message: Message, request: Message) -> None:
        """How long an answer took, where it is known how long is usual."""
        unit = request.unit_id or 0
        limit = talk.slow.get(unit)
        if limit is None or message.time - request.time <= limit:
            talk.slowly.pop(unit, None)
            return
        talk.slowly[unit] = talk.slowly.get(unit, 0) + 1
        if talk.slowly[unit] >= SLOW_ANSWERS and talk.known:
            usual = talk.known[unit].response_time or 0.0
            took = round((message.time - request.time) / _PER_MS)
            self.note("TROUBLE.SLOW", talk, message, took=took, usual=round(usual * 1000))

    def _refused(self, talk: Talk, message: Message, unit: int, code: int) -> None:
        time = message.time
        refused = self._refusing.get((talk, unit))
        if refused is None:
            if len(self._refusing) >= MOST_REFUSING:
                del self._refusing[next(iter(self._refusing))]
            refused = self._refusing[talk, unit] = _Refused()
        count = refused.times.add(time)
        if count >= REFUSALS:
            self.note("TROUBLE.EXCEPTIONS", talk, message, count=count, exception=f"{code:02X}")
        request = message.request
        if code in _NO_UNIT and unit not in talk.answered:
            silent = talk.units.refuses(unit, time)
            if silent >= SILENT_UNITS:
                self.note_talk("SCAN.UNITS", talk, message, count=silent)
        elif code == ILLEGAL_DATA_ADDRESS and request is not None:
            place = message.func_code, request.fields.reference_num
            count = refused.places.add(place, time)
            if count >= PLACES:
                how = "which it does not have"
                self.note("SCAN.ADDRESSES", talk, message, about="refused", count=count, how=how)
        elif code == ILLEGAL_FUNCTION:
            function = (message.function or 0) & ~EXCEPTION_BIT
            count = refused.functions.add(function, time)
            if count >= FUNCTIONS:
                self.note("SCAN.FUNCTIONS", talk, message, count=count)
