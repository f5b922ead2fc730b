"""The contact with one peer: made when somebody wants it, and made again after it was lost, later each time."""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol

from port502.errors import ConfigError, ConnectError, LinkClosedError, Port502Error, UsageError
from port502.transport.backoff import Backoff
from port502.transport.clock import clock_of
from port502.transport.dial import dial
from port502.transport.fallback import kind_of
from port502.transport.link_errors import closed_by_owner
from port502.transport.link_settings import LinkCounters, LinkSettings
from port502.transport.states import LinkState
from port502.transport.stream import Receiver, Stream
from port502.transport.url import Target

log = logging.getLogger("port502.link")

BUSY_LOOK = 0.1
"""Seconds until a connection in use, whose time is over, is looked at again."""


class User(Receiver, Protocol):
    """Whoever the contact is kept for; each stream reports to it, too."""

    @property
    def needs_contact(self) -> bool:
        """Whether something waits to be sent."""

    @property
    def in_use(self) -> bool:
        """Whether something was sent whose answer is awaited."""

    def turned(self, state: LinkState, why: str) -> None:
        """The contact is in another state now; in ``READY`` the stream may be written to."""

    def connected(self, stream: Stream) -> None:
        """There is a stream; it may have to settle before it is ready."""

    def refused(self, error: Port502Error) -> None:
        """An attempt to connect has failed; the next one is at ``retry_at``."""

    def lose(self, error: Port502Error) -> None:
        """Give the stream up for this reason, by way of ``lost``."""


class Contact:
    """Keeps one stream to ``target`` for its user; ``retry_at`` is when the next attempt is made while backing off."""

    def __init__(self, target: Target, settings: LinkSettings, counters: LinkCounters, user: User) -> None:
        self.state = LinkState.IDLE
        self.retry_at = 0.0
        self.backoff = Backoff(settings.reconnect_first, settings.reconnect_max)
        self._target = target
        self._settings = settings
        self._counters = counters
        self._user = user
        self._loop = asyncio.get_running_loop()
        self._stream: Stream | None = None
        self._wanted = False
        self._connecting: asyncio.Task[None] | None = None
        self._opening: list[asyncio.Future[None]] = []

    async def open(self) -> None:
        """Connect now and stay connected; raises ConnectError when the first attempt fails."""
        if self.state is LinkState.CLOSED:
            raise closed_by_owner(self._target)
        if self.state is not LinkState.READY:
            opened: asyncio.Future[None] = self._loop.create_future()
            self._opening.append(opened)
            self.make()
            await opened
        self._wanted = True

    def keep(self) -> None:
        """Connect in the background and stay connected, without waiting for it."""
        self._wanted = True
        self.make()

    def make(self) -> None:
        """Begin to connect, unless there is a connection, an attempt, or a reason to wait with the next."""
        if self.state is LinkState.IDLE and self._connecting is None:
            self._become(LinkState.CONNECTING, f"connecting to {self._target}")
            self._connecting = self._loop.create_task(self._connect())

    def lost(self, error: Port502Error, *, blameless: bool) -> None:
        """The stream is of no use any more: close it, and come back, at once if the peer is not to blame."""
        self._detach()
        if blameless:
            self._counters.last_error = str(error)
            self._become(LinkState.IDLE, str(error))
            self._make_if_needed()
        else:
            self._back_off(error)

    def rest(self, why: str) -> None:
        """Close the stream until the next one is needed."""
        self._detach()
        self._become(LinkState.IDLE, why)

    def end(self, error: Port502Error) -> None:
        """Never connect again; who waits for a connection gets the error."""
        self._wanted = False
        self._become(LinkState.CLOSED, "closed by its owner")
        self._answer_opening(error)

    async def ended(self) -> None:
        """Wait, after ``end``, until nothing is left of attempts and streams."""
        connecting, self._connecting = self._connecting, None
        if connecting is not None:
            connecting.cancel()
            await asyncio.gather(connecting, return_exceptions=True)
        stream = self._detach()
        if stream is not None:
            await stream.wait_closed()

    def _detach(self) -> Stream | None:
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.detach()
        return stream

    def _become(self, state: LinkState, why: str) -> None:
        self.state = state
        log.debug("%s: %s: %s", self._target, state, why)
        self._user.turned(state, why)

    def _answer_opening(self, error: Port502Error | None) -> None:
        for opened in self._opening:
            if opened.done():
                continue
            if error is None:
                opened.set_result(None)
            else:
                opened.set_exception(error)
        self._opening.clear()

    def _make_if_needed(self) -> None:
        if self._wanted or self._opening or self._user.needs_contact:
            self.make()

    # One attempt

    async def _connect(self) -> None:
        try:
            stream = await self._dial()
        except (ConnectError, ConfigError, UsageError) as error:
            self._connecting = None
            self._failed(error)
            return
        except Exception as error:
            log.exception("connecting to %s failed in a way that nobody thought of", self._target)
            self._connecting = None
            self._failed(ConnectError(f"could not connect to {self._target}: {error!r}"))
            return
        self._connecting = None
        if self.state is LinkState.CLOSED:
            stream.detach()
            return
        self._stream = stream
        self._counters.connects += 1
        self._user.connected(stream)
        settle = self._settings.settle
        if settle:
            self._become(LinkState.SETTLING, f"connected; quiet for {settle:g} s")
            self._loop.call_later(settle, self._settled, stream)
        else:
            self._settled(stream)

    async def _dial(self) -> Stream:
        try:
            return await self._dial_to(self._target)
        except ConnectError as error:
            fallback = self._settings.fallback
            if fallback is None or kind_of(error) not in fallback.when:
                raise
            stream = await self._dial_to(fallback.target)
            self._counters.fallbacks += 1
            log.warning("%s: without TLS at %s, as allowed: %s", self._target, fallback.target, error)
            self._loop.call_later(fallback.retry, self._leave_fallback, stream)
            return stream

    async def _dial_to(self, target: Target) -> Stream:
        settings = self._settings
        return await dial(
            target,
            self._user,
            timeout=settings.connect_timeout,
            keepalive=settings.keepalive,
            source=settings.source,
            tls=settings.tls,
        )

    def _leave_fallback(self, stream: Stream) -> None:
        """The plain connection has lasted long enough: the next one is tried with TLS again."""
        if stream is not self._stream:
            return
        if self._user.in_use:
            self._loop.call_later(BUSY_LOOK, self._leave_fallback, stream)
        else:
            why = f"{self._target}: the time without TLS is over; trying with TLS again"
            self._user.lose(LinkClosedError(why))

    def _settled(self, stream: Stream) -> None:
        if stream is self._stream:
            self._answer_opening(None)
            self._become(LinkState.READY, "connected")

    def _failed(self, error: Port502Error) -> None:
        if self.state is not LinkState.CLOSED:
            self._answer_opening(error)
            self._back_off(error)
            self._user.refused(error)

    def _back_off(self, error: Port502Error) -> None:
        self._counters.failures += 1
        self._counters.last_error = str(error)
        delay = self.backoff.failed()
        self.retry_at = clock_of(self._loop)() + delay
        self._become(LinkState.BACKING_OFF, f"{error}; next attempt in {delay:.1f} s")
        self._loop.call_at(self.retry_at, self._backed_off)

    def _backed_off(self) -> None:
        if self.state is LinkState.BACKING_OFF:
            self._become(LinkState.IDLE, "may connect again")
            self._make_if_needed()
