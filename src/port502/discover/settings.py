"""How a scan goes about it: gently by default, fast when told."""

from __future__ import annotations

from dataclasses import dataclass

from port502.transport.tls import Tls

PORTS = (502, 802)
TLS_PORT = 802
USUAL_UNITS = (1, 255, 0, 247, 100, 2, 3, 126)
"""Unit ids that devices come with, tried one after the other until one answers, when none are named."""


@dataclass(frozen=True, slots=True)
class ScanSettings:
    """The manners of a scan; times in seconds.

    ``units`` None asks the usual ids until one answers, and two unlikely ones; else each of them is asked. ``hosts``
    are looked at at a time; ``rate`` is how many connections and requests per second all of them make together,
    ``pause`` lies between an answer and the next request to the same device. ``pipelined`` lets several requests be
    in flight to devices that take it. ``first_timeout`` is for the very first answer. ``identify`` asks each unit who
    it is.
    """

    ports: tuple[int, ...] = PORTS
    units: tuple[int, ...] | None = None
    hosts: int = 8
    rate: float | None = 100.0
    pause: float = 0.05
    connect_timeout: float = 2.0
    first_timeout: float = 1.0
    response_timeout: float = 1.0
    least_timeout: float = 0.3
    pipelined: bool = False
    identify: bool = True
    names: bool = True
    tls: Tls | None = None

    @classmethod
    def fast(cls) -> ScanSettings:
        """For networks that are known to take it."""
        return cls(
            hosts=96,
            rate=None,
            pause=0.0,
            connect_timeout=1.0,
            first_timeout=0.5,
            response_timeout=0.5,
            least_timeout=0.1,
            pipelined=True,
        )
