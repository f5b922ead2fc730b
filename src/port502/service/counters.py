"""The diagnostic counters and the event log of a device, kept so cheaply that every message can be counted.

Application Protocol V1.1b3, clauses 6.8 (diagnostics), 6.9 (event counter) and 6.10 (event log).
"""

from __future__ import annotations

from collections import deque

from port502.protocol.codes import (
    ACKNOWLEDGE,
    MAX_EVENTS,
    NEGATIVE_ACKNOWLEDGE,
    SERVER_DEVICE_BUSY,
    SERVER_DEVICE_FAILURE,
)

RECEIVED = 0x80
RECEIVED_ERROR = 0x82
RECEIVED_OVERRUN = 0x90
RECEIVED_LISTEN_ONLY = 0xA0
RECEIVED_BROADCAST = 0xC0
SENT = 0x40
SENT_READ_EXCEPTION = 0x41
SENT_ABORT_EXCEPTION = 0x42
SENT_BUSY_EXCEPTION = 0x44
SENT_NAK_EXCEPTION = 0x48
ENTERED_LISTEN_ONLY = 0x04
RESTARTED = 0x00

_SENT = {
    0: SENT,
    SERVER_DEVICE_FAILURE: SENT_ABORT_EXCEPTION,
    ACKNOWLEDGE: SENT_BUSY_EXCEPTION,
    SERVER_DEVICE_BUSY: SENT_BUSY_EXCEPTION,
    NEGATIVE_ACKNOWLEDGE: SENT_NAK_EXCEPTION,
}


class Counters:
    """What a device counted since it started or was cleared.

    ``plain`` is added to directly by whoever answered a request in the ordinary way, and is spread over all
    counters and the log when one of them is asked for: one addition per message is all that counting costs.
    Python sees whole numbers; replies carry their lowest 16 bits.
    """

    __slots__ = (
        "_busy",
        "_events",
        "_exceptions",
        "_line_errors",
        "_log",
        "_messages",
        "_naks",
        "_overruns",
        "_processed",
        "_silent",
        "plain",
    )

    def __init__(self) -> None:
        self._log: deque[int] = deque(maxlen=MAX_EVENTS)
        self.clear()

    def clear(self) -> None:
        """Set every counter to zero; the event log stays."""
        self.plain = 0
        self._messages = self._processed = self._events = 0
        self._exceptions = self._silent = self._naks = self._busy = 0
        self._line_errors = self._overruns = 0

    def clear_overruns(self) -> None:
        """Set the overrun counter to zero."""
        self._overruns = 0

    def restart(self, *, clear_log: bool) -> None:
        """Count from zero again after a restart; the log keeps its events unless ``clear_log``."""
        self.spread()
        self.clear()
        if clear_log:
            self._log.clear()
        else:
            self._log.append(RESTARTED)

    # Messages, in two steps where their own reply shows the counters.

    def received(self, *, broadcast: bool = False) -> None:
        """A request for this device has come and is about to be carried out."""
        self.spread()
        self._messages += 1
        self._processed += 1
        self._log.append(RECEIVED_BROADCAST if broadcast else RECEIVED)

    def sent(self, code: int = 0, *, event: bool = True) -> None:
        """Its answer leaves: exception ``code``, or 0; ``event`` says whether it is a completion to count."""
        self._note(code)
        self._log.append(_SENT.get(code, SENT_READ_EXCEPTION))
        if event and not code:
            self._events += 1

    def kept_silent(self, code: int = 0) -> None:
        """It is not answered (a broadcast); ``code`` is the exception that it would have got."""
        self._note(code)
        self._silent += 1
        if not code:
            self._events += 1

    def refused(self, code: int) -> None:
        """A request has come and was answered with an exception."""
        self.received()
        self.sent(code)

    def overheard(self) -> None:
        """A request has come in listen-only mode: noted, not carried out, not answered."""
        self.spread()
        self._messages += 1
        self._silent += 1
        self._log.append(RECEIVED_LISTEN_ONLY)

    def listen_only(self) -> None:
        """Listen-only mode has begun; the request for it is not answered."""
        self._silent += 1
        self._log.append(ENTERED_LISTEN_ONLY)

    # A serial line's listener knows more than the device does.

    def passed_by(self) -> None:
        """A good frame for another unit was seen on the line."""
        self.spread()
        self._messages += 1

    def line_error(self, *, overrun: bool = False) -> None:
        """A frame with a bad check sum, or characters lost to an overrun, came over the line."""
        self.spread()
        self._line_errors += 1
        self._overruns += overrun
        self._log.append(RECEIVED_ERROR | (RECEIVED_OVERRUN if overrun else 0))

    # What was counted.

    @property
    def bus_messages(self) -> int:
        """Messages seen on the line, whoever they were for, without those that were damaged (8/11)."""
        return self._messages + self.plain

    @property
    def bus_errors(self) -> int:
        """Damaged frames (8/12)."""
        return self._line_errors

    @property
    def exceptions(self) -> int:
        """Requests that ended in an exception, broadcasts among them (8/13)."""
        return self._exceptions

    @property
    def server_messages(self) -> int:
        """Requests for this device, broadcasts among them (8/14)."""
        return self._processed + self.plain

    @property
    def no_responses(self) -> int:
        """Requests that got no answer: broadcasts, and all in listen-only mode (8/15)."""
        return self._silent

    @property
    def naks(self) -> int:
        """Exceptions 07 sent (8/16)."""
        return self._naks

    @property
    def busy(self) -> int:
        """Exceptions 05 and 06 sent (8/17)."""
        return self._busy

    @property
    def overruns(self) -> int:
        """Character overruns (8/18)."""
        return self._overruns

    @property
    def events(self) -> int:
        """Requests carried out, without exceptions and without reads of this counter (function 11)."""
        return self._events + self.plain

    def log(self) -> bytes:
        """The last events, at most 64, newest first (function 12)."""
        self.spread()
        return bytes(reversed(self._log))

    def spread(self) -> None:
        """Turn ``plain`` into what each such message means to the counters and the log."""
        plain = self.plain
        if plain:
            self.plain = 0
            self._messages += plain
            self._processed += plain
            self._events += plain
            self._log.extend((RECEIVED, SENT) * min(plain, MAX_EVENTS // 2))

    def _note(self, code: int) -> None:
        if code:
            self._exceptions += 1
            self._naks += code == NEGATIVE_ACKNOWLEDGE
            self._busy += code in (ACKNOWLEDGE, SERVER_DEVICE_BUSY)
