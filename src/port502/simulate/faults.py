"""Faults at work: a layer around a service, and the wire behind it, for all rules of one device.

The layer decides, request by request, which rules strike. It delays, refuses, falls silent and spoils values
itself; what happens to the bytes of a reply it leaves to the wire, by a mark on the request.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence

from port502.errors import DeviceError
from port502.protocol.codes import WRITE_FUNCTIONS
from port502.protocol.message import ExceptionResponse, Response
from port502.protocol.server import PendingReply
from port502.service.call import Call, Reply, Service, Session
from port502.service.maybe import Maybe, must_wait, then
from port502.simulate.effects import (
    AcceptClose,
    AnyUnit,
    ConnectionLimit,
    Delay,
    Effect,
    FrameEffect,
    IdleClose,
    Refuse,
    Short,
    Silent,
    SlowStart,
    Stale,
    Stuck,
)
from port502.simulate.rule import Armed, Rule
from port502.simulate.spoiled import short, stuck
from port502.transport.wire import Action, Close, Outlet, Reset, Send

MOST_REMEMBERED = 1024
"""Answers that stale values are served from."""

Sleep = Callable[[float], Awaitable[None]]


class Faults:
    """All rules of one listener; ``around`` makes the layer, and the object itself is the listener's wire.

    ``began`` is the start in the listener's time (None: with the first connection or request). ``sleep`` waits for
    so many seconds. ``asked`` counts the requests that came.
    """

    def __init__(
        self,
        rules: Iterable[Rule],
        *,
        seed: object = 0,
        began: float | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.armed = [Armed(rule, f"{seed}/{place}") for place, rule in enumerate(rules)]
        self.began = began
        self.sleep = sleep
        self.asked = 0
        self._on_requests = [one for one in self.armed if not one.rule.on_connections]
        self._on_connections = [one for one in self.armed if one.rule.on_connections]
        self._open: dict[Session, Outlet] = {}
        self._mute: set[Session] = set()
        self._before: dict[Session, bytes] = {}
        self._marks: dict[Session, dict[int, Armed]] = {}
        self._waiting: dict[Session, int] = {}
        self._remembered: dict[tuple[int, bytes], Reply] = {}

    @property
    def hits(self) -> int:
        """How often all rules together struck."""
        return sum(one.hits for one in self.armed)

    def around(self, service: Service) -> FaultyService:
        """The service with these faults."""
        return FaultyService(self, service)

    def elapsed(self, now: float) -> float:
        """Seconds since the start."""
        if self.began is None:
            self.began = now
        return now - self.began

    # As a layer

    def struck(self, call: Call) -> list[Armed]:
        """The rules that strike a request."""
        elapsed = self.elapsed(call.received)
        busy = bool(self._waiting.get(call.session))
        return [one for one in self._on_requests if one.strikes(call, elapsed, busy=busy)]

    def is_mute(self, session: Session) -> bool:
        """Whether nothing is ever answered on this connection."""
        return session in self._mute

    def mark(self, call: Call, armed: Armed) -> None:
        """Let a rule have the bytes of this request's reply; without a wire nothing comes of it."""
        if call.session in self._open:
            self._marks.setdefault(call.session, {}).setdefault(id(call.request), armed)

    def again(self, call: Call, fresh: Callable[[], Maybe[Reply]]) -> Maybe[Reply]:
        """The answer that the same request had before, or a fresh one, which is remembered."""
        key = (call.unit, call.request.encode())
        if key in self._remembered:
            return self._remembered[key]

        def remember(reply: Reply) -> Reply:
            if len(self._remembered) < MOST_REMEMBERED:
                self._remembered[key] = reply
            return reply

        return then(fresh(), remember)

    def later(self, call: Call, reply: Maybe[Reply], seconds: float) -> Awaitable[Reply]:
        """A reply that is not given before so many seconds have passed."""
        self._waiting[call.session] = self._waiting.get(call.session, 0) + 1
        return self._later(call.session, reply, seconds)

    async def _later(self, session: Session, reply: Maybe[Reply], seconds: float) -> Reply:
        try:
            if seconds > 0:
                await self.sleep(seconds)
            return await reply if must_wait(reply) else reply
        finally:
            left = self._waiting.get(session, 1) - 1
            if left:
                self._waiting[session] = left
            else:
                self._waiting.pop(session, None)

    # As a wire

    def opened(self, outlet: Outlet) -> None:
        """A client was accepted."""
        session = outlet.session
        elapsed = self.elapsed(session.opened)
        self._open[session] = outlet
        for armed in self._on_connections:
            if armed.strikes_client(session.host, elapsed):
                self._open_under(armed, outlet)

    def closed(self, outlet: Outlet) -> None:
        """The connection has ended."""
        session = outlet.session
        self._mute.discard(session)
        self._open.pop(session, None)
        self._before.pop(session, None)
        self._marks.pop(session, None)
        self._waiting.pop(session, None)

    def replied(self, outlet: Outlet, place: PendingReply) -> Iterable[Action]:
        """What to send in place of a reply."""
        session = outlet.session
        for armed in self._on_connections:
            if isinstance(armed.rule.effect, IdleClose):
                self._open_under(armed, outlet)
        marks = self._marks.get(session)
        armed_frame = marks.pop(id(place.request), None) if marks else None
        reply = place.reply or b""
        before = self._before.get(session, b"")
        if not reply:
            return ()
        self._before[session] = reply
        if armed_frame is None or not isinstance(armed_frame.rule.effect, FrameEffect):
            return (Send(reply),)
        return armed_frame.rule.effect.actions(reply, before, armed_frame.dice)

    def _open_under(self, armed: Armed, outlet: Outlet) -> None:
        effect = armed.rule.effect
        if isinstance(effect, AcceptClose):
            armed.count()
            outlet.do([Close()])
        elif isinstance(effect, IdleClose):
            outlet.close_in(effect.seconds, armed.count)
        elif isinstance(effect, ConnectionLimit):
            self._limit(effect, armed, outlet)

    def _limit(self, limit: ConnectionLimit, armed: Armed, outlet: Outlet) -> None:
        others = [
            other
            for session, other in self._open.items()
            if other is not outlet and session not in self._mute
        ]
        if len(others) < limit.connections:
            return
        armed.count()
        if limit.over == "silent":
            self._mute.add(outlet.session)
        elif limit.over == "evict" and others:
            others[0].do([Close()])
            del self._open[others[0].session]
        else:
            outlet.do([Reset()])


