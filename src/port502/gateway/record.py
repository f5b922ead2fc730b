"""What passes a gateway as a capture file (pcap), both sides of it, one TCP conversation for each connection.

A serial wire has no packets: its frames, unit to checksum, stand in a conversation of their own with port 10502 and up,
which Wireshark decodes as ``mbrtu`` when told so.
"""

from __future__ import annotations

import logging
import struct
import time
from collections.abc import Awaitable, Callable, Iterable
from ipaddress import IPv4Address, ip_address
from pathlib import Path
from typing import BinaryIO, Literal, Protocol

from port502.errors import UsageError
from port502.protocol.rtu import RtuFraming
from port502.protocol.server import PendingReply
from port502.service.call import Call, Reply, Service
from port502.service.maybe import must_wait, then
from port502.transport.capture import ACK, FIN, PUSH, RAW_IPV4, SYN, PcapWriter, tcp_packet
from port502.transport.states import Traffic
from port502.transport.url import Target
from port502.transport.wire import Action, Outlet, Send

log = logging.getLogger("port502.gateway")

MOST = 1 << 30
"""Bytes that a capture file may have."""

SERIAL_PORT = 10502
OUR_PORT = 49151
"""Stands for our own end of a connection to a device."""

LINES = frozenset({"rtu", "ascii", "rtu+tcp"})
"""What carries frames of a serial line."""

_SEGMENT = 1400
_US = IPv4Address("127.0.0.1")
_UNSPEAKABLE = IPv4Address("198.18.0.1")
"""Stands for peers that have no IPv4 address (RFC 2544 keeps it free)."""


class Packets(Protocol):
    """Where the packets of a conversation go."""

    def add(self, packet: bytes) -> None:
        """One packet (IPv4), now."""


class Recorder:
    """A capture file that is written as things happen, and can be read meanwhile.

    Beyond ``most`` bytes nothing is added, and the log says so. Raises UsageError for a file that cannot be written.
    """

    def __init__(self, path: Path, *, most: int = MOST, clock: Callable[[], float] = time.time) -> None:
        try:
            self._file: BinaryIO = path.open("wb", buffering=0)
        except OSError as error:
            raise UsageError(f"cannot record to {path}: {error.strerror}") from error
        self.path = path
        self.packets = 0
        self.is_full = False
        self._most = most
        self._clock = clock
        self._writer = PcapWriter(self._file, RAW_IPV4)
        self._serial_ports = SERIAL_PORT
        self._client_ports = 49152

    def close(self) -> None:
        """Write what is left and close the file."""
        self._file.close()

    def conversation(self, client: tuple[str, int], server: tuple[str, int]) -> Conversation:
        """A new TCP conversation between two hosts and ports."""
        return Conversation(self, client, server)

    def serial(self) -> Conversation:
        """A new conversation that stands for a serial wire."""
        port, self._serial_ports = self._serial_ports, self._serial_ports + 1
        self._client_ports += 1
        return Conversation(self, (str(_US), self._client_ports), (str(_US), port))

    def add(self, packet: bytes) -> None:
        """One packet, now."""
        if self.is_full or self._file.closed:
            return
        if self._writer.size + len(packet) + 16 > self._most:
            self.is_full = True
            log.warning("%s has %d bytes: nothing more is recorded", self.path, self._writer.size)
            return
        try:
            self._writer.add(round(self._clock() * 1_000_000) * 1000, packet)
        except OSError as error:
            self.is_full = True
            log.error("%s: %s: nothing more is recorded", self.path, error.strerror)
        self.packets += 1


