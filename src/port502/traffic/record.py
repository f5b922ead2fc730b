"""A message or a packet as the record of scripts: Wireshark's names, fields with nothing to say left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from port502.protocol.codes import exception_name
from port502.traffic.message import Message
from port502.traffic.moment import time_text
from port502.traffic.packet import Packet

Record: TypeAlias = dict[str, object]
Place: TypeAlias = Callable[[int], tuple[str, int]]

_OF_PDU: Final = (
    "reference_num",
    "word_cnt",
    "bit_cnt",
    "byte_cnt",
    "write_reference_num",
    "write_word_cnt",
    "and_mask",
    "or_mask",
    "diagnostic_code",
    "mei",
    "read_device_id",
    "object_id",
)

COLUMNS: Final = (
    "file",
    "frame",
    "time",
    "src",
    "sport",
    "dst",
    "dport",
    "trans_id",
    "proto_id",
    "len",
    "unit_id",
    "func_code",
    "func_name",
    "exception_code",
    "exception_name",
    "is_response",
    "request_frame",
    "response_time_ms",
    *_OF_PDU,
    "values",
    "transport",
    "framing",
    "problems",
)
"""The fields of a message in their order."""


def record_of(message: Message, place: Place | None = None) -> Record:
    """A message; ``place`` gives the file and the number there of a frame, where there are several files."""
    record = _numbered(message.frame, place)
    way = message.way
    record |= {
        "time": time_text(message.time),
        "src": way.src,
        "sport": way.sport,
        "dst": way.dst,
        "dport": way.dport,
    }
    if way.framing == "mbap":
        record |= {"trans_id": message.trans_id, "proto_id": message.proto_id, "len": message.len}
    record |= {
        "unit_id": message.unit_id,
        "func_code": message.func_code,
        "func_name": message.func_name,
        "exception_code": message.exception_code,
        "is_response": message.is_response,
    }
    if message.exception_code is not None:
        record["exception_name"] = exception_name(message.exception_code)
    if message.request is not None:
        record["request_frame"] = place(message.request.frame)[1] if place else message.request.frame
        record["response_time_ms"] = message.response_time_ms
    fields = message.fields
    for name in _OF_PDU:
        record[name] = getattr(fields, name)
    if fields.values is not None:
        record["values"] = list(fields.values)
    if way.transport != "tcp":
        record["transport"] = way.transport
    if way.framing != "mbap":
        record["framing"] = way.framing
    problems = message.problems
    if problems:
        record["problems"] = list(problems)
    return {name: value for name, value in record.items() if value is not None}


def packet_record(packet: Packet, place: Place | None = None) -> Record:
    """A packet: its addresses, and in one line what it says."""
    headers = packet.headers
    record = _numbered(packet.frame, place)
    record |= {
        "time": time_text(packet.time),
        "src": headers.src or None,
        "sport": headers.sport,
        "dst": headers.dst or None,
        "dport": headers.dport,
        "protocol": protocol_of(packet),
        "length": packet.length,
        "captured": packet.captured if packet.captured != packet.length else None,
        "vlan": list(headers.vlans) or None,
        "tcp_flags": flags_text(headers.flags) if headers.flags is not None else None,
        "tcp_len": headers.size if headers.flags is not None else None,
        "retransmission": packet.retransmission or None,
        "messages": len(packet.messages) or None,
    }
    return {name: value for name, value in record.items() if value is not None}


def protocol_of(packet: Packet) -> str:
    """The name of the highest protocol that was understood."""
    if packet.messages:
        return "Modbus/RTU" if packet.messages[0].way.framing == "rtu" else "Modbus/TCP"
    headers = packet.headers
    if headers.version is None:
        return {0x0806: "ARP", 0x88CC: "LLDP"}.get(headers.ethertype or 0, "other")
    known = {1: "ICMP", 6: "TCP", 17: "UDP", 58: "ICMPv6"}
    return known.get(headers.protocol or 0, f"IPv{headers.version}")


def flags_text(flags: int) -> str:
    """The names of a TCP header's flags, such as ``SYN,ACK``."""
    names = ("FIN", "SYN", "RST", "PSH", "ACK", "URG")
    return ",".join(name for bit, name in enumerate(names) if flags >> bit & 1)


def _numbered(frame: int, place: Place | None) -> Record:
    if place is None:
        return {"frame": frame}
    file, number = place(frame)
    return {"file": file, "frame": number}
