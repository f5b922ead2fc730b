"""What passes on a connection while somebody looks: the last exchanges, taken apart, and all of it as a capture.

While nobody looks nothing is heard. What is heard is only kept at first; it is taken apart when somebody looks, at
most ``MOST`` frames at a time, however much passes.
"""

from __future__ import annotations

import asyncio
import io
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from port502.errors import UsageError
from port502.gateway.record import LINES, OUR_PORT, SERIAL_PORT, Conversation
from port502.protocol.ascii import AsciiFraming
from port502.protocol.rtu import RtuFraming
from port502.traffic.dissector import Dissector
from port502.traffic.message import Message
from port502.traffic.packet import Packet
from port502.transport.capture import RAW_IPV4, PcapWriter
from port502.transport.url import parse_url

if TYPE_CHECKING:
    from port502.site.running import Running

MOST: Final = 500
"""Frames and exchanges of a connection that are kept."""

MOST_TAPS: Final = 16
"""Connections that are listened to at a time."""

PATIENCE: Final = 10.0
"""Seconds after the last look, at the end of which nobody listens any more."""

Way: TypeAlias = Literal["sent", "received"]

_US: Final = "127.0.0.1"


@dataclass(slots=True, eq=False)
class Exchange:
    """A request and what answered it, numbered from 1; one of the two is None where it was not heard (yet)."""

    number: int
    packets: list[Packet]
    request: Message | None = None
    response: Message | None = None

    @property
    def first(self) -> Message:
        """The message that it begins with."""
        found = self.request or self.response
        assert found is not None
        return found


class Tap:
    """Hears one connection: ``url`` is where it leads, ``connects`` says how often it was made so far.

    The packets around the bytes are made up: IPv4 and TCP, also for what crosses a serial line (whose frames are
    those of RTU in them) and for what TLS hides. ``missed`` counts frames that passed faster than somebody looked.
    """

    def __init__(
        self, url: str, connects: Callable[[], int] = lambda: 0, clock: Callable[[], int] = time.time_ns
    ) -> None:
        self.url = url
        target = parse_url(url)
        is_line = target.scheme in LINES
        self.missed = 0
        self.packets: deque[Packet] = deque(maxlen=MOST)
        self.exchanges: deque[Exchange] = deque(maxlen=MOST)
        self._server = (_US, SERIAL_PORT) if is_line else (target.host, target.port)
        self._lines = {"sent": AsciiFraming(), "received": AsciiFraming()} if target.scheme == "ascii" else {}
        self._dissector = Dissector(() if is_line else (target.port,))
        self._connects = connects
        self._connected = -1
        self._clock = clock
        self._fresh: deque[tuple[int, int, Way, bytes]] = deque(maxlen=MOST)
        self._conversation: Conversation | None = None
        self._waiting: dict[int, Exchange] = {}
        self._numbers = 0
        self._now = 0

    def hear(self, way: Way, data: bytes) -> None:
        """Some bytes pass (called by the connection)."""
        self.missed += len(self._fresh) == MOST
        self._fresh.append((self._clock(), self._connects(), way, data))

    def look(self) -> Sequence[Exchange]:
        """The last exchanges, the oldest first."""
        if len(self._fresh) == MOST:
            self._conversation = None  # what was missed would be a hole in it
        while self._fresh:
            self._now, connected, way, data = self._fresh.popleft()
            if self._conversation is None or connected != self._connected:
                self._connected = connected
                self._conversation = Conversation(self, (_US, OUR_PORT), self._server)
            if self._lines:
                data = self._as_rtu(way, data)
            (self._conversation.asked if way == "sent" else self._conversation.answered)(data)
        return self.exchanges

    def capture(self) -> bytes:
        """The last packets as a pcap file."""
        self.look()
        out = io.BytesIO()
        writer = PcapWriter(out, RAW_IPV4)
        for packet in self.packets:
            writer.add(packet.time, packet.data)
        return out.getvalue()

    def add(self, packet: bytes) -> None:
        """One packet was made (called by the conversation)."""
        (found,) = self._dissector.packets([(self._now, RAW_IPV4, len(packet), packet)])
        self.packets.append(found)
        for message in found.messages:
            self._pair(found, message)

    def _pair(self, packet: Packet, message: Message) -> None:
        known = self._waiting.pop(id(message.request), None)
        if known is not None:
            known.response = message
            known.packets.append(packet)
            return
        self._numbers += 1
        exchange = Exchange(self._numbers, [packet])
        if message.is_response:
            exchange.response = message
        else:
            exchange.request = message
            self._waiting[id(message)] = exchange
        if len(self.exchanges) == MOST:
            self._waiting.pop(id(self.exchanges[0].request), None)
        self.exchanges.append(exchange)

    def _as_rtu(self, way: Way, data: bytes) -> bytes:
        """The frames that these characters complete, as RTU would have them."""
        encode = RtuFraming("client").encode
        return b"".join(encode(0, frame.unit, frame.pdu) for frame in self._lines[way].receive(data))


class Taps:
    """The connections of a site that somebody looks at; each is heard until ``patience`` after the last look."""

    def __init__(self, running: Running, patience: float = PATIENCE) -> None:
        self._running = running
        self._patience = patience
        self._taps: dict[str, Tap] = {}
        self._until: dict[str, float] = {}
        self._sweeper: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._taps)

    def look(self, connection: str) -> Tap:
        """What is heard on a connection, from the first look on.

        Raises UsageError for a name that is none, and where too many are listened to already.
        """
        loop = asyncio.get_running_loop()
        url = self._url(connection)
        tap = self._taps.get(connection)
        if tap is None or tap.url != url:
            tap = self._opened(connection, url)
        self._running.collector.listen(
            connection, tap.hear
        )  # again and again: a reload may have made it anew
        self._taps[connection] = tap
        self._until[connection] = loop.time() + self._patience
        if self._sweeper is None:
            self._sweeper = loop.call_later(self._patience, self._sweep)
        tap.look()
        return tap

    def close(self) -> None:
        """Listen to nothing any more."""
        for connection in list(self._taps):
            self._forget(connection)
        if self._sweeper is not None:
            self._sweeper.cancel()
            self._sweeper = None

    def _url(self, connection: str) -> str:
        for one in self._running.site.connections:
            if one.name == connection:
                return one.url
        raise UsageError(f"there is no connection {connection!r}")

    def _opened(self, connection: str, url: str) -> Tap:
        if len(self._taps) >= MOST_TAPS and connection not in self._taps:
            raise UsageError(f"{len(self._taps)} connections are listened to already: wait a little")
        buses = self._running.buses
        return Tap(url, lambda: buses.counters(connection).connects)

    def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        for connection, until in list(self._until.items()):
            if until <= loop.time():
                self._forget(connection)
        self._sweeper = loop.call_later(self._patience, self._sweep) if self._taps else None

    def _forget(self, connection: str) -> None:
        del self._taps[connection], self._until[connection]
        try:
            self._running.collector.listen(connection, None)
        except UsageError:
            return  # a reload took the connection away
