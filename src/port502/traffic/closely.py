"""The close look at a packet: everything that the quick way of the dissector leaves alone.

Fragments, IPv6, VLANs, UDP, the opening of connections, late, doubled and lost segments, messages that are split or
glued, bytes that are no Modbus, and conversations on ports where nobody expects it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from port502.traffic import adus, links
from port502.traffic.assembly import Arrival, arrived, give_up
from port502.traffic.content import is_chain, is_tls, may_begin, recognise, rtu_frame
from port502.traffic.conversations import Conversations
from port502.traffic.event import Event, Happening
from port502.traffic.fragments import Fragments
from port502.traffic.headers import TCP, UDP, Headers, headers_of, transport
from port502.traffic.judge import faults
from port502.traffic.message import Message
from port502.traffic.neighbours import ARP, Neighbours
from port502.traffic.pairing import answered, asked, unanswered
from port502.traffic.pcap import Record
from port502.traffic.stream import IGNORED, NOT_QUICK, Content, Stream
from port502.traffic.tls.alert import fatal_alert
from port502.traffic.tls.keylog import KeyLog
from port502.traffic.tls.session import TlsSession
from port502.traffic.way import Way

MODBUS_PORT: Final = 502
TLS_PORT: Final = 802
TRIES: Final = 3
"""Segments after which a conversation on any port is known not to be Modbus."""

MOST_SECURED: Final = 1024
"""Encrypted conversations that are named."""

MOST_EVENTS: Final = 10_000
"""Events that wait until somebody takes them; beyond that the oldest are forgotten."""

MANY_PIECES: Final = 4
"""Segments of one message that are worth a word: a message fits into one."""

NOT_THE_SAME: Final = "sent again with other bytes than before"
UDP_NOTE: Final = "Modbus over UDP is no standard"
_FIN, _SYN, _RST, _ACK = 0x01, 0x02, 0x04, 0x10
_MASK: Final = 0xFFFFFFFF


@dataclass(slots=True)
class Counts:
    """What was met, besides messages: how many packets, and what of them could not be used."""

    packets: int = 0
    retransmissions: int = 0
    lost_bytes: int = 0
    cut_packets: int = 0
    lost_fragments: int = 0
    unread_links: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Secured:
    """A conversation on TLS that is not read; ``way`` is that of its client, ``reason`` says why."""

    way: Way
    reason: str


class Closely:
    """The part of the dissector that takes its time; see ``Dissector``."""

    def __init__(self, ports: Iterable[int] = (), keys: KeyLog | None = None) -> None:
        self.frame = 0
        self.keys = keys
        self.counts = Counts()
        self.conversations = Conversations(frozenset({MODBUS_PORT, TLS_PORT, *ports}))
        self.secured: dict[int, Secured] = {}
        self.events: deque[Event] = deque(maxlen=MOST_EVENTS)
        self._time = 0
        self._repeats = False
        self._sessions = 0
        self._fragments = Fragments()
        self._neighbours = Neighbours()

    def end(self) -> list[Message]:
        """No more packets will come: the messages of all that still waited for something missing."""
        found: list[Message] = []
        for stream in self.conversations.streams.values():
            self._pieces(stream, give_up(stream), found)
            self._cut_tail(stream, found)
            stream.due = NOT_QUICK
        self.conversations.buffered = 0
        return found

    def unanswered(self) -> list[Message]:
        """The requests that have no response yet."""
        streams = self.conversations.streams.values()
        return [one for stream in streams if stream.way.asks for one in unanswered(stream.pending)]

    def _closely(self, record: Record, found: list[Message]) -> None:
        """One packet, number ``frame``."""
        self._time, link, _, data = record
        headers = headers_of(link, data)
        if headers.ethertype == ARP:
            self._arp(link, data)
        if headers.version is None:
            if link not in links.NAMES:
                self.counts.unread_links[link] = self.counts.unread_links.get(link, 0) + 1
            return
        if headers.fragment is not None:
            body = self._fragments.add(headers, data)
            self.counts.lost_fragments = self._fragments.lost
            if body is None:
                return
            data = body
            transport(headers, body, 0, len(body))
        if headers.sport is None:
            return
        if headers.protocol == TCP:
            self._tcp(headers, data, found)
        elif headers.protocol == UDP:
            self._udp(headers, data, found)

    def _arp(self, link: int, data: bytes) -> None:
        place = links.network_of(link, data)
        moved = self._neighbours.heard(data, place[1]) if place is not None else None
        if moved is not None:
            address, before, now = moved
            self.events.append(Event(self.frame, self._time, Way(address), "moved", 0, f"{before} {now}"))

    def _tcp(self, headers: Headers, data: bytes, found: list[Message]) -> None:
        flags, sequence = headers.flags or 0, headers.seq or 0
        if flags & (_FIN | _RST):
            self._ended(headers, flags)
        if not headers.size and not flags & _SYN:
            return
        stream = self.conversations.stream(headers, "tcp", self.frame)
        if flags & _SYN:
            sequence = sequence + 1 & _MASK
            self.conversations.opened(stream, sequence, answers=bool(flags & _ACK))
            self._happened(stream, "opened" if flags & _ACK else "opening")
        if stream.due == IGNORED and stream.content == "tls":
            why = fatal_alert(data[headers.payload : headers.payload + headers.size])
            if why:
                self._happened(stream, "alert", detail=why)
        if not headers.size or stream.due == IGNORED or flags & _RST:
            return
        if stream.due >= 0:
            stream.next = stream.due
        before = stream.buffered
        payload = data[headers.payload : headers.payload + headers.size]
        if payload:
            self._segment(stream, sequence, payload, found)
        if len(payload) < headers.size:
            self.counts.cut_packets += 1
            self._cut_tail(
                stream, found, f"cut: the capture has {len(payload)} of {headers.size} bytes of its packet"
            )
            stream.restart(sequence + headers.size & _MASK)
        self.conversations.buffered += stream.buffered - before
        if stream.content == "other" or (stream.content == "tls" and stream.session is None):
            stream.due = IGNORED
        else:
            quick = stream.content == "modbus" and stream.way.framing == "mbap" and not stream.buffered
            stream.due = stream.next if quick and stream.next is not None else NOT_QUICK

    def _ended(self, headers: Headers, flags: int) -> None:
        stream = self.conversations.known(headers)
        if stream is None:
            return
        if flags & _FIN:
            self._happened(stream, "closed")
        elif stream.next is None and stream.due < 0 and stream.peer.synced:
            # Nothing but the other side's wish was seen, so this is the answer to it.
            self._happened(stream, "refused")
        else:
            self._happened(stream, "reset")

    def _happened(self, stream: Stream, what: Happening, size: int = 0, detail: str = "") -> None:
        self.events.append(Event(self.frame, self._time, stream.way, what, size, detail))

    def _segment(self, stream: Stream, sequence: int, payload: bytes, found: list[Message]) -> None:
        if stream.content == "new":
            self._look(stream, payload)
        arrival = arrived(stream, sequence, payload, _beginning(stream), full=self.conversations.is_full)
        if arrival.retransmission:
            self._repeats = True
            self.counts.retransmissions += 1
            stream.way.retransmissions += 1
        if arrival.differs and stream.content == "modbus":
            notes = (NOT_THE_SAME,)
            found.append(
                Message(self.frame, self._time, stream.way, payload[: adus.LONGEST_JUNK], None, notes)
            )
        self._pieces(stream, arrival, found)

    def _udp(self, headers: Headers, data: bytes, found: list[Message]) -> None:
        """Each datagram stands for itself."""
        payload = data[headers.payload : headers.payload + headers.size]
        if not self.conversations.ports & {headers.sport, headers.dport} or not is_chain(payload):
            return
        stream = self.conversations.stream(headers, "udp", self.frame)
        stream.synced = True
        for adu, is_message in adus.cut(stream, payload):
            self._emit(stream, adu, found, (UDP_NOTE,), pair=is_message)
        stream.tail = b""

    def _look(self, stream: Stream, payload: bytes) -> None:
        """What a conversation is, from the first bytes that were seen of it."""
        way, peer = stream.way, stream.peer
        content: Content = "new"
        if not self.conversations.expects(way):
            seen = recognise(payload)
            if seen is not None:
                content = "modbus"
                way.framing = peer.way.framing = seen.framing
                if seen.asks is not None:
                    way.asks, peer.way.asks = seen.asks, not seen.asks
            else:
                stream.tries += 1
                content = "other" if stream.tries + peer.tries >= TRIES else "new"
        elif is_tls(payload):
            content = "tls"
            self._happened(stream, "encrypted")
            self._secure(stream)
        else:
            content = "modbus"
            if not may_begin(payload) and rtu_frame(payload, asks=way.asks) is not None:
                way.framing = peer.way.framing = "rtu"
        stream.content = peer.content = content
        if content == "other" or (content == "tls" and stream.session is None):
            peer.due = IGNORED

    def _secure(self, stream: Stream) -> None:
        """A conversation on TLS: it is read where there is a key log, else named."""
        peer = stream.peer
        if self.keys is None or self._sessions >= MOST_SECURED:
            self._unread(stream, "there is no key log")
            return
        self._sessions += 1
        session = TlsSession(self.keys)
        for one in (stream, peer):
            way = one.way
            inside = Way(
                way.src, way.sport, way.dst, way.dport, asks=way.asks, transport="tls", stream=way.stream
            )
            one.session, one.inside = session, Stream(inside, stream.pending)
            one.inside.content, one.inside.synced = "modbus", True

    def _unread(self, stream: Stream, reason: str) -> None:
        stream.session = stream.peer.session = None
        if len(self.secured) < MOST_SECURED:
            way = stream.way if stream.way.asks else stream.peer.way
            self.secured[way.stream] = Secured(way, reason)

    def _decrypt(self, stream: Stream, data: bytes, found: list[Message], *, follows: bool) -> None:
        """What TLS carries is cut into messages like any other stream."""
        session, inside = stream.session, stream.inside
        if session is None or inside is None:
            return
        plain = session.feed(data, client=stream.way.asks) if follows else b""
        for adu, is_message in adus.cut(inside, plain) if plain else ():
            self._emit(inside, adu, found, pair=is_message)
        if session.failure or not follows:
            self._sessions -= 1
            self._unread(stream, session.failure or "a segment of it was lost")

    def _pieces(self, stream: Stream, arrival: Arrival, found: list[Message]) -> None:
        """Read what came in order; a piece of no bytes stands for a hole that is not waited for any more."""
        if arrival.lost:
            self.counts.lost_bytes += arrival.lost
            self._happened(stream, "lost", arrival.lost)
        for data, follows in arrival.pieces:
            if stream.content == "tls":
                self._decrypt(stream, data, found, follows=follows)
            elif not follows and not data:
                self._cut_tail(stream, found)
                stream.synced = False
                stream.tries = 0
            elif stream.content != "modbus":
                continue
            elif follows:
                self._whole(stream, data, found)
            elif _beginning(stream)(data):
                # It fills a hole, so that the tail belongs to what came later.
                tail, stream.tail = stream.tail, b""
                for adu, is_message in adus.cut(stream, data):
                    self._emit(stream, adu, found, pair=is_message)
                stream.tail = tail

    def _whole(self, stream: Stream, data: bytes, found: list[Message]) -> None:
        """The messages that the next bytes complete; one that came in many pieces says so."""
        stream.parts += 1
        notes = (f"sent in {stream.parts} pieces",) if stream.parts >= MANY_PIECES else ()
        for adu, is_message in adus.cut(stream, data):
            self._emit(stream, adu, found, notes, pair=is_message)
            stream.parts, notes = 1, ()
        if not stream.tail:
            stream.parts = 0

    def _cut_tail(
        self, stream: Stream, found: list[Message], note: str = "cut: the rest of it was not captured"
    ) -> None:
        tail, stream.tail = stream.tail, b""
        if tail and stream.content == "modbus":
            self._emit(stream, tail, found, (note,))

    def _emit(
        self,
        stream: Stream,
        adu: bytes,
        found: list[Message],
        notes: tuple[str, ...] = (),
        *,
        pair: bool = True,
    ) -> None:
        message = Message(self.frame, self._time, stream.way, adu, None, notes)
        found.append(message)
        if not pair:
            message.notes += faults(message)
        elif message.is_modbus:
            # RTU has no transaction id: what is asked is answered before anything else is.
            (asked if stream.way.asks else answered)(stream.pending, message.trans_id or 0, message)


def _beginning(stream: Stream) -> Callable[[bytes], bool]:
    """Tells whether bytes may begin a message of this stream; in TLS none may, since all of it is needed."""
    if stream.content == "tls":
        return lambda data: False
    if stream.way.framing == "rtu":
        return lambda data: rtu_frame(data, asks=stream.way.asks) is not None
    return is_chain
