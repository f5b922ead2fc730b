"""What was said on the wire as people read it: messages, packets, flows, values and figures."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from port502.cli.output import printable
from port502.registers.text import format_value
from port502.traffic.headers import Headers
from port502.traffic.message import Message
from port502.traffic.moment import clock_text
from port502.traffic.packet import Packet
from port502.traffic.record import Place, flags_text, protocol_of
from port502.traffic.series import Seen
from port502.traffic.words import said

MESSAGES: Final = (
    f"{'frame':>7}  {'time':<15}  {'from':<21}    {'to':<21}  {'id':>5}  {'unit':>4}  {'ms':>8}  message"
)
PACKETS: Final = (
    f"{'frame':>7}  {'time':<15}  {'from':<21}    {'to':<21}  {'protocol':<10}  {'bytes':>5}  what"
)
VALUES: Final = f"{'frame':>7}  {'time':<15}  {'server':<15}  {'unit':>4}  {'ref':<16}  value"


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


@lru_cache(maxsize=4096)
def end_text(host: str, port: int | None) -> str:
    """A host with its port, IPv6 in brackets."""
    if not host:
        return "-"
    shown = f"[{host}]" if ":" in host else host
    return shown if port is None else f"{shown}:{port}"


def _segment(headers: Headers) -> str:
    tags = "".join(f"VLAN {number} " for number in headers.vlans)
    if headers.flags is not None:
        return f"{tags}{flags_text(headers.flags)}" + (f", {headers.size} bytes" if headers.size else "")
    if headers.fragment is not None:
        return f"{tags}fragment at {headers.fragment}"
    return tags.rstrip()


def _frame(frame: int, place: Place | None) -> str:
    return str(frame if place is None else place(frame)[1])
