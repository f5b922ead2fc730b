"""The packets that pass a filter, with those of their messages that it means."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from port502.traffic.filter.compiled import Filter
    from port502.traffic.packet import Packet


def selected(packets: Iterable[Packet], passes: Filter) -> list[Packet]:
    """The packets that pass, in order.

    A packet passes as a whole, as in Wireshark. One with several messages keeps those that would pass alone, all of
    them where none would: the filter is then about the packet.
    """
    kept = []
    for packet in packets:
        if not passes(packet):
            continue
        if len(packet.messages) > 1:
            _narrow(packet, passes)
        kept.append(packet)
    return kept


def _narrow(packet: Packet, passes: Filter) -> None:
    alone = copy(packet)
    mine = []
    for message in packet.messages:
        alone.messages = [message]
        if passes(alone):
            mine.append(message)
    packet.messages = mine or packet.messages
