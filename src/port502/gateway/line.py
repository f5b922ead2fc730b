"""One serial wire, one transaction at a time: gaps, time-outs, draining, and coming back when the port vanishes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from math import floor
from typing import Protocol

from port502.errors import (
    DeviceError,
    FrameError,
    LinkClosedError,
    NoReplyError,
    Port502Error,
    ReplyError,
)
from port502.gateway.exchange import Exchange
from port502.gateway.sizes import WireTime, reply_size
from port502.protocol.framing import Frame
from port502.transport.backoff import Backoff
from port502.transport.clock import clock_of
from port502.transport.complaints import Complaints
from port502.transport.dial import dial
from port502.transport.framings import framing_for
from port502.transport.sockets import Keepalive
from port502.transport.states import LinkState, Traffic
from port502.transport.stream import Receiver, Stream
from port502.transport.url import Target

log = logging.getLogger("port502.gateway")

BURST = 0.02
"""USB adapters deliver in bursts of some 16 ms: a shorter silence inside a frame proves nothing."""

QUIET = 0.005
"""The silence that ends a frame which nobody of ours asked for."""

GRAIN = 0.001
"""Event loops sleep for whole milliseconds, half of a silent interval: the rest is waited for turn by turn."""

LONGEST_FRAME = 253
_REMEMBERED = 16
_READS = frozenset({1, 2, 3, 4})


class Opener(Protocol):
    """What opens the port: ``dial``, or a wire of a test."""

    def __call__(
        self, target: Target, receiver: Receiver, *, timeout: float, keepalive: Keepalive | None = None
    ) -> Awaitable[Stream]: ...


@dataclass(frozen=True, slots=True)
class LineSettings:
    """How a wire is driven; times in seconds.

    ``pause`` lies between a reply and the next request where that is longer than the silent interval, ``turnaround``
    behind a broadcast. ``drain`` is how long the line has to be quiet after anything went wrong; one that is not within
    ``babble`` is sick. ``echo``: the adapter hears what it sends. ``memory`` is how late a late reply may be.
    """

    pause: float = 0.0
    turnaround: float = 0.1
    drain: float = 0.05
    babble: float = 2.0
    echo: bool = False
    memory: float = 1.0
    connect_timeout: float = 3.0
    reopen_first: float = 0.5
    reopen_max: float = 10.0


@dataclass(slots=True)
class LineCounters:
    """What went over a wire, and what of it was thrown away; ``noise`` is in bytes."""

    requests: int = 0
    broadcasts: int = 0
    replies: int = 0
    timeouts: int = 0
    damaged: int = 0
    wrong: int = 0
    late: int = 0
    foreign: int = 0
    noise: int = 0
    echoes: int = 0
    sick: int = 0
    opened: int = 0
    lost: int = 0
    busy_seconds: float = 0.0
    last_error: str = ""


class Line:
    """A serial port, or a serial server that passes RTU on: ``ask`` it when ``is_ready``.

    ``on_ready`` is called whenever the next request may be sent, ``on_lost`` when the port is gone; it is opened again
    by itself. ``on_state`` hears how it fares, with the reason, and before ``on_lost``. ``on_traffic`` hears all bytes.
    """

    def __init__(
        self,
        target: Target,
        settings: LineSettings | None = None,
        *,
        opener: Opener = dial,
        on_traffic: Traffic | None = None,
    ) -> None:
        self.target = target
        self.settings = settings or LineSettings()
        self.counters = LineCounters()
        self.on_ready: Callable[[], None] = _nothing
        self.on_lost: Callable[[], None] = _nothing
        self.on_state: Callable[[LinkState, str], None] = _unheard
        self.state = LinkState.IDLE
        self.on_traffic = on_traffic
        self.times = WireTime(target)
        self.sick = False
        self.loop = asyncio.get_running_loop()
        self.time = clock_of(self.loop)
        self.complaints = Complaints(log)
        self._opener = opener
        self._framing = framing_for(target.scheme, "client")
        self._backoff = Backoff(self.settings.reopen_first, self.settings.reopen_max)
        self._stream: Stream | None = None
        self._opening: asyncio.Task[None] | None = None
        self._exchange: Exchange | None = None
        self._echo = b""
        self._owing: dict[int, tuple[bytes, float]] = {}
        self._not_before = 0.0
        self._draining_since: float | None = None
        self._expiry: asyncio.TimerHandle | None = None
        self._silence: asyncio.TimerHandle | None = None
        self._ready: asyncio.Handle | None = None
        self._looked = 0.0
        self._stopping = False

    @property
    def is_open(self) -> bool:
        """Whether there is a port to send on."""
        return self._stream is not None

    @property
    def is_ready(self) -> bool:
        """Whether a request may be sent right now."""
        return self._stream is not None and self._exchange is None and self.time() >= self._not_before

    async def start(self) -> None:
        """Open the port; where that fails it is tried again, until ``stop``."""
        self._become(LinkState.CONNECTING, f"opening {self.target}")
        await self._open()

    async def stop(self) -> None:
        """Close the port; a request on the wire ends with LinkClosedError."""
        self._stopping = True
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.gather(self._opening, return_exceptions=True)
        stream = self._stream
        self._drop(LinkClosedError(f"{self.target} was closed by its owner"), LinkState.CLOSED)
        if stream is not None:
            stream.detach()
            await stream.wait_closed()

    def ask(self, exchange: Exchange) -> None:
        """Send a request; its ``done`` is called once, never from within this call. The line has to be ready."""
        assert self._stream is not None
        assert self._exchange is None
        self._exchange = exchange
        now = self.time()
        held = self._held_until(exchange)
        if held > now:
            self._expiry = self.loop.call_at(held, self._send, exchange)
        else:
            self._send(exchange)

    def _held_until(self, exchange: Exchange) -> float:
        """When nothing that still may come from this unit can pass for the answer any more."""
        pdu, until = self._owing.get(exchange.unit, (b"", 0.0))
        return until if pdu[:1] == exchange.pdu[:1] and pdu != exchange.pdu else 0.0

    def _send(self, exchange: Exchange) -> None:
        stream = self._stream
        if stream is None or exchange is not self._exchange:
            return
        now = self.time()
        self._framing.discard()
        data = self._framing.encode(0, exchange.unit, exchange.pdu)
        if self.on_traffic is not None:
            self.on_traffic("sent", data)
        stream.write(data)
        self._echo = data
        self.counters.requests += 1
        exchange.sent_at = now
        asking = self.times.of(len(exchange.pdu))
        if exchange.unit == 0:
            self.counters.broadcasts += 1
            exchange.expires = now + asking + self.settings.turnaround
            self._expiry = self.loop.call_at(exchange.expires, self._end, exchange)
            return
        exchange.expires = now + asking + exchange.timeout + self.times.of(reply_size(exchange.request))
        self._expiry = self.loop.call_at(exchange.expires, self._expire, exchange)

    # Hearing

    def stream_received(self, stream: Stream, data: bytes) -> None:
        """Bytes arrived (called by the stream)."""
        if self.on_traffic is not None:
            self.on_traffic("received", data)
        now = self.time()
        exchange = self._exchange
        was_asked = exchange is not None
        if self.settings.echo and self._echo:
            data = self._without_echo(data)
            if not data:
                return
        if exchange is not None and len(exchange.heard) < _REMEMBERED:
            exchange.heard += data[:_REMEMBERED]
        for frame in self._framing.receive(data):
            self._judge(frame, now)
        self._watch_silence()
        if self._exchange is None and (not was_asked or self._framing.pending):
            self._go_on_draining(now)

    def stream_lost(self, stream: Stream, error: Exception | None) -> None:
        """The port is gone (called by the stream): come back until it is there again."""
        if stream is not self._stream:
            return
        self.counters.lost += 1
        why = f"{self.target} was lost: {error or 'closed'}"
        self.complaints.say("lost", why, self.time())
        self._drop(LinkClosedError(why))
        if not self._stopping:
            self._reopen_later()

    def _without_echo(self, data: bytes) -> bytes:
        length = min(len(data), len(self._echo))
        if data[:length] != self._echo[:length]:
            self._echo = b""  # two talk at once, or the adapter has no echo after all
            return data
        self._echo = self._echo[length:]
        if not self._echo:
            self.counters.echoes += 1
        return data[length:]

    def _judge(self, frame: Frame, now: float) -> None:
        exchange = self._exchange
        owed = frame.unit in self._owing
        if (
            exchange is None
            or frame.unit != exchange.unit
            or frame.pdu[0] & 0x7F != exchange.pdu[0] & 0x7F
            or not exchange.sent_at
            or not exchange.unit
        ):
            self._discard(frame, owed)
            return
        if frame.pdu == exchange.pdu and exchange.pdu[0] in _READS:
            self._report_echo()
            return
        try:
            exchange.response = exchange.request.decode_response(frame.pdu)
        except DeviceError as error:
            exchange.error = error
        except ReplyError as error:
            if owed:
                self._discard(frame, owed)
                return
            self.counters.wrong += 1
            exchange.error = error
        self.counters.replies += 1
        on_wire = self.times.of(len(exchange.pdu)) + self.times.of(len(frame.pdu))
        exchange.thought = max(0.0, now - exchange.sent_at - on_wire)
        self._end(exchange)

    def _discard(self, frame: Frame, owed: bool) -> None:
        if owed:
            self.counters.late += 1
            del self._owing[frame.unit]
        else:
            self.counters.foreign += 1
            self.complaints.say(
                "foreign",
                f"{self.target}: a frame of unit {frame.unit} that answers nothing of ours"
                " (a second master on this line, or a device that answers for another?)",
                self.time(),
            )

    def _watch_silence(self) -> None:
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None
        if self._framing.pending:
            # What others say to each other has to be told apart; an answer of ours may come in bursts.
            least = QUIET if self._exchange is None else BURST
            self._silence = self.loop.call_later(max(self.times.gap, least), self._silent)

    def _silent(self) -> None:
        self._silence = None
        now = self.time()
        errors = self._framing.errors
        spoiled = errors.crc + errors.length
        for frame in self._framing.silence():
            self._judge(frame, now)
        self.counters.noise = errors.noise
        exchange = self._exchange
        if errors.crc + errors.length == spoiled:
            return
        self.counters.damaged += 1
        if exchange is not None and self._looks_like_reply(exchange):
            exchange.error = FrameError(f"the reply of unit {exchange.unit} was damaged on the line")
            self._end(exchange)

    def _looks_like_reply(self, exchange: Exchange) -> bool:
        """Whether what was heard begins as the reply would, so that waiting for another one is in vain."""
        if self.target.scheme == "ascii":
            return exchange.heard.upper().startswith(b":%02X%02X" % (exchange.unit, exchange.pdu[0]))
        return exchange.heard.startswith(bytes((exchange.unit, exchange.pdu[0]))) and not self._is_echo(
            exchange
        )

    def _is_echo(self, exchange: Exchange) -> bool:
        return exchange.heard[:8] == self._framing.encode(0, exchange.unit, exchange.pdu)[:8]

    def _report_echo(self) -> None:
        self.counters.echoes += 1
        self.complaints.say(
            "echo", f"{self.target}: the adapter hears what it sends itself: set echo", self.time()
        )

    # Ending

    def _expire(self, exchange: Exchange) -> None:
        now = self.time()
        latest = exchange.expires + self.times.of(LONGEST_FRAME) + BURST
        if self._silence is not None and now < latest:
            # Its reply is coming in just now.
            self._expiry = self.loop.call_later(BURST, self._expire, exchange)
            return
        self.counters.timeouts += 1
        why = f"unit {exchange.unit} did not answer function {exchange.pdu[0]} within {now - exchange.sent_at:.3g} s"
        if not self.settings.echo and self._is_echo(exchange):
            self._report_echo()
        exchange.error = NoReplyError(why)
        self._end(exchange)

    def _end(self, exchange: Exchange) -> None:
        if exchange is not self._exchange:
            return
        now = self.time()
        self._exchange = None
        if self._expiry is not None:
            self._expiry.cancel()
            self._expiry = None
        self.counters.busy_seconds += now - exchange.sent_at
        self._not_before = now + max(self.times.gap, self.settings.pause)
        error = exchange.error
        owed = self._owing.pop(exchange.unit, None)
        if error is not None and not isinstance(error, DeviceError):
            self.counters.last_error = str(error)
            if isinstance(error, NoReplyError):
                self._owing[exchange.unit] = (exchange.pdu, exchange.sent_at + self.settings.memory)
            self._drain(now)
        elif owed is not None:
            self._owing[exchange.unit] = (owed[0], now + self.settings.drain)
            self._drain(now)  # which of the two answers that was will show now
        self._arm()
        self.loop.call_soon(exchange.done, exchange)

    def _drain(self, now: float) -> None:
        if self._draining_since is None:
            self._draining_since = now
        self._not_before = max(self._not_before, now + self.settings.drain)

    def _go_on_draining(self, now: float) -> None:
        """Something was heard that nobody asked for: the line has to fall silent before it is used again."""
        if now >= self._not_before and self._draining_since is None:
            self._draining_since = now
        if self._draining_since is not None:
            self._not_before = now + max(self.times.gap, self.settings.drain)
            if now - self._draining_since > self.settings.babble and not self.sick:
                self.sick = True
                self.counters.sick += 1
                self.counters.last_error = f"{self.target} does not fall silent: some device babbles"
                self.complaints.say("sick", self.counters.last_error, now)
                self.on_lost()
        else:
            self._not_before = max(self._not_before, now + self.times.gap)
        self._arm()

    def _arm(self) -> None:
        if self._ready is not None:
            self._ready.cancel()
        self._looked = 0.0
        left = self._not_before - self.time()
        self._ready = self.loop.call_later(floor(left / GRAIN) * GRAIN, self._become_ready)

    def _become_ready(self) -> None:
        self._ready = None
        now = self.time()
        if now < self._not_before:
            if (
                self._looked < now and self._not_before - now < GRAIN
            ):  # a clock that stands still has to be waited for
                self._looked = now
                self._ready = self.loop.call_soon(self._become_ready)
            else:
                self._ready = self.loop.call_at(self._not_before, self._become_ready)
            return
        self._draining_since = None
        self._owing = {unit: owed for unit, owed in self._owing.items() if owed[1] > now}
        if self.sick:
            self.sick = False
            self.complaints.over("sick", f"{self.target} is quiet again")
        if self.is_ready:
            self.on_ready()

    # Opening

    async def _open(self) -> None:
        try:
            stream = await self._opener(
                self.target, self, timeout=self.settings.connect_timeout, keepalive=Keepalive()
            )
        except Port502Error as error:
            self.counters.last_error = str(error)
            self.complaints.say("open", str(error), self.time())
            self._become(LinkState.BACKING_OFF, str(error))
            self._reopen_later()
            return
        self._stream = stream
        self._framing = framing_for(self.target.scheme, "client")
        self.counters.opened += 1
        self.complaints.over("open", f"{self.target} is open")
        self.complaints.over("lost", f"{self.target} is back")
        self._not_before = self.time() + self.times.gap
        self._arm()
        self._become(LinkState.READY, f"{self.target} is open")

    def _reopen_later(self) -> None:
        if not self._stopping:
            self._opening = self.loop.create_task(self._reopen(self._backoff.failed()))

    async def _reopen(self, delay: float) -> None:
        await asyncio.sleep(delay)
        await self._open()
        if self.is_open:
            self._backoff.reset()

    def _become(self, state: LinkState, why: str) -> None:
        self.state = state
        try:
            self.on_state(state, why)
        except Exception:
            log.exception("who hears of the states of %s failed", self.target)

    def _drop(self, error: Port502Error, state: LinkState = LinkState.BACKING_OFF) -> None:
        self._stream = None
        self.sick = False
        self._draining_since = None
        self.counters.last_error = str(error)
        for timer in (self._expiry, self._silence, self._ready):
            if timer is not None:
                timer.cancel()
        self._expiry = self._silence = self._ready = None
        exchange, self._exchange = self._exchange, None
        if exchange is not None:
            exchange.error = error
            self.loop.call_soon(exchange.done, exchange)
        self._become(state, str(error))
        self.on_lost()


def _nothing() -> None:
    """Nobody wants to know."""


def _unheard(state: LinkState, why: str) -> None:
    """Nobody wants to know."""