class FaultyService:
    """A service with faults: every request goes the long way, through the rules."""

    def __init__(self, faults: Faults, service: Service) -> None:
        self._faults = faults
        self._service = service
        self._units: Sequence[int] = getattr(service, "units", ())
        malformed = getattr(service, "malformed", None)
        if malformed is not None:
            self.malformed = malformed

    def __call__(self, call: Call) -> Reply | Awaitable[Reply]:
        """Answer a request, if the rules let it be answered."""
        faults = self._faults
        faults.asked += 1
        if faults.is_mute(call.session):
            return None
        struck = faults.struck(call)
        effects = [one.rule.effect for one in struck]
        for armed in struck:
            if isinstance(armed.rule.effect, FrameEffect):
                faults.mark(call, armed)
                break
        reply = self._answer(call, effects)
        seconds = sum(_delay(one, call) for one in struck)
        return faults.later(call, reply, seconds) if seconds > 0 or must_wait(reply) else reply

    def _answer(self, call: Call, effects: Sequence[Effect]) -> Maybe[Reply]:
        for effect in effects:
            if isinstance(effect, Silent):
                return None
            if isinstance(effect, Refuse):
                return ExceptionResponse(call.request.function, effect.code)
            if isinstance(effect, AnyUnit) and self._units and call.unit not in self._units:
                call = Call(call.session, self._units[0], call.request, call.received, call.broadcast)
        stale = any(isinstance(effect, Stale) for effect in effects)
        if stale and call.request.function not in WRITE_FUNCTIONS:
            reply = self._faults.again(call, lambda: self._asked(call))
        else:
            reply = self._asked(call)
        for effect in effects:
            if isinstance(effect, Short | Stuck):
                reply = then(reply, _spoiling(effect))
        return reply

    def _asked(self, call: Call) -> Maybe[Reply]:
        try:
            return self._service(call)
        except DeviceError as error:
            return ExceptionResponse(call.request.function, error.code)


def _spoiling(effect: Short | Stuck) -> Callable[[Reply], Reply]:
    def spoil(reply: Reply) -> Reply:
        if not isinstance(reply, Response):
            return reply
        return short(reply, effect.by) if isinstance(effect, Short) else stuck(reply, effect.value)

    return spoil


def _delay(armed: Armed, call: Call) -> float:
    effect = armed.rule.effect
    if isinstance(effect, Delay):
        return effect.draw(armed.dice)
    if isinstance(effect, SlowStart):
        return max(0.0, call.session.opened + effect.seconds - call.received)
    return 0.0
