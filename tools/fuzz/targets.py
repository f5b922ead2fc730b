"""Every parser of bytes and texts from outside, as a function of one input that raises nothing but our own errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from port502.errors import Port502Error
from port502.protocol.ascii import AsciiFraming
from port502.protocol.lookalike import looks_like
from port502.protocol.mbap import MbapFraming
from port502.protocol.pdu import decode_request, decode_response, request_length, response_length
from port502.protocol.rtu import RtuFraming
from port502.traffic.decoding.decoding import decode
from port502.traffic.decoding.readings import readings
from port502.traffic.decoding.record import record_of
from port502.traffic.decoding.requests import request_layout
from port502.traffic.decoding.responses import response_layout
from port502.traffic.dissector import Dissector
from port502.traffic.fields import fields_of
from port502.traffic.filter.compiled import compile_filter
from port502.traffic.findings.attack import own_attack
from port502.traffic.findings.engine import Engine
from port502.traffic.findings.ledger import Ledger
from port502.traffic.flows import Flows
from port502.traffic.headers import headers_of
from port502.traffic.hextext.piece import Piece
from port502.traffic.hextext.read import read_bytes, read_text
from port502.traffic.links import NAMES
from port502.traffic.message import Message
from port502.traffic.packet import Packet
from port502.traffic.pcap import PcapParser
from port502.traffic.pcapng import PcapngParser
from port502.traffic.record import packet_record
from port502.traffic.record import record_of as message_record
from port502.traffic.tls.keylog import KeyLog
from port502.traffic.tls.session import TlsSession

CORPUS = Path(__file__).parents[2] / "tests" / "hostile" / "corpus"
_LINKS = (*NAMES, 147)


@dataclass(frozen=True, slots=True)
class Target:
    """A parser, the file of the corpus that its inputs come from, and how often it is tried beside the others."""

    run: Callable[[bytes], object]
    corpus: str
    weight: int = 1


def corpus_of(name: str) -> list[bytes]:
    """The inputs of a corpus file: hexadecimal lines, or the lines of a text (``\\n`` in them is a line break)."""
    lines = [line for line in (CORPUS / name).read_text().splitlines() if line and not line.startswith("# ")]
    if name.endswith(".hex"):
        return [bytes.fromhex(line.partition("#")[0]) for line in lines]
    return [line.replace("\\n", "\n").encode() for line in lines]


def _mbap(data: bytes) -> None:
    whole, parts = MbapFraming(), MbapFraming()
    frames = whole.receive(data)
    cut = len(data) // 2
    got = parts.receive(data[:cut])
    if parts.failure is None:
        got += parts.receive(data[cut:])
        assert got == frames
    assert whole.pending <= 260


def _rtu(data: bytes) -> None:
    for role in ("client", "server"):
        framing = RtuFraming(role)  # type: ignore[arg-type]
        framing.receive(data)
        framing.silence()
        assert framing.pending <= 256


def _ascii(data: bytes) -> None:
    framing = AsciiFraming()
    framing.receive(data)
    assert framing.pending <= 513
    framing.silence()


def _messages(data: bytes) -> None:
    request_length(data)
    response_length(None, data)
    looks_like(data)
    request = None
    with suppress(Port502Error):
        request = decode_request(data)
        assert decode_request(request.encode()) == request
    with suppress(Port502Error):
        decode_response(data, request)
    with suppress(Port502Error):
        decode_response(data)


def _layouts(data: bytes) -> None:
    for layout in (request_layout(data), response_layout(data)):
        assert sum(field.size for field in layout.fields) == len(data)
    asked = fields_of(data, asks=True)
    fields_of(data, asks=False, asked=asked)


def _frames(data: bytes) -> None:
    for found in decode([Piece((data,), ascii=data[:1] == b":")] if data else []):
        assert sum(field.size for field in found.fields) == len(found.raw)
        record_of(found)


def _readings(data: bytes) -> None:
    readings(data[:250])


def _hex_text(data: bytes) -> None:
    decode(read_text(data.decode("utf-8", "replace")))


def _hex_file(data: bytes) -> None:
    decode(read_bytes(data))


def _filters(data: bytes) -> None:
    passes = compile_filter(data.decode("utf-8", "replace"))
    for packet in _some_packets():
        assert passes(packet) in (True, False)


def _tls(data: bytes) -> None:
    size = int.from_bytes(data[:2], "big")
    session = TlsSession(KeyLog(data[2 : 2 + size]))
    at = 2 + size
    while at + 3 <= len(data):
        length = int.from_bytes(data[at + 1 : at + 3], "big")
        session.feed(data[at + 3 : at + 3 + length], client=bool(data[at] & 1))
        at += 3 + length
    assert session.buffered <= 4 * 18_500


@cache
def _some_packets() -> list[Packet]:
    """The packets of a small capture, for filters to choose from."""
    parser = PcapParser()
    return Dissector().packets(parser.feed(corpus_of("captures.hex")[0]))


def _headers(data: bytes) -> None:
    headers_of(_LINKS[data[0] % len(_LINKS)] if data else 1, data[1:])


def _pcap(data: bytes) -> None:
    _capture(PcapParser(), data)


def _pcapng(data: bytes) -> None:
    _capture(PcapngParser(), data)


def _capture(parser: PcapParser | PcapngParser, data: bytes) -> None:
    if not parser.begins(data[:4]):
        return
    records = parser.feed(data)
    parser.end()
    dissector, flows, ledger = Dissector(), Flows(), Ledger()
    found: list[Message] = []
    for packet in dissector.packets(records[:200]):
        json.dumps(packet_record(packet))
        found += packet.messages
    found += dissector.end()
    flows.add(found)
    for learn_for in (None, 0.001):
        engine = Engine(ledger, learn_for=learn_for)
        engine.happened(dissector.events)
        engine.add(found)
    for message in found:
        json.dumps(message_record(message))
    for finding in ledger.findings:
        json.dumps(finding.record(own_attack()))


TARGETS: dict[str, Target] = {
    "mbap": Target(_mbap, "frames.hex", 3),
    "rtu": Target(_rtu, "frames.hex"),
    "ascii": Target(_ascii, "frames.hex", 2),
    "messages": Target(_messages, "pdus.hex", 3),
    "layouts": Target(_layouts, "pdus.hex", 3),
    "frames": Target(_frames, "frames.hex", 2),
    "readings": Target(_readings, "pdus.hex"),
    "hex-text": Target(_hex_text, "texts.txt"),
    "hex-file": Target(_hex_file, "texts.txt"),
    "filters": Target(_filters, "filters.txt", 2),
    "tls": Target(_tls, "tls.hex"),
    "headers": Target(_headers, "packets.hex", 3),
    "pcap": Target(_pcap, "captures.hex", 2),
    "pcapng": Target(_pcapng, "captures.hex", 2),
}