class Conversation:
    """One TCP conversation in a capture, from its handshake on."""

    def __init__(self, recorder: Packets, client: tuple[str, int], server: tuple[str, int]) -> None:
        self._recorder = recorder
        self._ends = ((_ipv4(client[0]).packed, client[1]), (_ipv4(server[0]).packed, server[1]))
        self._sent = [1, 1]
        self._packet(0, b"", SYN)
        self._packet(1, b"", SYN | ACK)
        self._packet(0, b"", ACK)

    def asked(self, data: bytes) -> None:
        """Bytes from the client to the server."""
        self._bytes(0, data)

    def answered(self, data: bytes) -> None:
        """Bytes from the server to the client."""
        self._bytes(1, data)

    def ended(self) -> None:
        """The connection is closed."""
        self._packet(0, b"", FIN | ACK)
        self._packet(1, b"", FIN | ACK)

    def traffic(self) -> Traffic:
        """What hears the bytes of a link or line and writes them down."""

        def heard(way: Literal["sent", "received"], data: bytes) -> None:
            (self.asked if way == "sent" else self.answered)(data)

        return heard

    def _bytes(self, side: int, data: bytes) -> None:
        for start in range(0, len(data), _SEGMENT):
            piece = data[start : start + _SEGMENT]
            self._packet(side, piece, PUSH | ACK)
            self._sent[side] += len(piece)

    def _packet(self, side: int, data: bytes, flags: int) -> None:
        sequence = self._sent[side] - (1 if flags & SYN else 0)
        acknowledged = self._sent[1 - side] if flags & ACK else 0
        self._recorder.add(
            tcp_packet(self._ends[side], self._ends[1 - side], sequence, acknowledged, flags, data)
        )


class RecordingWire:
    """The wire of a listener (see ``transport.wire``) on which everything also goes into a capture.

    ``server`` is the listener's host and port, which may become known after it was started.
    """

    def __init__(self, recorder: Recorder, server: tuple[str, int]) -> None:
        self._recorder = recorder
        self.server = server
        self._open: dict[Outlet, Conversation] = {}

    def opened(self, outlet: Outlet) -> None:
        """A client was accepted."""
        session = outlet.session
        self._open[outlet] = self._recorder.conversation((session.host, session.port), self.server)

    def closed(self, outlet: Outlet) -> None:
        """The connection has ended."""
        conversation = self._open.pop(outlet, None)
        if conversation is not None:
            conversation.ended()

    def replied(self, outlet: Outlet, place: PendingReply) -> Iterable[Action]:
        """Write the request and its reply down, and let the reply go."""
        frame, reply = place.frame, place.reply
        conversation = self._open.get(outlet)
        if conversation is not None:
            head = struct.pack(">HHHB", frame.transaction_id, 0, len(frame.pdu) + 1, frame.unit)
            conversation.asked(head + frame.pdu)
            if reply:
                conversation.answered(reply)
        return (Send(reply),) if reply else ()


def listener_side(
    recorder: Recorder | None, target: Target, service: Service
) -> tuple[Service, RecordingWire | None]:
    """The clients' side of a capture: the service, recorded on a serial line, and the wire for a listener elsewhere."""
    if recorder is None:
        return service, None
    if target.is_serial:
        return recorded(service, recorder.serial()), None
    return service, RecordingWire(recorder, (target.host, target.port))


def device_side(recorder: Recorder | None, target: Target) -> Traffic | None:
    """What writes the devices' side of a capture down."""
    if recorder is None:
        return None
    if target.scheme in LINES:
        return recorder.serial().traffic()
    return recorder.conversation((str(_US), OUR_PORT), (target.host, target.port)).traffic()


def recorded(service: Service, conversation: Conversation) -> Service:
    """A layer for serial listeners: the requests and their replies, framed as they are on the line."""
    encode = RtuFraming("server").encode

    def serve(call: Call) -> Reply | Awaitable[Reply]:
        conversation.asked(encode(0, call.unit, call.request.encode()))

        def answered(reply: Reply) -> Reply:
            if reply is not None and call.unit:
                conversation.answered(encode(0, call.unit, reply.encode()))
            return reply

        reply = service(call)
        return then(reply, answered) if must_wait(reply) else answered(reply)

    return serve


def _ipv4(host: str) -> IPv4Address:
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return _UNSPEAKABLE
    mapped = address if isinstance(address, IPv4Address) else address.ipv4_mapped
    return mapped or (_US if address.is_loopback else _UNSPEAKABLE)
