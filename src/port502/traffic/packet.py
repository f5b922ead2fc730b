"""One packet as it was captured, with as much of its headers as asked for: for packet lists and display filters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from port502.traffic.headers import Headers, headers_of

if TYPE_CHECKING:
    from port502.traffic.message import Message

_NANOSECONDS = 1_000_000_000


class Packet:
    """Frame number ``frame`` (from 1) at ``time`` (ns since 1970, UTC), of link type ``link`` (tcpdump's numbers).

    ``data`` is what was captured of its ``length`` bytes. ``first`` and ``previous`` are the times of the capture's
    first packet and of the one before. ``messages`` are the Modbus messages that it completes, and
    ``retransmission`` says that TCP sent again what had been seen before.
    """

    __slots__ = (
        "_headers",
        "data",
        "first",
        "frame",
        "length",
        "link",
        "messages",
        "previous",
        "retransmission",
        "time",
    )

    def __init__(
        self, frame: int, time: int, link: int, length: int, data: bytes, first: int, previous: int
    ) -> None:
        self.frame = frame
        self.time = time
        self.link = link
        self.length = length
        self.data = data
        self.first = first
        self.previous = previous
        self.messages: list[Message] = []
        self.retransmission = False

    @property
    def time_relative(self) -> float:
        """Seconds since the first packet of the capture."""
        return (self.time - self.first) / _NANOSECONDS

    @property
    def time_delta(self) -> float:
        """Seconds since the packet before, 0 for the first."""
        return (self.time - self.previous) / _NANOSECONDS

    @property
    def captured(self) -> int:
        """How many bytes of it the capture holds."""
        return len(self.data)

    @property
    def headers(self) -> Headers:
        """Its link, network and transport headers."""
        try:
            return self._headers
        except AttributeError:
            self._headers: Headers = headers_of(self.link, self.data)
            return self._headers
