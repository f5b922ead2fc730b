"""Packets in, Modbus messages out: the one place that follows connections, with no file, socket or clock of its own.

Segments that come in order and hold whole messages take the quick way in ``feed``: no object but the message is made
for them. Everything else is looked at closely (``closely.py``).
"""

from __future__ import annotations

from collections.abc import Iterable
from struct import Struct
from typing import Final

from port502.protocol.mbap import MAX_LENGTH
from port502.traffic import links
from port502.traffic.closely import Closely
from port502.traffic.message import Message
from port502.traffic.packet import Packet
from port502.traffic.pairing import MOST, answered, asked
from port502.traffic.pcap import Record
from port502.traffic.stream import IGNORED
from port502.traffic.tls.alert import RECORD as ALERT
from port502.traffic.tls.keylog import KeyLog

_PLACES: Final = {
    links.ETHERNET: (12, 14, b"\x08\0", 14),
    links.SLL: (14, 16, b"\x08\0", 16),
    links.SLL2: (0, 2, b"\x08\0", 20),
    links.NULL: (0, 0, b"", 4),
    links.LOOP: (0, 0, b"", 4),
    links.RAW: (0, 0, b"", 0),
    links.IPV4: (0, 0, b"", 0),
}
"""Where a link's packets say that IPv4 follows, and where it does."""

_NOWHERE: Final = (0, 0, b"-", 0)
_ip_and_tcp = Struct(">BxH2xHxB2x12sI4xH").unpack_from
_header = Struct(">HHHBB").unpack_from
_IPV4_WITHOUT_OPTIONS: Final = 0x45
_TCP: Final = 6
_FRAGMENT: Final = 0x3FFF
_SYN, _OPENS_OR_ENDS = 0x02, 0x07
_MASK: Final = 0xFFFFFFFF
_LEAST: Final = 40
_BEYOND: Final = 1 << 30


class Dissector(Closely):
    """Follows every conversation of the packets that it is fed with, in bounded memory.

    ``ports`` are those where Modbus is expected; elsewhere it is recognised by its content. Frames are counted from 1,
    on through all that is fed. ``counts`` says what was met. With ``keys`` TLS is read;
    without, it is named in ``secured``. ``events`` are to be taken by who wants them.
    """

    def __init__(self, ports: Iterable[int] = (), keys: KeyLog | None = None) -> None:
        super().__init__(ports, keys)
        self._first = self._previous = 0

    def feed(self, records: Iterable[Record]) -> list[Message]:  # noqa: C901 (one loop, for its speed)
        """The messages that these packets complete, in order; a response has its request where that was seen."""
        found: list[Message] = []
        append = found.append
        find = self.conversations.streams.get
        frame = before = self.frame
        known = -1
        first = last = at = 0
        mark = b""
        for record in records:
            frame += 1
            time, link, _, data = record
            if link != known:
                known = link
                first, last, mark, at = _PLACES.get(link, _NOWHERE)
            place = at if data[first:last] == mark else _behind_tag(link, data)
            if len(data) >= place + _LEAST:
                version, total, fragment, protocol, key, sequence, word = _ip_and_tcp(data, place)
                if version == _IPV4_WITHOUT_OPTIONS and protocol == _TCP and not fragment & _FRAGMENT:
                    start = place + 20 + (word >> 10 & 0x3C)
                    stop = place + total
                    if start == stop and not word & _OPENS_OR_ENDS:
                        continue
                    stream = find(key)
                    if stream is not None:
                        due = stream.due
                        if due == sequence and start + 8 <= stop <= len(data) and not word & _OPENS_OR_ENDS:
                            number, identified, size, unit, function = _header(data, start)
                            if not identified and start + 6 + size == stop and size <= MAX_LENGTH:
                                adu = data[start:stop]
                                stream.due = sequence + stop - start & _MASK
                                stream.touched = frame
                                stream.recent.append((sequence, adu))
                                message = Message(frame, time, stream.way, adu)
                                append(message)
                                pending = stream.pending
                                if stream.way.asks:
                                    if (
                                        pending.setdefault(number, message) is not message
                                        or len(pending) > MOST
                                    ):
                                        asked(pending, number, message)
                                    continue
                                request = pending.pop(number, None)
                                if (
                                    type(request) is Message
                                    and request.adu[7] == function
                                    and request.adu[6] == unit
                                ):
                                    message.request = request
                                elif request is not None:
                                    pending[number] = request
                                    answered(pending, number, message)
                                continue
                        elif due == IGNORED and not word & _SYN and stop - start != ALERT:
                            continue
            self.frame = frame
            self._closely(record, found)
        self.counts.packets += frame - before
        self.frame = frame
        return found

    def packets(self, records: Iterable[Record]) -> list[Packet]:
        """Every packet with the messages that it completes: slower, for lists of packets and display filters."""
        found = []
        for record in records:
            time, link, length, data = record
            if not self.frame:
                self._first = self._previous = time
            self._repeats = False
            messages = self.feed((record,))
            packet = Packet(self.frame, time, link, length, data, self._first, self._previous)
            packet.messages = messages
            packet.retransmission = self._repeats
            self._previous = time
            found.append(packet)
        return found


def _behind_tag(link: int, data: bytes) -> int:
    """Where IPv4 starts behind a VLAN tag, beyond every packet where it does not."""
    return 18 if link == links.ETHERNET and data[12:14] == b"\x81\0" and data[16:18] == b"\x08\0" else _BEYOND
