"""The fields that a filter knows: Wireshark's names, what kind of value each has, and how a packet gives it.

A field has no, one or several values in a packet: ``ip.addr`` two, ``modbus.func_code`` one of each message.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from port502.protocol.codes import EXCEPTION_NAMES, FUNCTION_NAMES
from port502.traffic.filter import getters
from port502.traffic.filter.getters import NANOSECONDS, Getter
from port502.traffic.headers import TCP, UDP

_SYN, _FIN, _RST, _PSH, _ACK, _URG = 0x02, 0x01, 0x04, 0x08, 0x10, 0x20

Kind: TypeAlias = Literal["number", "seconds", "bytes", "text", "ipv4", "ipv6", "protocol"]


@dataclass(frozen=True, slots=True)
class FieldKind:
    """A field: what kind of value it has, how a packet gives its values, what it is, and names of numbers.

    ``raw`` gives other values where the number compared with is 128 or more (function codes as sent).
    """

    kind: Kind
    get: Getter
    says: str
    names: dict[str, int] | None = None
    raw: Getter | None = None


def _names(names: dict[int, str]) -> dict[str, int]:
    return {name: code for code, name in names.items()}


def _number(says: str, get: Getter, **more: Any) -> FieldKind:
    return FieldKind("number", get, says, **more)


FIELDS: dict[str, FieldKind] = {
    "frame": FieldKind("protocol", lambda packet: (packet.data,), "every packet; its bytes"),
    "frame.number": _number("number of the packet, from 1", lambda packet: (packet.frame,)),
    "frame.len": _number("bytes on the wire", lambda packet: (packet.length,)),
    "frame.cap_len": _number("bytes that were captured", lambda packet: (len(packet.data),)),
    "frame.time_epoch": FieldKind(
        "seconds", lambda packet: (packet.time / NANOSECONDS,), "seconds since 1970, UTC"
    ),
    "frame.time_delta": FieldKind(
        "seconds", lambda packet: (packet.time_delta,), "seconds since the packet before"
    ),
    "frame.time_relative": FieldKind(
        "seconds", lambda packet: (packet.time_relative,), "seconds since the first packet"
    ),
    "vlan.id": _number("VLAN ids, outside in", lambda packet: packet.headers.vlans),
    "ip": FieldKind("protocol", getters.from_network(4), "IPv4"),
    "ip.addr": FieldKind(
        "ipv4", getters.network(4, "src_bytes", "dst_bytes"), "both addresses, or a network"
    ),
    "ip.src": FieldKind("ipv4", getters.network(4, "src_bytes"), "the sender's address"),
    "ip.dst": FieldKind("ipv4", getters.network(4, "dst_bytes"), "the receiver's address"),
    "ip.ttl": _number("time to live", lambda packet: getters.if_version(packet, 4, packet.headers.ttl)),
    "ip.len": _number(
        "length of the IPv4 packet", lambda packet: getters.if_version(packet, 4, packet.headers.total)
    ),
    "ip.id": _number(
        "identification", lambda packet: getters.if_version(packet, 4, packet.headers.identification)
    ),
    "ip.proto": _number(
        "protocol above IPv4", lambda packet: getters.if_version(packet, 4, packet.headers.protocol)
    ),
    "ipv6": FieldKind("protocol", getters.from_network(6), "IPv6"),
    "ipv6.addr": FieldKind(
        "ipv6", getters.network(6, "src_bytes", "dst_bytes"), "both addresses, or a network"
    ),
    "ipv6.src": FieldKind("ipv6", getters.network(6, "src_bytes"), "the sender's address"),
    "ipv6.dst": FieldKind("ipv6", getters.network(6, "dst_bytes"), "the receiver's address"),
    "ipv6.hlim": _number("hop limit", lambda packet: getters.if_version(packet, 6, packet.headers.ttl)),
    "tcp": FieldKind("protocol", getters.from_transport(TCP), "TCP"),
    "tcp.port": _number("both ports", getters.transport(TCP, "sport", "dport")),
    "tcp.srcport": _number("the sender's port", getters.transport(TCP, "sport")),
    "tcp.dstport": _number("the receiver's port", getters.transport(TCP, "dport")),
    "tcp.len": _number("bytes of payload", getters.transport(TCP, "size")),
    "tcp.payload": FieldKind("bytes", getters.payload(TCP), "the payload"),
    "tcp.seq_raw": _number("sequence number as sent", getters.transport(TCP, "seq")),
    "tcp.ack_raw": _number("acknowledgement as sent", getters.transport(TCP, "ack")),
    "tcp.window_size_value": _number("window as sent", getters.transport(TCP, "window")),
    "tcp.flags": _number("all flags", getters.transport(TCP, "flags")),
    "tcp.flags.syn": _number("opens a connection", getters.flag(_SYN)),
    "tcp.flags.ack": _number("acknowledges", getters.flag(_ACK)),
    "tcp.flags.fin": _number("ends its direction", getters.flag(_FIN)),
    "tcp.flags.reset": _number("breaks the connection off", getters.flag(_RST)),
    "tcp.flags.push": _number("hands over at once", getters.flag(_PSH)),
    "tcp.flags.urg": _number("urgent", getters.flag(_URG)),
    "tcp.analysis.retransmission": FieldKind(
        "protocol", lambda packet: (b"",) if packet.retransmission else (), "sends again what was seen before"
    ),
    "udp": FieldKind("protocol", getters.from_transport(UDP), "UDP"),
    "udp.port": _number("both ports", getters.transport(UDP, "sport", "dport")),
    "udp.srcport": _number("the sender's port", getters.transport(UDP, "sport")),
    "udp.dstport": _number("the receiver's port", getters.transport(UDP, "dport")),
    "udp.payload": FieldKind("bytes", getters.payload(UDP), "the payload"),
    "mbtcp": FieldKind(
        "protocol",
        getters.of_messages(lambda m: m.adu if m.way.framing == "mbap" else None),
        "the MBAP header is there",
    ),
    "mbtcp.trans_id": _number("transaction id", getters.of_messages(lambda message: message.trans_id)),
    "mbtcp.prot_id": _number(
        "protocol id, 0 for Modbus", getters.of_messages(lambda message: message.proto_id)
    ),
    "mbtcp.len": _number(
        "the length that the header gives", getters.of_messages(lambda message: message.len)
    ),
    "mbtcp.unit_id": _number(
        "unit id", getters.of_messages(lambda m: m.unit_id if m.way.framing == "mbap" else None)
    ),
    "mbrtu": FieldKind(
        "protocol",
        getters.of_messages(lambda m: m.adu if m.way.framing == "rtu" else None),
        "RTU frames inside TCP",
    ),
    "mbrtu.unit_id": _number(
        "unit id of an RTU frame",
        getters.of_messages(lambda m: m.unit_id if m.way.framing == "rtu" else None),
    ),
    "modbus": FieldKind("protocol", getters.of_messages(lambda message: message.pdu), "Modbus"),
    "modbus.func_code": _number(
        "function code; beside a number from 128 on as sent, with the bit of a refusal",
        getters.of_messages(lambda message: message.func_code),
        names=_names(FUNCTION_NAMES),
        raw=getters.of_messages(lambda message: message.function),
    ),
    "modbus.exception_code": _number(
        "why it was refused",
        getters.of_messages(lambda message: message.exception_code),
        names=_names(EXCEPTION_NAMES),
    ),
    "modbus.reference_num": _number("address, from 0", getters.of_messages(getters.reference)),
    "modbus.word_cnt": _number("how many registers", getters.of_messages(getters.words_of)),
    "modbus.bit_cnt": _number("how many bits", getters.of_fields("bit_cnt")),
    "modbus.byte_cnt": _number("the byte count", getters.of_messages(getters.byte_count)),
    "modbus.read_reference_num": _number("address that function 23 reads", getters.only(23, "reference_num")),
    "modbus.read_word_cnt": _number("how many registers function 23 reads", getters.only(23, "word_cnt")),
    "modbus.write_reference_num": _number(
        "address that function 23 writes", getters.only(23, "write_reference_num")
    ),
    "modbus.write_word_cnt": _number(
        "how many registers function 23 writes", getters.only(23, "write_word_cnt")
    ),
    "modbus.and_mask": _number("mask of function 22", getters.of_fields("and_mask")),
    "modbus.or_mask": _number("mask of function 22", getters.of_fields("or_mask")),
    "modbus.diagnostic_code": _number("sub-function of function 8", getters.of_fields("diagnostic_code")),
    "modbus.mei": _number("interface of function 43", getters.of_fields("mei")),
    "modbus.read_device_id": _number("read code of 43/14", getters.of_interface("read_device_id")),
    "modbus.object_id": _number("objects of an identification", getters.of_interface("object_id")),
    "modbus.num_objects": _number("how many objects", getters.of_interface("num_objects")),
    "modbus.more_follows": _number("whether there are more", getters.of_interface("more_follows")),
    "modbus.object_str_value": FieldKind("text", getters.object_texts, "what a device says of itself"),
    "modbus.regval_uint16": _number("registers read, or written by function 16", getters.all_registers),
    "modbus.regnum16": _number("their addresses", lambda packet: getters.numbered(packet, bits=False)),
    "modbus.bitval": _number("bits read", getters.bits),
    "modbus.bitnum": _number("their addresses", lambda packet: getters.numbered(packet, bits=True)),
    "modbus.data": FieldKind(
        "bytes", getters.of_messages(getters.data), "bytes written, and those without a form"
    ),
    "modbus.request_frame": _number(
        "packet of the request", getters.of_messages(lambda message: message.request_frame)
    ),
    "modbus.response_time": FieldKind(
        "seconds", getters.of_messages(getters.response_time), "seconds from request to response"
    ),
}
"""Every field by name."""

ALIASES = {
    "mbtcp.modbus.unit_id": "mbtcp.unit_id",
    "mbtcp.modbus.func_code": "modbus.func_code",
    "modbus.unit_id": "mbtcp.unit_id",
    "modbus_tcp": "mbtcp",
    "modbus.trans_id": "mbtcp.trans_id",
}
"""Names that older documents and other tools use."""
