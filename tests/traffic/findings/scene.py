"""Scenes for tests of findings: packets of many hosts at chosen times, put together into one capture."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from ipaddress import IPv4Address

from port502.traffic import links
from port502.traffic.dissector import Dissector
from port502.traffic.findings.baseline import Baseline
from port502.traffic.findings.engine import Engine
from port502.traffic.findings.finding import Finding
from port502.traffic.findings.ledger import Ledger
from port502.traffic.pcap import Record
from port502.transport.capture import ACK, FIN, PUSH, RST, SYN, tcp_packet
from tests.traffic.wire import START, adu

SECOND = 1_000_000_000
SCADA, PLC, OTHER_PLC, INTRUDER = "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.66"
_ETHERNET = bytes.fromhex("0200000000010200000000020800")


class Scene:
    """Packets in the order of their times; ``at`` is seconds from the begin, moved on by every packet."""

    def __init__(self) -> None:
        self.at = 0.0
        self.records: list[Record] = []
        self._port = 40000

    def line(self, client: str = SCADA, server: str = PLC, port: int = 502, *, opened: bool = True) -> Line:
        """A connection."""
        self._port += 1
        line = Line(self, (client, self._port), (server, port))
        if opened:
            line.open()
        return line

    def packet(self, data: bytes) -> None:
        """An Ethernet packet with IPv4 inside, half a millisecond after the last."""
        self.frame(_ETHERNET + data)

    def frame(self, data: bytes) -> None:
        """Any Ethernet packet."""
        self.at += 0.0005
        self.records.append((START + int(self.at * SECOND), links.ETHERNET, len(data), data))

    def arp(self, address: str, hardware: str) -> None:
        """Somebody says where an address is."""
        head = bytes.fromhex("ffffffffffff") + bytes.fromhex(hardware) + b"\x08\x06"
        body = (
            struct.pack(">HHBBH", 1, 0x0800, 6, 4, 2) + bytes.fromhex(hardware) + IPv4Address(address).packed
        )
        self.frame(head + body + bytes(10))


class Line:
    """A TCP connection of a scene."""

    def __init__(self, scene: Scene, client: tuple[str, int], server: tuple[str, int]) -> None:
        self.scene = scene
        self._ends = {
            True: (IPv4Address(client[0]).packed, client[1]),
            False: (IPv4Address(server[0]).packed, server[1]),
        }
        self._sent = {True: 1000, False: 1000}
        self._number = 0

    def open(self) -> Line:
        """Shake hands."""
        self.knock()
        return self.send(b"", client=False, flags=SYN | ACK)

    def knock(self) -> Line:
        """The client wishes to connect."""
        return self.send(b"", flags=SYN)

    def refuse(self) -> Line:
        """The server does not want to."""
        return self.send(b"", client=False, flags=RST | ACK)

    def close(self) -> Line:
        """The client ends it."""
        return self.send(b"", flags=FIN | ACK)

    def send(self, data: bytes, *, client: bool = True, flags: int = PUSH | ACK, back: int = 0) -> Line:
        """A segment of one side; ``back`` bytes before its place."""
        sequence = self._sent[client] - back
        packet = tcp_packet(
            self._ends[client], self._ends[not client], sequence, self._sent[not client], flags, data
        )
        self.scene.packet(packet)
        self._sent[client] += len(data) - back + bool(flags & (SYN | FIN))
        return self

    def ask(self, pdu: str, unit: int = 1) -> Line:
        """A request without an answer, the PDU in hexadecimal."""
        self._number += 1
        return self.send(adu(self._number, pdu, unit))

    def answer(self, pdu: str, unit: int = 1) -> Line:
        """The server's answer to the last request."""
        return self.send(adu(self._number, pdu, unit), client=False)

    def read(self, address: int = 0, count: int = 1, unit: int = 1, function: int = 3) -> Line:
        """A read of registers that is answered."""
        self.ask(f"{function:02x} {address:04x} {count:04x}", unit)
        return self.answer(f"{function:02x} {2 * count:02x}" + " 0001" * count, unit)

    def write(self, address: int, value: int, unit: int = 1) -> Line:
        """A write of one register that is carried out."""
        pdu = f"06 {address:04x} {value:04x}"
        return self.ask(pdu, unit).answer(pdu, unit)


def found(
    scene: Scene,
    *,
    baseline: Baseline | None = None,
    learn_for: float | None = None,
    ports: Iterable[int] = (),
    **options: object,
) -> list[Finding]:
    """The findings in a scene."""
    ledger = Ledger()
    engine = Engine(ledger, baseline=baseline, learn_for=learn_for, ports=ports, **options)  # type: ignore[arg-type]
    dissector = Dissector(ports)
    for start in range(0, len(scene.records), 50):
        messages = dissector.feed(scene.records[start : start + 50])
        engine.happened(list(dissector.events))
        dissector.events.clear()
        engine.add(messages)
    engine.add(dissector.end())
    return ledger.findings


def usual_morning(scene: Scene, minutes: int = 10, *, writes: bool = True) -> tuple[Line, Line]:
    """SCADA polls two controllers once a second, and sets a value of the first every half minute."""
    lines = scene.line(), scene.line(server=OTHER_PLC)
    for second in range(minutes * 60):
        scene.at = max(scene.at, float(second))
        for line in lines:
            line.read(0, 10).read(100, 4)
        if writes and second % 30 == 0:
            lines[0].write(200, 500 + second % 120)
    return lines
