"""How a packet gives the values of a field: none, one or several, from its headers or from its messages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from port502.protocol.codes import (
    DIAGNOSTICS,
    ENCAPSULATED_INTERFACE,
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

Getter: TypeAlias = "Callable[[Packet], Sequence[Any]]"

NANOSECONDS = 1_000_000_000
_DATA_OF_REQUESTS = {5: 3, 6: 3, 8: 3, 15: 6, 23: 10}
_DATA_OF_RESPONSES = {5: 3, 6: 3, 7: 1, 17: 2, 23: 2}
"""Where the bytes of ``modbus.data`` start in a PDU."""

_BIT_LISTS, _REGISTER_LISTS = frozenset({1, 2}), frozenset({3, 4, 16})

_DATA_ELSEWHERE = frozenset({None, 0, 1, 3})
"""Sub-functions of function 8 whose data has a field of its own in tshark."""


def of_messages(get: Callable[[Message], Any]) -> Getter:
    """The values of all messages of a packet that have one."""

    def values(packet: Packet) -> Sequence[Any]:
        messages = packet.messages
        if not messages:
            return ()
        return [value for one in messages if one.is_modbus and (value := get(one)) is not None]

    return values


def of_fields(name: str) -> Getter:
    """A field of all messages, by the name it has in a record of traffic."""
    return of_messages(lambda message: getattr(message.fields, name))


def network(version: int, *names: str) -> Getter:
    """Addresses as numbers, where the packet is of that IP version."""

    def values(packet: Packet) -> Sequence[Any]:
        headers = packet.headers
        if headers.version != version:
            return ()
        return [int.from_bytes(getattr(headers, name), "big") for name in names]

    return values


def transport(protocol: int, *names: str) -> Getter:
    """Fields of the TCP (6) or UDP (17) header."""

    def values(packet: Packet) -> Sequence[Any]:
        headers = packet.headers
        if headers.protocol != protocol or headers.sport is None:
            return ()
        return [getattr(headers, name) for name in names]

    return values


def flag(bit: int) -> Getter:
    """A flag of TCP, as 0 or 1."""

    def values(packet: Packet) -> Sequence[Any]:
        headers = packet.headers
        return () if headers.flags is None else (int(bool(headers.flags & bit)),)

    return values


def payload(protocol: int) -> Getter:
    """The bytes that TCP or UDP carries, where there are some."""

    def values(packet: Packet) -> Sequence[Any]:
        headers = packet.headers
        if headers.protocol != protocol or headers.sport is None or not headers.size:
            return ()
        data = packet.data[headers.payload : headers.payload + headers.size]
        return (data,) if data else ()

    return values


def from_transport(protocol: int) -> Getter:
    """The bytes of a transport header and all behind it, for slices and ``contains``."""

    def values(packet: Packet) -> Sequence[Any]:
        headers = packet.headers
        if headers.protocol != protocol or headers.sport is None:
            return ()
        return (packet.data[headers.body : headers.payload + headers.size],)

    return values


def from_network(version: int) -> Getter:
    """The bytes of the IP header and all behind it."""

    def values(packet: Packet) -> Sequence[Any]:
        headers = packet.headers
        if headers.version != version:
            return ()
        end = headers.body + headers.body_size
        return (packet.data[max(end - headers.total, 0) : end],)

    return values


def response_time(message: Message) -> float | None:
    """Seconds from request to response."""
    return None if message.request is None else (message.time - message.request.time) / NANOSECONDS


def words_of(message: Message) -> int | None:
    """How many registers; function 23 has names of its own for that."""
    return None if message.func_code == READ_WRITE_MULTIPLE_REGISTERS else message.fields.word_cnt


def reference(message: Message) -> int | None:
    """The address that the message itself tells; function 23 has names of its own for that."""
    return None if message.func_code == READ_WRITE_MULTIPLE_REGISTERS else message.fields.reference_num


def only(function: int, name: str) -> Getter:
    """A field of the messages of one function."""
    return of_messages(
        lambda message: getattr(message.fields, name) if message.func_code == function else None
    )


def data(message: Message) -> bytes | None:
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


def byte_count(message: Message) -> int | None:
    """The byte count, where tshark has it under that name."""
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


def all_registers(packet: Packet) -> Sequence[Any]:
    """The registers that were read, or written by function 16."""
    return [value for one in packet.messages if one.is_modbus for value in _registers(one)]


def numbered(packet: Packet, *, bits: bool) -> Sequence[Any]:
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


def bits(packet: Packet) -> Sequence[Any]:
    """The bits that were read, as 0 or 1."""
    return [
        int(value)
        for one in packet.messages
        if one.is_modbus and one.func_code in _BIT_LISTS
        for value in one.fields.values or ()
    ]


def of_interface(name: str) -> Getter:
    """The fields of a device identification, of which the objects come several times."""

    def values(packet: Packet) -> Sequence[Any]:
        found: list[Any] = []
        for one in packet.messages:
            if one.is_modbus and one.func_code == ENCAPSULATED_INTERFACE and one.exception_code is None:
                layout = (response_layout if one.is_response else request_layout)(one.pdu)
                found += [field.value for field in layout.fields if field.name == name]
        return found

    return values


def object_texts(packet: Packet) -> Sequence[Any]:
    """What a device says of itself."""
    texts = of_interface("object_str_value")(packet)
    return [bytes.fromhex(text).decode("utf-8", "replace") for text in texts]


def if_version(packet: Packet, version: int, value: int | None) -> Sequence[Any]:
    """A value of the IP header, where the packet is of that version."""
    return () if packet.headers.version != version or value is None else (value,)
