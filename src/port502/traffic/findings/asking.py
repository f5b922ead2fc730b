"""What a single request, or some in a row, show by themselves: functions nobody needs in normal work, and searching."""

from __future__ import annotations

from typing import Final

from port502.protocol.codes import (
    CLEAR_COUNTERS,
    CLEAR_OVERRUN,
    EXCEPTION_BIT,
    FORCE_LISTEN_ONLY,
    FUNCTION_NAMES,
    GET_COMM_EVENT_LOG,
    RESTART_COMMUNICATIONS,
    function_name,
)
from port502.traffic.findings.access import operation
from port502.traffic.findings.ledger import Ledger
from port502.traffic.findings.notes import Noting
from port502.traffic.findings.talk import Talk
from port502.traffic.findings.window import Different
from port502.traffic.message import Message

IDENTIFYING: Final = frozenset({"17", "43/14", "7", "11", "8/2"})
"""Functions that ask a device what it is and how it fares."""

UMAS: Final = 90
PROGRAMMING: Final = frozenset({9, 10, 13, 14, 18, 19, *range(65, 73), UMAS, *range(100, 111), 125, 126, 127})
"""Functions that makers program their controllers with."""

UMAS_START, UMAS_STOP = 0x40, 0x41
MOST_CLIENTS: Final = 4_096
IDENTIFIED: Final = 3
SILENT_UNITS: Final = 8
SINGLE_READS: Final = 256
BLOCKS: Final = 32
_NEAR_LARGEST: Final = {1: 1000, 2: 1000, 3: 100, 4: 100}
_TABLES: Final = {1: "coils", 2: "discrete inputs", 3: "holding registers", 4: "input registers"}
_DIAGNOSTICS: Final = {
    f"8/{FORCE_LISTEN_ONLY}": "DIAGNOSTICS.LISTEN_ONLY",
    f"8/{RESTART_COMMUNICATIONS}": "DIAGNOSTICS.RESTART",
}
_TOLERATED: Final = {
    f"8/{CLEAR_COUNTERS}": "DIAGNOSTICS.CLEARED",
    f"8/{CLEAR_OVERRUN}": "DIAGNOSTICS.CLEARED",
    str(GET_COMM_EVENT_LOG): "DIAGNOSTICS.EVENT_LOG",
}


class Asking(Noting):
    """Looks at requests that are not known to be harmless."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger)
        self._identified: dict[str, Different] = {}

    def look(self, talk: Talk, message: Message) -> None:
        """One request with a function code."""
        code, unit = message.function or 0, message.unit_id or 0
        named = operation(message)
        known = talk.known.get(unit) if talk.known else None
        if named in _DIAGNOSTICS:
            self.note(_DIAGNOSTICS[named], talk, message)
        elif known is None or named not in known.functions:
            self._unusual(talk, message, code, named)
        if known is None:
            self._searching(talk, message, code, unit)

    def _unusual(self, talk: Talk, message: Message, code: int, named: str) -> None:
        shown = f"{named} ({function_name(code)})"
        if named in _TOLERATED:
            self.note(_TOLERATED[named], talk, message, about=named)
        elif named in IDENTIFYING:
            self.note_talk("RECON.IDENTIFICATION", talk, message, about=named, function=shown)
            self._sweep(talk, message)
        elif code == UMAS and _umas(message) in (UMAS_START, UMAS_STOP):
            does = "starts" if _umas(message) == UMAS_START else "stops"
            self.note("PROGRAMMING.RUN_STATE", talk, message, about=does, does=does)
        elif code in PROGRAMMING:
            self.note("PROGRAMMING.VENDOR", talk, message, about=code, function=code)
        elif code not in FUNCTION_NAMES and 0 < code < EXCEPTION_BIT:
            self.note("FUNCTION.RARE", talk, message, about=code, function=code)

    def _sweep(self, talk: Talk, message: Message) -> None:
        seen = self._identified.get(talk.client)
        if seen is None:
            if len(self._identified) >= MOST_CLIENTS:
                del self._identified[next(iter(self._identified))]
            seen = self._identified[talk.client] = Different()
        count = seen.add((talk.server, talk.port, message.unit_id), message.time)
        if count >= IDENTIFIED:
            self.ledger.note("RECON.SWEEP", talk.client, "", message.time, message.frame, count=count)

    def _searching(self, talk: Talk, message: Message, code: int, unit: int) -> None:
        if unit not in talk.answered:
            count = talk.units.tries(unit, message.time)
            if count >= SILENT_UNITS:
                self.note_talk("SCAN.UNITS", talk, message, count=count)
        near = _NEAR_LARGEST.get(code)
        address = message.fields.reference_num
        if near is None or address is None:
            return
        size = message.fields.word_cnt or message.fields.bit_cnt or 0
        if size == 1 and talk.address_run.step((unit, code), address, 1) >= SINGLE_READS:
            count = talk.address_run.count
            self.note("SCAN.ADDRESSES", talk, message, about=code, count=count, how="one after the other")
        elif size >= near and talk.block_run.step((unit, code), address, size) >= BLOCKS:
            count = talk.block_run.items
            self.note("READ.BULK", talk, message, about=code, count=count, table=_TABLES[code])


def _umas(message: Message) -> int | None:
    """The code of a UMAS request: behind the function and the session key."""
    pdu = message.pdu
    return pdu[2] if len(pdu) > 2 else None
