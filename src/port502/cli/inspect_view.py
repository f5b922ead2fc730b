"""What was said on the wire as people read it: messages, packets, flows, values and figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from port502.cli.output import printable
from port502.errors import Port502Error
from port502.protocol.codes import EXCEPTION_NAMES, exception_name, function_name
from port502.protocol.describe import describe
from port502.protocol.pdu import decode_request, decode_response
from port502.registers.text import format_value
from port502.traffic.headers import Headers
from port502.traffic.message import Message
from port502.traffic.moment import clock_text
from port502.traffic.packet import Packet
from port502.traffic.record import Place, flags_text, protocol_of
from port502.traffic.series import Seen

MESSAGES: Final = (
    f"{'frame':>7}  {'time':<15}  {'from':<21}    {'to':<21}  {'id':>5}  {'unit':>4}  {'ms':>8}  message"
)
PACKETS: Final = (
    f"{'frame':>7}  {'time':<15}  {'from':<21}    {'to':<21}  {'protocol':<10}  {'bytes':>5}  what"
)
VALUES: Final = f"{'frame':>7}  {'time':<15}  {'server':<15}  {'unit':>4}  {'ref':<16}  value"
_VALUES_SHOWN: Final = 16
_BYTES_SHOWN: Final = 24
_READS: Final = frozenset({1, 2, 3, 4})


def message_line(message: Message, place: Place | None = None) -> str:
    """One message in a line under ``MESSAGES``."""
    way = message.way
    waited = message.response_time_ms
    number, unit = message.trans_id, message.unit_id
    return printable(
        f"{_frame(message.frame, place):>7}  {clock_text(message.time):<15}"
        f"  {end_text(way.src, way.sport):<21} -> {end_text(way.dst, way.dport):<21}"
        f"  {'' if number is None else number:>5}  {'' if unit is None else unit:>4}"
        f"  {'' if waited is None else format(waited, '.3f'):>8}  {said(message)}"
    )


def packet_line(packet: Packet, place: Place | None = None) -> str:
    """One packet in a line under ``PACKETS``, and what its first messages say."""
    headers = packet.headers
    if packet.messages:
        what = "; ".join(said(one) for one in packet.messages[:3])
        what += f"; and {len(packet.messages) - 3} more" if len(packet.messages) > 3 else ""
    else:
        what = _segment(headers)
    what += " [sent again]" if packet.retransmission else ""
    return printable(
        f"{_frame(packet.frame, place):>7}  {clock_text(packet.time):<15}"
        f"  {end_text(headers.src, headers.sport):<21} -> {end_text(headers.dst, headers.dport):<21}"
        f"  {protocol_of(packet):<10}  {packet.length:>5}  {what}"
    )


def value_line(seen: Seen, place: Place | None = None) -> str:
    """One value in a line under ``VALUES``."""
    point = seen.point
    ref = point.name if point else f"{seen.table}:{seen.address}"
    text = "?" if seen.value is None else format_value(seen.value, point.type if point else "uint16")
    unit = f" {point.unit}" if point and point.unit and seen.value is not None else ""
    note = f"  {seen.reason}" if seen.reason else "  written" if seen.written else ""
    return printable(
        f"{_frame(seen.frame, place):>7}  {clock_text(seen.time):<15}  {seen.server:<15}"
        f"  {seen.unit:>4}  {ref:<16}  {text}{unit}{note}"
    )


def end_text(host: str, port: int | None) -> str:
    """A host with its port, IPv6 in brackets."""
    if not host:
        return "-"
    shown = f"[{host}]" if ":" in host else host
    return shown if port is None else f"{shown}:{port}"


def said(message: Message) -> str:
    """What a message says, in a few words, and what is wrong with it."""
    problems = message.problems
    wrong = f" ! {'; '.join(problems)}" if problems else ""
    code = message.func_code
    if code is None:
        return f"no Modbus: {_hex(message.adu)}{wrong}"
    refused = message.exception_code
    if refused is not None:
        name = f", {exception_name(refused)}" if refused in EXCEPTION_NAMES else ""
        return f"{function_name(code)} refused: exception {refused}{name}{wrong}"
    return f"{'  ' if message.is_response else ''}{_words(message, code)}{wrong}"


def _words(message: Message, code: int) -> str:
    fields = message.fields
    if message.is_response and code in _READS and fields.values is not None:
        return f"= {_values(fields.values)}"
    if not message.is_response and code in _READS and fields.reference_num is not None:
        count = fields.word_cnt if fields.word_cnt is not None else fields.bit_cnt
        return f"{function_name(code)} {fields.reference_num}{'' if count == 1 else f' *{count}'}"
    if code in (5, 6, 15, 16) and fields.reference_num is not None and fields.values is not None:
        return f"{function_name(code)} {fields.reference_num} = {_values(fields.values)}"
    try:
        pdu = message.pdu
        return describe(decode_response(pdu) if message.is_response else decode_request(pdu))
    except Port502Error:
        return f"{function_name(code)}: {_hex(message.pdu[1:])}"


def _values(values: Sequence[int]) -> str:
    shown = " ".join(
        "on" if one is True else "off" if one is False else str(one) for one in values[:_VALUES_SHOWN]
    )
    return f"{shown} ... ({len(values)})" if len(values) > _VALUES_SHOWN else shown


def _hex(data: bytes) -> str:
    return f"{data[:_BYTES_SHOWN].hex(' ')}{' ...' if len(data) > _BYTES_SHOWN else ''}"


def _segment(headers: Headers) -> str:
    tags = "".join(f"VLAN {number} " for number in headers.vlans)
    if headers.flags is not None:
        return f"{tags}{flags_text(headers.flags)}" + (f", {headers.size} bytes" if headers.size else "")
    if headers.fragment is not None:
        return f"{tags}fragment at {headers.fragment}"
    return tags.rstrip()


def _frame(frame: int, place: Place | None) -> str:
    return str(frame if place is None else place(frame)[1])
