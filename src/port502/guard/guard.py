"""The guard: a listener before a device that lets through what the policy allows, in its own words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, Protocol, Self

from port502.errors import Port502Error
from port502.guard.gate import Gate
from port502.guard.layer import PolicedService, policy_layer
from port502.guard.record import FINDING, Record
from port502.guard.settings import GuardSettings
from port502.server import Limits, Server
from port502.service.call import Call, Layer, Service, Session
from port502.service.long_frames import LongFrames, all_sizes
from port502.transport.link import Link
from port502.transport.link_settings import LinkSettings
from port502.transport.tls import Tls
from port502.transport.upstream import Asking, Upstream
from port502.transport.url import parse_url

SWEEP = 1.0
"""Seconds between looks at what repeated itself."""


def guarded(upstream: Service, gate: Gate) -> PolicedService:
    """The stack of a guard behind its listener, whose limits and allow list stand outside of it: policy, upstream."""
    stack = policy_layer(gate)(upstream)
    assert isinstance(stack, PolicedService)
    return stack


def upstream_for(link: Asking | Callable[[], Asking], gate: Gate, settings: GuardSettings) -> Upstream:
    """The way to the device, whose wrong replies are written down."""

    def found(call: Call, error: Port502Error) -> None:
        record = Record(
            event=FINDING,
            unit=call.unit,
            function=call.request.function,
            reason=str(error),
            cause="wrong reply",
        )
        gate.auditor.take(record.about(call.session), (FINDING, call.unit, call.request.function))

    return Upstream(
        link, timeout=settings.timeout, age=settings.age, pending=settings.pending, on_finding=found
    )


class Ears(Protocol):
    """Whoever listens at a guard's door."""

    @property
    def layer(self) -> Layer:
        """Puts the guard behind ears."""

    def connection(self, cause: str, session: Session, text: str) -> None:
        """The listener refused or closed a connection, or doubts who it is."""

    def sweep(self, sessions: list[Session]) -> None:
        """Some time passed, and these are still connected."""


class Guard:
    """A guard of one device: ``async with Guard("tcp://:502", "tcp://192.168.1.10", gate)``.

    ``limits``, ``allow`` and ``tls`` (with the rest of ``server``) are those of ``Server``, ``upstream_tls`` those of a
    client. ``ears`` hear all of it, what is refused too.
    ``long_frames`` are passed on to the device in their length; the policy judges them like all others. Raises
    ConnectError at the start when the port cannot be had; the device may come and go.
    """

    def __init__(
        self,
        listen: str,
        upstream: str,
        gate: Gate,
        *,
        settings: GuardSettings | None = None,
        limits: Limits | None = None,
        allow: Iterable[str] | None = None,
        upstream_tls: Tls | None = None,
        long_frames: Iterable[LongFrames] = (),
        ears: Ears | None = None,
        **server: Any,
    ) -> None:
        self.gate = gate
        self.settings = settings or GuardSettings()
        self._listen = listen
        self._target = parse_url(upstream)
        self._limits = limits
        self._allow = allow
        self._upstream_tls = upstream_tls
        self._long_frames = tuple(long_frames)
        self._ears = ears
        self._server_options = server
        self._link: Link
        self.upstream: Upstream
        self.server: Server
        self._sweeper: asyncio.TimerHandle | None = None
        self._strangers = 0

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen, and connect to the device in the background."""
        settings = self.settings
        self._link = Link(
            self._target,
            LinkSettings(
                connect_timeout=settings.connect_timeout,
                window=settings.window,
                coalesce=settings.window > 1,
                tls=self._upstream_tls,
                longer=all_sizes(self._long_frames),
            ),
        )
        self.upstream = upstream_for(self._link, self.gate, settings)
        stack = guarded(self.upstream, self.gate)
        self.server = Server(
            stack if self._ears is None else self._ears.layer(stack),
            self._listen,
            limits=self._limits,
            allow=self._allow,
            watch=self._connection,
            long_frames=self._long_frames,
            answer_within=settings.age + settings.timeout,
            **self._server_options,
        )
        try:
            await self.server.start()
        except BaseException:
            await self._link.close()
            raise
        self._link.keep()
        self._sweep()

    async def stop(self, grace: float = 1.0) -> None:
        """Let nobody in any more, answer what is on its way, and write down what was counted."""
        if self._sweeper is not None:
            self._sweeper.cancel()
        await self.server.stop(grace)
        await self._link.close()
        self.gate.auditor.sweep(everything=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return self.server.url

    def _connection(self, cause: str, session: Session, text: str) -> None:
        self.gate.watch.connection(cause, session, text)
        if self._ears is not None:
            self._ears.connection(cause, session, text)

    def _sweep(self) -> None:
        self.gate.auditor.sweep()
        if self._ears is not None:
            self._ears.sweep(self.server.sessions)
        self._look_for_strangers()
        self._sweeper = asyncio.get_running_loop().call_later(SWEEP, self._sweep)

    def _look_for_strangers(self) -> None:
        """Replies that answer no request were dropped by the link; here they are written down."""
        connection = self._link.connection
        found = connection.counters.unasked + connection.counters.late if connection is not None else 0
        if found > self._strangers:
            record = Record(event=FINDING, cause="unasked replies", count=found - self._strangers)
            self.gate.auditor.take(record)
        self._strangers = found
