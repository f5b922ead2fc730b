"""Looks for findings in messages and events, as they come, in bounded memory. Time is that of the records only.

Most messages repeat others that were looked at before and showed nothing: those take the quick way in ``add``.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from typing import Final

from port502.protocol.codes import EXCEPTION_BIT
from port502.service.access import Networks
from port502.traffic.closely import MODBUS_PORT, NOT_THE_SAME, TLS_PORT
from port502.traffic.event import Event
from port502.traffic.findings.answering import Answering
from port502.traffic.findings.asking import Asking
from port502.traffic.findings.baseline import Baseline, Who
from port502.traffic.findings.connecting import Connecting
from port502.traffic.findings.learner import Learner
from port502.traffic.findings.ledger import Ledger
from port502.traffic.findings.notes import Noting
from port502.traffic.findings.novelty import Novelty
from port502.traffic.findings.talk import MOST_UNITS, MOST_USUAL, Talk
from port502.traffic.findings.window import SECOND
from port502.traffic.findings.written import Written
from port502.traffic.judge import faults, is_plain_read
from port502.traffic.message import Message
from port502.traffic.way import Way

MOST_WAYS: Final = 16_384
MOST_TALKS: Final = 4_096
MOST_STREAMS: Final = 65_536
"""Ways, talks and connections that are remembered; of more the oldest are forgotten."""

WAITING: Final = 100
MOST_KEPT: Final = 250_000
"""Requests and answers of all talks together that are known to need no second look."""

LOOKS: Final = 10 * SECOND
"""Time between looks for what is missing."""

GRACE: Final = 5 * SECOND
"""A recording that starts in the middle may hold answers to what was asked before for so long."""

PAUSES: Final = 5


class Engine(Noting):
    """Hears messages (``add``) and events (``happened``) in the order of their times, and notes what it finds.

    ``baseline`` is what is usual; with ``learn_for`` (seconds) it is learned from the first messages instead.
    ``ports`` are those of servers beside 502 and 802; None takes every port as meant. ``inside`` are the networks of
    the site; without them all private addresses are.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        baseline: Baseline | None = None,
        learn_for: float | None = None,
        ports: Iterable[int] | None = (),
        inside: Networks | None = None,
    ) -> None:
        super().__init__(ledger)
        self.baseline = baseline
        self._ports = None if ports is None else frozenset({MODBUS_PORT, TLS_PORT, *ports})
        self._learner = Learner() if learn_for is not None and baseline is None else None
        self._inside = inside
        self._learn_for = int((learn_for or 0) * SECOND)
        self._asking = Asking(ledger)
        self._answering = Answering(ledger)
        self._connecting = Connecting(ledger)
        self._written = Written(ledger)
        self._novelty = Novelty(ledger, baseline) if baseline is not None else None
        self._ways: dict[Way, Talk] = {}
        self._talks: dict[tuple[str, str, int, str], Talk] = {}
        self._began: dict[int, int] = {}
        self._asked_on: dict[int, int] = {}
        self._opened: dict[int, int] = {}
        self._lossy: dict[int, int] = {}
        self._missing: set[Who] = set()
        self._first: int | None = None
        self._next = 0
        self._kept = 0

    @property
    def learning(self) -> bool:
        """Whether it still learns what is usual."""
        return self._learner is not None

    def add(self, messages: Iterable[Message]) -> None:
        """Some messages more."""
        ways = self._ways
        for message in messages:
            way, adu, time = message.way, message.adu, message.time
            talk = ways.get(way)
            if talk is None:
                talk = self._joined(message)
            if time >= self._next:
                self.tick(time)
            if self._learner is not None:
                self._learner.add(message)
            if way.asks:
                second = time // SECOND
                if second != talk.second:
                    talk.second, talk.count = second, 0
                talk.count += 1
                talk.waiting += 1
                if talk.count == talk.most + 1 or talk.waiting == WAITING:
                    self._pressed(talk, message)
                if adu[6:] in talk.usual and not message.notes:
                    talk.last[adu[6]] = time
                    continue
                self._asked(talk, message)
                continue
            talk.waiting = 0
            request = message.request
            if request is None:
                self._answered(talk, message)
                continue
            if talk.slow:
                self._answering.timed(talk, message, request)
            if (adu[6:9], len(adu), request.adu[6:]) not in talk.answers or message.notes:
                self._answered(talk, message)

    def happened(self, events: Iterable[Event]) -> None:
        """Some events more, to be told before the messages of the same packets."""
        for event in events:
            way = event.way
            if event.what == "moved":
                before, now = event.detail.split()
                self.ledger.note(
                    "NETWORK.ADDRESS_MOVED", way.src, "", event.time, event.frame, before=before, now=now
                )
                continue
            if event.what == "lost":
                _remember(self._lossy, way.stream, event.time)
            elif event.what == "opened":
                _remember(self._opened, way.stream, event.time)
            if self._ports is None or way.server_port in self._ports:
                talk = self._talk(way)
                if event.what == "alert":
                    self.ledger.note(
                        "TLS.REFUSED",
                        talk.client,
                        talk.server_text,
                        event.time,
                        event.frame,
                        why=event.detail,
                    )
                self._connecting.look(talk, event)

    def usual(self, request: Message) -> Talk | None:
        """The talk of a request that needs no second look: whoever sees it again may count it there instead."""
        talk = self._ways.get(request.way)
        return talk if talk is not None and request.adu[6:] in talk.usual else None

    def flooded(self, talk: Talk, request: Message) -> None:
        """More requests came within a second than anybody sends in earnest."""
        self.note_talk("FLOOD.REQUESTS", talk, request, most=talk.most)

    def answered_well(self, request: Message, now: int) -> None:
        """A request was answered, by a reply that was checked before: all that is left to see in it is its time."""
        way = request.way
        talk = self._ways.get(way)
        if talk is None:
            return
        talk.waiting = 0
        unit = request.unit_id or 0
        if talk.slow:
            self._answering.timed(talk, Message(request.frame, now, way, request.adu), request)
        if unit not in talk.answered:
            if not talk.responses:
                self._connecting.answered(talk)
            talk.responses += 1
            talk.answered.add(unit)
            talk.units.answers(unit)

    def tick(self, now: int) -> None:
        """It is ``now`` (ns since 1970): what should have happened by now and has not."""
        self._next = now + LOOKS
        if self._first is None:
            self._first = now
        if self._learner is not None:
            self._next = min(self._next, self._first + self._learn_for)
            if now - self._first >= self._learn_for:
                self._learned(self._learner.baseline, now)
        baseline = self.baseline
        for who, conversation in baseline.conversations.items() if baseline is not None else ():
            if conversation.pause is None or conversation.requests < PAUSES:
                continue
            talk = self._talks.get((who.client, who.server, who.port, "mbap"))
            last = self._first if talk is None else talk.last.get(who.unit, self._first)
            silent = now - last
            if silent <= max(PAUSES * int(conversation.pause * SECOND), LOOKS):
                self._missing.discard(who)
            elif who not in self._missing:
                self._missing.add(who)
                server = talk.server_text if talk is not None else f"{who.server}:{who.port}"
                self.ledger.note(
                    "TROUBLE.MISSING", who.client, server, now, 0, unit=who.unit,
                    silent=round(silent / SECOND), usual=round(conversation.pause, 1),
                )  # fmt: skip

    def _learned(self, baseline: Baseline, now: int) -> None:
        """What was learned is usual from now on."""
        self._learner = None
        self.baseline = baseline
        self._first = now
        self._novelty = Novelty(self.ledger, baseline)
        for talk in self._talks.values():
            talk.learned(baseline.between(talk.client, talk.server, talk.port))

    def _joined(self, message: Message) -> Talk:
        """The talk of a way that is met first."""
        way = message.way
        if len(self._ways) >= MOST_WAYS:
            for old in list(self._ways)[: MOST_WAYS // 8]:
                del self._ways[old]
        talk = self._ways[way] = self._talk(way)
        _remember(self._began, way.stream, message.time)
        if way.asks:
            _remember(self._asked_on, way.stream, message.time)
        self._placed(talk, message)
        return talk

    def _talk(self, way: Way) -> Talk:
        key = way.client, way.server, way.server_port, way.framing
        talk = self._talks.get(key)
        if talk is None:
            if len(self._talks) >= MOST_TALKS:
                # Those of the baseline are kept, whoever knocks: they would be missed.
                others = [one for one, talk in self._talks.items() if not talk.known] or list(self._talks)
                for old in others[: MOST_TALKS // 8]:
                    del self._talks[old]
            talk = self._talks[key] = Talk(way.client, way.server, way.server_port)
            if self.baseline is not None:
                talk.learned(self.baseline.between(way.client, way.server, way.server_port))
        return talk

    def _placed(self, talk: Talk, message: Message) -> None:
        """Where a talk takes place: addresses and ports."""
        way = message.way
        for address, other in () if talk.known else ((way.client, way.server), (way.server, way.client)):
            lies = self._outside(address)
            if lies:
                self.ledger.note(
                    "ADDRESS.PUBLIC", address, "", message.time, message.frame, lies=lies, other=other
                )
        if not message.is_modbus:
            return
        if way.server_port == TLS_PORT and way.transport == "tcp":
            self.note_talk("PORT.PLAIN", talk, message)
        elif self._ports is not None and way.server_port not in self._ports and way.transport == "tcp":
            self.note_talk("PORT.ELSEWHERE", talk, message)

    def _outside(self, address: str) -> str:
        """Where an address lies that does not belong to the site; empty for one that does."""
        if self._inside is not None:
            return "" if address in self._inside else "is outside the networks of the site"
        try:
            public = ip_address(address.partition("%")[0]).is_global
        except ValueError:
            return ""
        return "is an address of the Internet" if public else ""

    def _pressed(self, talk: Talk, message: Message) -> None:
        if talk.count == talk.most + 1:
            self.flooded(talk, message)
        elif talk.responses:
            self.note_talk("FLOOD.WAITING", talk, message, count=talk.waiting)

    def _asked(self, talk: Talk, message: Message) -> None:
        """A request that is not known to be harmless; one that shows nothing is, if it is a read."""
        noted = self.ledger.noted
        self._odd(talk, message)
        function, unit = message.function, message.unit_id
        if function is None or unit is None or NOT_THE_SAME in message.notes:
            return
        if len(talk.last) < MOST_UNITS:
            talk.last[unit] = message.time
        if not message.notes or not message.notes[0].startswith("cut"):
            wrong = faults(message)
            if not 0 < function < EXCEPTION_BIT:
                wrong = (f"function code {function} cannot be asked for",)
            if wrong:
                self.note_talk("MESSAGE.MALFORMED", talk, message, who=message.src, why=wrong[0])
        self._asking.look(talk, message)
        if self._novelty is not None:
            self._novelty.look(talk, message)
        self._written.look(talk, message)
        if self.ledger.noted == noted and is_plain_read(message):
            self._keep(len(talk.usual) >= MOST_USUAL, talk)
            talk.usual.add(message.adu[6:])

    def _answered(self, talk: Talk, message: Message) -> None:
        """A response that is not known to be in order."""
        noted = self.ledger.noted
        self._odd(talk, message)
        if message.func_code is None or NOT_THE_SAME in message.notes:
            return
        if not talk.responses:
            self._connecting.answered(talk)
        talk.responses += 1
        self._answering.look(talk, message, unasked=self._unasked(message))
        request = message.request
        code = message.function or 0
        if request is not None and self.ledger.noted == noted and 0 < code < 5 and not message.notes:
            self._keep(len(talk.answers) >= MOST_USUAL, talk)
            talk.answers.add((message.adu[6:9], len(message.adu), request.adu[6:]))

    def _keep(self, full: bool, talk: Talk) -> None:
        """Make room for something more that needs no second look."""
        self._kept += 1
        if full:
            talk.usual.clear()
            talk.answers.clear()
        if self._kept > MOST_KEPT:
            self._kept = 0
            for one in {*self._talks.values(), *self._ways.values()}:
                one.usual.clear()
                one.answers.clear()

    def _odd(self, talk: Talk, message: Message) -> None:
        """What the dissector noticed, and bytes that are no Modbus."""
        for note in message.notes:
            if note == NOT_THE_SAME:
                self.note_talk("STREAM.OVERLAP", talk, message)
                return
            if note.startswith("sent in "):
                how = f"{note.split()[2]} segments where one is usual"
                self.note_talk("FLOOD.SLOW_BYTES", talk, message, how=how)
        if message.func_code is None and not any(note.startswith("cut") for note in message.notes):
            why = next(iter(message.problems), "bytes without meaning")
            self.note_talk("PORT.NOT_MODBUS", talk, message, why=why)

    def _unasked(self, message: Message) -> bool:
        """Whether nothing can have asked for a response that has no request."""
        stream = message.way.stream
        if message.request is not None or stream not in self._asked_on or stream in self._lossy:
            return False
        return stream in self._opened or message.time - self._began.get(stream, message.time) > GRACE


def _remember(known: dict[int, int], stream: int, time: int) -> None:
    if len(known) >= MOST_STREAMS:
        for old in list(known)[: MOST_STREAMS // 8]:
            del known[old]
    known.setdefault(stream, time)
