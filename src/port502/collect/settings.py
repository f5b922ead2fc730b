"""What a collector is told to do, as plain values; all times in seconds."""

from __future__ import annotations

from dataclasses import dataclass, field

from port502.registers.maps.write_rule import WriteRule
from port502.registers.point import Point
from port502.transport.fallback import Fallback
from port502.transport.tls import TlsFiles

__all__ = ["ConnectionSettings", "DeviceSettings", "ExpressionSettings", "PointSettings", "WriteRule"]


@dataclass(frozen=True, slots=True)
class PointSettings:
    """One point of a device and how it is collected.

    ``interval`` between reads; ``deadband`` is the change in engineering units that counts as one: at 0
    every reading is kept, above it only changes, turns of quality, and a sign of life each minute. ``stale`` is the
    age at which the last good value becomes uncertain (None: the larger of three intervals and 5 s).
    """

    name: str
    point: Point
    interval: float = 1.0
    deadband: float = 0.0
    stale: float | None = None
    write: WriteRule | None = None


@dataclass(frozen=True, slots=True)
class ExpressionSettings:
    """A value computed from other points, each time one of them changes, in a ``unit`` of measure."""

    name: str
    expression: str
    interval: float = 1.0
    unit: str = ""


@dataclass(frozen=True, slots=True)
class DeviceSettings:
    """One unit on a connection: its points and what it can take in one request.

    ``more`` are points that nobody polls, but that can be read and written by name.
    """

    name: str
    unit: int
    points: tuple[PointSettings, ...]
    expressions: tuple[ExpressionSettings, ...] = ()
    max_registers: int = 120
    max_bits: int = 1920
    gap: int = 16
    writes: bool = False
    more: tuple[PointSettings, ...] = ()

    @property
    def known(self) -> tuple[PointSettings, ...]:
        """All points that can be named, those that are polled first."""
        return self.points + self.more if self.more else self.points


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """One TCP connection or serial line with all devices on it: the unit of scheduling.

    ``tls`` are the certificate files of a ``tls://`` url, ``fallback`` where to go on in plain, and when. ``in_turns``
    says that clients of others take turns on this line with the polling. ``longer`` are functions of the maker's own
    with the bytes that their frames may have, where they may have more than 260.
    """

    name: str
    url: str
    devices: tuple[DeviceSettings, ...] = ()
    gateway: bool = False
    connect_timeout: float = 3.0
    response_timeout: float = 1.0
    retries: int = 2
    reconnect_first: float = 1.0
    reconnect_max: float = 30.0
    window: int = 1
    pause: float = 0.0
    settle: float = 0.0
    keepalive_idle: float = 30.0
    keepalive_interval: float = 10.0
    keepalive_probes: int = 3
    keep_open: bool = True
    source: str | None = None
    coalesce: bool = False
    tolerate: frozenset[str] = field(default_factory=frozenset)
    tls: TlsFiles | None = None
    fallback: Fallback | None = None
    in_turns: bool = False
    longer: tuple[tuple[int, int], ...] = ()
