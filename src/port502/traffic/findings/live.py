"""Findings as traffic passes a listener: a layer that hears calls and replies, and tells the engine of them.

A read that repeats another one costs less than a microsecond: it is counted, no message is made of it, and of its
answer only a refusal, since all others were checked before they came here.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeAlias

from port502.errors import DeviceError
from port502.protocol.message import ExceptionResponse
from port502.service.access import plain_host
from port502.service.call import Call, Reply, Service, Session
from port502.service.maybe import Later, must_wait
from port502.traffic.event import Event
from port502.traffic.findings.baseline import Baseline
from port502.traffic.findings.engine import Engine
from port502.traffic.findings.finding import Finding
from port502.traffic.findings.ledger import Ledger
from port502.traffic.findings.talk import Talk, end_text
from port502.traffic.message import Message
from port502.traffic.way import Transport, Way

MOST_SESSIONS: Final = 1_024
"""Connections that are remembered; those that came first are forgotten first."""

MOST_READS: Final = 4_096
"""Reads that are known to need no second look."""

Read: TypeAlias = tuple[Session, int, int, int, int]
"""Who reads, and unit, function, address and quantity."""

_LAST_READ: Final = 4
_REFUSED_TLS: Final = frozenset({"no certificate", "bad certificate"})
_USED_UP: Final = frozenset({"refused", "made room"})
_SLOW: Final = frozenset({"half a frame", "slow handshake"})


class LiveFindings:
    """Watches one listener at ``host`` and ``port``; ``on_new`` hears of each finding.

    It has no frames to show, and no port that would be wrong. ``clock`` gives nanoseconds since 1970.
    """

    def __init__(
        self,
        host: str,
        port: int,
        on_new: Callable[[Finding], None] | None = None,
        *,
        baseline: Baseline | None = None,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self.ledger = Ledger(on_new, lasting=True)
        self._host = host
        self._port = port
        self._clock = clock
        usual = baseline.at(host, port) if baseline is not None else None
        self._engine = Engine(self.ledger, baseline=usual, ports=None)
        self._sessions: dict[Session, tuple[Way, Way]] = {}
        self._count = 0
        self.reads: dict[Read, tuple[Talk, Message]] = {}
        """Reads that need no second look: where they are counted, and the message that was looked at."""
        self._now = clock()

    @property
    def findings(self) -> list[Finding]:
        """What was found, in the order in which it was first seen."""
        return self.ledger.findings

    def layer(self, service: Service) -> Watched:
        """A service of which all calls and replies are heard."""
        return Watched(self, service)

    def tick(self) -> None:
        """Some time passed: what is missing by now is noticed."""
        self._now = now = self._clock()
        for talk, _ in self.reads.values():
            talk.count = 0
        self._engine.tick(now)

    def connection(self, cause: str, session: Session, text: str) -> None:
        """The listener refused or closed a connection, or doubts who it is."""
        client, server, now = plain_host(session.host), end_text(self._host, self._port), self._clock()
        if cause in _REFUSED_TLS:
            self.ledger.note("TLS.REFUSED", client, server, now, 0, why=text)
        elif cause == "frame":
            self.ledger.note("PORT.NOT_MODBUS", client, server, now, 0, why=text)
        elif cause == "no tls":
            self.ledger.note("PORT.PLAIN", client, server, now, 0)
        elif cause in _SLOW:
            self.ledger.note("FLOOD.SLOW_BYTES", client, server, now, 0, how=text)
        elif cause in _USED_UP and "limit" in text:
            self.ledger.note("FLOOD.CONNECTIONS", client, server, now, 0, how="uses up the")

    def closed(self, open_now: frozenset[Session]) -> None:
        """Which sessions there still are: those that are gone hold no connection any more."""
        gone = [one for one in self._sessions if one not in open_now]
        if gone:
            self.reads = {key: one for key, one in self.reads.items() if key[0] in open_now}
        for session in gone:
            _, back = self._sessions.pop(session)
            self._engine.happened([Event(0, self._clock(), back, "closed")])

    def malformed(self, session: Session, unit: int, error: DeviceError) -> None:
        """A request could not be decoded."""
        there, _ = self._ways(session)
        self.ledger.note(
            "MESSAGE.MALFORMED", there.src, end_text(self._host, self._port), self._clock(), 0,
            who=there.src, why=str(error),
        )  # fmt: skip

    def asked(self, call: Call) -> Message:
        """A call comes in."""
        request: Any = call.request
        ways = self._sessions.get(call.session) or self._ways(call.session)
        message = Message(0, self._clock(), ways[0], _adu(call.unit, request.encode()))
        self._engine.add((message,))
        talk = self._engine.usual(message)
        if talk is not None and not talk.slow:
            if len(self.reads) >= MOST_READS:
                self.reads.clear()
            key = call.session, call.unit, request.function, request.address, request.quantity
            self.reads[key] = talk, message
        return message

    def repeated(self, talk: Talk, message: Message, unit: int) -> None:
        """A read came again that needs no second look."""
        talk.count += 1
        talk.last[unit] = self._now
        if talk.count == talk.most + 1:
            self._engine.flooded(talk, Message(0, self._clock(), message.way, message.adu))

    def heard(self, call: Call, reply: Reply) -> None:
        """What a read was answered that needs no second look."""
        if type(reply) is ExceptionResponse:
            ways = self._sessions.get(call.session) or self._ways(call.session)
            asked = Message(0, self._clock(), ways[0], _adu(call.unit, call.request.encode()))
            self.answered(asked, call, reply)

    def answered(self, message: Message, call: Call, reply: Reply) -> None:
        """What a call was answered."""
        if reply is None:
            return
        if type(reply) is not ExceptionResponse:
            self._engine.answered_well(message, self._clock())
            return
        ways = self._sessions.get(call.session)
        if ways is not None:
            answer = Message(0, self._clock(), ways[1], _adu(call.unit, reply.encode()), message)
            self._engine.add((answer,))

    def _ways(self, session: Session) -> tuple[Way, Way]:
        known = self._sessions.get(session)
        if known is not None:
            return known
        if len(self._sessions) >= MOST_SESSIONS:
            del self._sessions[next(iter(self._sessions))]
        self._count += 1
        client = plain_host(session.host) or session.listener or session.transport
        transport: Transport = "tls" if session.transport == "tls" else "tcp"
        there = Way(client, session.port, self._host, self._port, transport=transport, stream=self._count)
        back = Way(
            self._host, self._port, client, session.port,
            asks=False, transport=transport, stream=self._count,
        )  # fmt: skip
        self._sessions[session] = there, back
        self._engine.happened([Event(0, self._clock(), back, "opened")])
        return there, back


class Watched:
    """A service behind ears: it answers as the one inside does."""

    def __init__(self, findings: LiveFindings, service: Service) -> None:
        self._findings = findings
        self._service = service
        self._refuse = getattr(service, "refuse_malformed", None)
        self.refuse_malformed = self._heard_malformed if self._refuse is not None else None
        """What the service says to requests that could not be decoded; None where it does not care."""

    def __call__(self, call: Call) -> Reply | Awaitable[Reply]:
        """Hear a call, pass it on, and hear its reply when it is there."""
        findings = self._findings
        request: Any = call.request
        if request.function <= _LAST_READ and request.function > 0:
            key = call.session, call.unit, request.function, request.address, request.quantity
            known = findings.reads.get(key)
            if known is not None:
                findings.repeated(*known, call.unit)
                return self._again(call, known[1])
        message = findings.asked(call)
        try:
            reply = self._service(call)
        except DeviceError as error:
            findings.answered(message, call, ExceptionResponse(call.request.function, error.code))
            raise
        if isinstance(reply, Later):
            return _Overheard(reply, findings, message, call)
        if must_wait(reply):
            return _heard(reply, findings, message, call)
        findings.answered(message, call, reply)
        return reply

    def _again(self, call: Call, message: Message) -> Reply | Awaitable[Reply]:
        findings = self._findings
        try:
            reply = self._service(call)
        except DeviceError as error:
            findings.heard(call, ExceptionResponse(call.request.function, error.code))
            raise
        if isinstance(reply, Later):
            return reply if reply.hear(findings.heard, call) else _Overheard(reply, findings, message, call)
        if must_wait(reply):
            return _heard(reply, findings, message, call)
        findings.heard(call, reply)
        return reply

    def _heard_malformed(self, session: Session, unit: int, error: DeviceError) -> Reply:
        assert self._refuse is not None
        self._findings.malformed(session, unit, error)
        reply: Reply = self._refuse(session, unit, error)
        return reply


class _Overheard(Later[Reply]):
    """A reply that comes later, heard on its way."""

    __slots__ = ("_call", "_findings", "_message", "_source")

    def __init__(self, source: Later[Reply], findings: LiveFindings, message: Message, call: Call) -> None:
        super().__init__()
        self._source = source
        self._findings = findings
        self._message = message
        self._call = call
        source.then(_came, self)

    def cancel(self) -> None:
        """Nobody waits any more, here and further in."""
        if not self.given and not self.cancelled:
            super().cancel()
            self._source.cancel()


def _came(one: _Overheard, reply: Reply) -> None:
    one._findings.answered(one._message, one._call, reply)
    one.give(reply)


async def _heard(waiting: Awaitable[Reply], findings: LiveFindings, message: Message, call: Call) -> Reply:
    try:
        reply = await waiting
    except DeviceError as error:
        findings.answered(message, call, ExceptionResponse(call.request.function, error.code))
        raise
    findings.answered(message, call, reply)
    return reply


def _adu(unit: int, pdu: bytes) -> bytes:
    return b"\0\0\0\0" + (len(pdu) + 1).to_bytes(2, "big") + bytes((unit,)) + pdu
