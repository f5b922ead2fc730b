"""The conversations that are followed: a bounded number, each with its two streams."""

from __future__ import annotations

from typing import Final

from port502.traffic.headers import Headers
from port502.traffic.stream import Pending, Stream
from port502.traffic.way import Transport, Way

MOST: Final = 4096
"""Conversations that are followed at a time; those that were silent for longest make room."""

MOST_BUFFERED: Final = 16 << 20
"""Bytes of unfinished messages and of segments beyond holes, of all conversations together."""


class Conversations:
    """Streams by their key: addresses and ports as they stand in the packet, 12 bytes for TCP over IPv4.

    ``ports`` are those of servers. ``buffered`` counts what all streams hold; who changes one keeps it right.
    """

    def __init__(self, ports: frozenset[int]) -> None:
        self.ports = ports
        self.streams: dict[bytes, Stream] = {}
        self.seen = 0
        self.forgotten = 0
        self.buffered = 0

    @property
    def is_full(self) -> bool:
        """Whether no more may be held back."""
        return self.buffered > MOST_BUFFERED

    def expects(self, way: Way) -> bool:
        """Whether one of the ports is that of a server."""
        return way.sport in self.ports or way.dport in self.ports

    def known(self, headers: Headers) -> Stream | None:
        """The TCP stream of a packet with ports, where it is followed."""
        return self.streams.get(_key(headers, "tcp"))

    def stream(self, headers: Headers, transport: Transport, frame: int) -> Stream:
        """The stream of a packet with ports, a new one where it is the first of its conversation."""
        key = _key(headers, transport)
        stream = self.streams.get(key)
        if stream is None:
            if len(self.streams) >= 2 * MOST:
                self._forget()
            stream = self.streams[key] = self._new(headers, transport)
            self.streams[_key(headers, transport, back=True)] = stream.peer
            stream.peer.touched = frame
        stream.touched = frame
        return stream

    def opened(self, stream: Stream, sequence: int, *, answers: bool) -> None:
        """A connection begins with ``sequence``: what was known of these ports belongs to another one."""
        self.buffered -= stream.buffered
        stream.restart(sequence)
        stream.synced = True
        if answers:
            return
        peer = stream.peer
        self.buffered -= peer.buffered
        peer.restart(None)
        stream.content = peer.content = "new"
        stream.tries = peer.tries = 0
        stream.pending.clear()
        stream.way.asks = stream.way.dport in self.ports or stream.way.sport not in self.ports
        peer.way.asks = not stream.way.asks

    def _new(self, headers: Headers, transport: Transport) -> Stream:
        sport, dport = headers.sport or 0, headers.dport or 0
        to_server, from_server = dport in self.ports, sport in self.ports
        asks = to_server if to_server != from_server else dport < sport
        number, self.seen = self.seen, self.seen + 1
        there = Way(headers.src, sport, headers.dst, dport, asks=asks, transport=transport, stream=number)
        back = Way(headers.dst, dport, headers.src, sport, asks=not asks, transport=transport, stream=number)
        pending: Pending = {}
        stream, peer = Stream(there, pending), Stream(back, pending)
        stream.peer, peer.peer = peer, stream
        return stream

    def _forget(self) -> None:
        ages = {key: max(one.touched, one.peer.touched) for key, one in self.streams.items()}
        limit = sorted(ages.values())[len(ages) // 8]
        for key, age in ages.items():
            if age <= limit:
                self.buffered -= self.streams.pop(key).buffered
                self.forgotten += 1


def _key(headers: Headers, transport: Transport, *, back: bool = False) -> bytes:
    sport, dport = (headers.sport or 0).to_bytes(2, "big"), (headers.dport or 0).to_bytes(2, "big")
    mark = b"" if transport == "tcp" else b"udp"
    if back:
        return headers.dst_bytes + headers.src_bytes + dport + sport + mark
    return headers.src_bytes + headers.dst_bytes + sport + dport + mark
