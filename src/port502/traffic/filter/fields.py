"""The fields that a filter knows: Wireshark's names, what kind of value each has, and how a packet gives it.

A field has no, one or several values in a packet: ``ip.addr`` two, ``modbus.func_code`` one of each message.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from port502.protocol.codes import (
    DIAGNOSTICS,
    ENCAPSULATED_INTERFACE,
    EXCEPTION_NAMES,
    FUNCTION_NAMES,
    READ_FIFO_QUEUE,
    READ_FILE_RECORD,
    READ_WRITE_MULTIPLE_REGISTERS,
    REPORT_SERVER_ID,
    WRITE_FILE_RECORD,
)
from port502.traffic.decoding.requests import request_layout
from port502.traffic.decoding.responses import response_layout

if TYPE_CHECKING:
    from port502.traffic.message import Message
    from port502.traffic.packet import Packet

Kind: TypeAlias = Literal["number", "seconds", "bytes", "text", "ipv4", "ipv6", "protocol"]
Getter: TypeAlias = "Callable[[Packet], Sequence[Any]]"

_NANOSECONDS = 1_000_000_000
_SYN, _FIN, _RST, _PSH, _ACK, _URG = 0x02, 0x01, 0x04, 0x08, 0x10, 0x20
_TCP, _UDP = 6, 17
_DATA_OF_REQUESTS = {5: 3, 6: 3, 8: 3, 15: 6, 23: 10}
_DATA_OF_RESPONSES = {5: 3, 6: 3, 7: 1, 17: 2, 23: 2}
"""Where the bytes of ``modbus.data`` start in a PDU."""

_BIT_LISTS, _REGISTER_LISTS = frozenset({1, 2}), frozenset({3, 4, 16})

_DATA_ELSEWHERE = frozenset({None, 0, 1, 3})
"""Sub-functions of function 8 whose data has a field of its own in tshark."""


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


def _of_messages(get: Callable[[Message], Any]) -> Getter:
    """The values of all messages of a packet that have one."""

    def values(packet: Packet) -> Sequence[Any]:
        messages = packet.messages
        if not messages:
            return ()
        return [value for one in messages if one.is_modbus and (value := get(one)) is not None]

    return values


def _of_fields(name: str) -> Getter:
    return _of_messages(lambda message: getattr(message.fields, name))


def _header(get: Callable[[Any], Any]) -> Getter:
    """A value of the network headers, where there is one."""

    def values(packet: Packet) -> Sequence[Any]:
        value = get(packet.headers)
        return () if value is None else (value,)

    return values


def _network(version: int, *names: str) -> Getter:
    def values(packet: Packet) -> Sequence[Any]:
        headers = packet.headers
        if headers.version != version:
            return ()
        return [int.from_bytes(getattr(headers, name), "big") for name in names]

    return values


def _transport(protocol: int, *names: str) -> Getter:
    def values(packet: Packet) -> Sequence[Any]:
        headers = packet.headers
        if headers.protocol != protocol or headers.sport is None:
            return ()
        return [getattr(headers, name) for name in names]

    return values


def _flag(bit: int) -> Getter:
    def values(packet: Packet) -> Sequence[Any]:
        headers = packet.headers
        return () if headers.flags is None else (int(bool(headers.flags & bit)),)

    return values


def _payload(protocol: int) -> Getter:
    def values(packet: Packet) -> Sequence[Any]:
        headers = packet.headers
        if headers.protocol != protocol or headers.sport is None or not headers.size:
            return ()
        data = packet.data[headers.payload : headers.payload + headers.size]
        return (data,) if data else ()

    return values


def _names(names: dict[int, str]) -> dict[str, int]:
    return {name: code for code, name in names.items()}


def _from(protocol: int) -> Getter:
    """The bytes of a transport header and all behind it, for slices and ``contains``."""

    def values(packet: Packet) -> Sequence[Any]:
        headers = packet.headers
        if headers.protocol != protocol or headers.sport is None:
            return ()
        return (packet.data[headers.body : headers.payload + headers.size],)

    return values


def _ip(version: int) -> Getter:
    def values(packet: Packet) -> Sequence[Any]:
        headers = packet.headers
        if headers.version != version:
            return ()
        end = headers.body + headers.body_size
        return (packet.data[max(end - headers.total, 0) : end],)

    return values


def _response_time(message: Message) -> float | None:
    return None if message.request is None else (message.time - message.request.time) / _NANOSECONDS


def _words_of(message: Message) -> int | None:
    return None if message.func_code == READ_WRITE_MULTIPLE_REGISTERS else message.fields.word_cnt


def _reference(message: Message) -> int | None:
    return None if message.func_code == READ_WRITE_MULTIPLE_REGISTERS else message.fields.reference_num


def _only(function: int, name: str) -> Getter:
    return _of_messages(
        lambda message: getattr(message.fields, name) if message.func_code == function else None
    )


def _data(message: Message) -> bytes | None:
    """What tshark shows as ``modbus.data``: a written value, packed coils, bytes without a form of their own."""
    pdu, code, answers = message.pdu, message.func_code, message.is_response
    if message.exception_code is not None or code is None:
        return None
    if code == READ_FIFO_QUEUE:
        return pdu[5:] if answers else None
    if code == DIAGNOSTICS and not answers and message.fields.diagnostic_code in _DATA_ELSEWHERE:
        return None
    start = (_DATA_OF_RESPONSES if answers else _DATA_OF_REQUESTS).get(code)
    if start is None:
        start = 1 if code not in FUNCTION_NAMES else None
    return None if start is None else pdu[start:] or None


def _byte_count(message: Message) -> int | None:
    code, pdu = message.func_code, message.pdu
    if code in (READ_FIFO_QUEUE, REPORT_SERVER_ID):
        return None
    if code in (READ_FILE_RECORD, WRITE_FILE_RECORD):
        return pdu[1] if len(pdu) > 1 and message.exception_code is None else None
    return message.fields.byte_cnt


def _registers(message: Message) -> list[int]:
    fields = message.fields
    if message.func_code in (3, 4, 16) and fields.values is not None:
        return [int(value) for value in fields.values]
    return []


def _all_registers(packet: Packet) -> Sequence[Any]:
    return [value for one in packet.messages if one.is_modbus for value in _registers(one)]


def _numbered(packet: Packet, *, bits: bool) -> Sequence[Any]:
    """The addresses of values that are told one by one, as far as the request is known."""
    functions = _BIT_LISTS if bits else _REGISTER_LISTS
    found: list[int] = []
    for one in packet.messages:
        if (
            one.is_modbus
            and one.func_code in functions
            and one.fields.values
            and one.reference_num is not None
        ):
            found += range(one.reference_num, one.reference_num + len(one.fields.values))
    return found


def _bits(packet: Packet) -> Sequence[Any]:
    return [
        int(value)
        for one in packet.messages
        if one.is_modbus and one.func_code in _BIT_LISTS
        for value in one.fields.values or ()
    ]


def _of_interface(name: str) -> Getter:
    """The fields of a device identification, of which the objects come several times."""

    def values(packet: Packet) -> Sequence[Any]:
        found: list[Any] = []
        for one in packet.messages:
            if one.is_modbus and one.func_code == ENCAPSULATED_INTERFACE and one.exception_code is None:
                layout = (response_layout if one.is_response else request_layout)(one.pdu)
                found += [field.value for field in layout.fields if field.name == name]
        return found

    return values


def _object_texts(packet: Packet) -> Sequence[Any]:
    texts = _of_interface("object_str_value")(packet)
    return [bytes.fromhex(text).decode("utf-8", "replace") for text in texts]


def _number(says: str, get: Getter, **more: Any) -> FieldKind:
    return FieldKind("number", get, says, **more)


FIELDS: dict[str, FieldKind] = {
    "frame": FieldKind("protocol", lambda packet: (packet.data,), "every packet; its bytes"),
    "frame.number": _number("number of the packet, from 1", lambda packet: (packet.frame,)),
    "frame.len": _number("bytes on the wire", lambda packet: (packet.length,)),
    "frame.cap_len": _number("bytes that were captured", lambda packet: (len(packet.data),)),
    "frame.time_epoch": FieldKind(
        "seconds", lambda packet: (packet.time / _NANOSECONDS,), "seconds since 1970, UTC"
    ),
    "frame.time_delta": FieldKind(
        "seconds", lambda packet: (packet.time_delta,), "seconds since the packet before"
    ),
    "frame.time_relative": FieldKind(
        "seconds", lambda packet: (packet.time_relative,), "seconds since the first packet"
    ),
    "vlan.id": _number("VLAN ids, outside in", lambda packet: packet.headers.vlans),
    "ip": FieldKind("protocol", _ip(4), "IPv4"),
    "ip.addr": FieldKind("ipv4", _network(4, "src_bytes", "dst_bytes"), "both addresses, or a network"),
    "ip.src": FieldKind("ipv4", _network(4, "src_bytes"), "the sender's address"),
    "ip.dst": FieldKind("ipv4", _network(4, "dst_bytes"), "the receiver's address"),
    "ip.ttl": _number("time to live", lambda packet: _if_version(packet, 4, packet.headers.ttl)),
    "ip.len": _number(
        "length of the IPv4 packet", lambda packet: _if_version(packet, 4, packet.headers.total)
    ),
    "ip.id": _number("identification", lambda packet: _if_version(packet, 4, packet.headers.identification)),
    "ip.proto": _number(
        "protocol above IPv4", lambda packet: _if_version(packet, 4, packet.headers.protocol)
    ),
    "ipv6": FieldKind("protocol", _ip(6), "IPv6"),
    "ipv6.addr": FieldKind("ipv6", _network(6, "src_bytes", "dst_bytes"), "both addresses, or a network"),
    "ipv6.src": FieldKind("ipv6", _network(6, "src_bytes"), "the sender's address"),
    "ipv6.dst": FieldKind("ipv6", _network(6, "dst_bytes"), "the receiver's address"),
    "ipv6.hlim": _number("hop limit", lambda packet: _if_version(packet, 6, packet.headers.ttl)),
    "tcp": FieldKind("protocol", _from(_TCP), "TCP"),
    "tcp.port": _number("both ports", _transport(_TCP, "sport", "dport")),
    "tcp.srcport": _number("the sender's port", _transport(_TCP, "sport")),
    "tcp.dstport": _number("the receiver's port", _transport(_TCP, "dport")),
    "tcp.len": _number("bytes of payload", _transport(_TCP, "size")),
    "tcp.payload": FieldKind("bytes", _payload(_TCP), "the payload"),
    "tcp.seq_raw": _number("sequence number as sent", _transport(_TCP, "seq")),
    "tcp.ack_raw": _number("acknowledgement as sent", _transport(_TCP, "ack")),
    "tcp.window_size_value": _number("window as sent", _transport(_TCP, "window")),
    "tcp.flags": _number("all flags", _transport(_TCP, "flags")),
    "tcp.flags.syn": _number("opens a connection", _flag(_SYN)),
    "tcp.flags.ack": _number("acknowledges", _flag(_ACK)),
    "tcp.flags.fin": _number("ends its direction", _flag(_FIN)),
    "tcp.flags.reset": _number("breaks the connection off", _flag(_RST)),
    "tcp.flags.push": _number("hands over at once", _flag(_PSH)),
    "tcp.flags.urg": _number("urgent", _flag(_URG)),
    "tcp.analysis.retransmission": FieldKind(
        "protocol", lambda packet: (b"",) if packet.retransmission else (), "sends again what was seen before"
    ),
    "udp": FieldKind("protocol", _from(_UDP), "UDP"),
    "udp.port": _number("both ports", _transport(_UDP, "sport", "dport")),
    "udp.srcport": _number("the sender's port", _transport(_UDP, "sport")),
    "udp.dstport": _number("the receiver's port", _transport(_UDP, "dport")),
    "udp.payload": FieldKind("bytes", _payload(_UDP), "the payload"),
    "mbtcp": FieldKind(
        "protocol",
        _of_messages(lambda m: m.adu if m.way.framing == "mbap" else None),
        "the MBAP header is there",
    ),
    "mbtcp.trans_id": _number("transaction id", _of_messages(lambda message: message.trans_id)),
    "mbtcp.prot_id": _number("protocol id, 0 for Modbus", _of_messages(lambda message: message.proto_id)),
    "mbtcp.len": _number("the length that the header gives", _of_messages(lambda message: message.len)),
    "mbtcp.unit_id": _number(
        "unit id", _of_messages(lambda m: m.unit_id if m.way.framing == "mbap" else None)
    ),
    "mbrtu": FieldKind(
        "protocol", _of_messages(lambda m: m.adu if m.way.framing == "rtu" else None), "RTU frames inside TCP"
    ),
    "mbrtu.unit_id": _number(
        "unit id of an RTU frame", _of_messages(lambda m: m.unit_id if m.way.framing == "rtu" else None)
    ),
    "modbus": FieldKind("protocol", _of_messages(lambda message: message.pdu), "Modbus"),
    "modbus.func_code": _number(
        "function code; beside a number from 128 on as sent, with the bit of a refusal",
        _of_messages(lambda message: message.func_code),
        names=_names(FUNCTION_NAMES),
        raw=_of_messages(lambda message: message.function),
    ),
    "modbus.exception_code": _number(
        "why it was refused",
        _of_messages(lambda message: message.exception_code),
        names=_names(EXCEPTION_NAMES),
    ),
    "modbus.reference_num": _number("address, from 0", _of_messages(_reference)),
    "modbus.word_cnt": _number("how many registers", _of_messages(_words_of)),
    "modbus.bit_cnt": _number("how many bits", _of_fields("bit_cnt")),
    "modbus.byte_cnt": _number("the byte count", _of_messages(_byte_count)),
    "modbus.read_reference_num": _number("address that function 23 reads", _only(23, "reference_num")),
    "modbus.read_word_cnt": _number("how many registers function 23 reads", _only(23, "word_cnt")),
    "modbus.write_reference_num": _number(
        "address that function 23 writes", _only(23, "write_reference_num")
    ),
    "modbus.write_word_cnt": _number("how many registers function 23 writes", _only(23, "write_word_cnt")),
    "modbus.and_mask": _number("mask of function 22", _of_fields("and_mask")),
    "modbus.or_mask": _number("mask of function 22", _of_fields("or_mask")),
    "modbus.diagnostic_code": _number("sub-function of function 8", _of_fields("diagnostic_code")),
    "modbus.mei": _number("interface of function 43", _of_fields("mei")),
    "modbus.read_device_id": _number("read code of 43/14", _of_interface("read_device_id")),
    "modbus.object_id": _number("objects of an identification", _of_interface("object_id")),
    "modbus.num_objects": _number("how many objects", _of_interface("num_objects")),
    "modbus.more_follows": _number("whether there are more", _of_interface("more_follows")),
    "modbus.object_str_value": FieldKind("text", _object_texts, "what a device says of itself"),
    "modbus.regval_uint16": _number("registers read, or written by function 16", _all_registers),
    "modbus.regnum16": _number("their addresses", lambda packet: _numbered(packet, bits=False)),
    "modbus.bitval": _number("bits read", _bits),
    "modbus.bitnum": _number("their addresses", lambda packet: _numbered(packet, bits=True)),
    "modbus.data": FieldKind("bytes", _of_messages(_data), "bytes written, or without a form of their own"),
    "modbus.request_frame": _number(
        "packet of the request", _of_messages(lambda message: message.request_frame)
    ),
    "modbus.response_time": FieldKind(
        "seconds", _of_messages(_response_time), "seconds from request to response"
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


def _if_version(packet: Packet, version: int, value: int | None) -> Sequence[Any]:
    return () if packet.headers.version != version or value is None else (value,)
