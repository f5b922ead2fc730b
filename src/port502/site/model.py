"""The site file as models: every key, what it may hold, and what it is when it is not written."""

from __future__ import annotations

from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import Field, model_validator

from port502.collect.expression import LONGEST_TEXT
from port502.errors import UsageError
from port502.protocol.tolerances import TOLERANCES
from port502.registers.values import ORDERS, TYPES
from port502.site.alarm_model import Alarms
from port502.site.durations import duration_text
from port502.site.faults import KeyPath, nearest
from port502.site.kinds import Duration, Line, Name, OneOf, Ref, Section, Size, Text
from port502.site.listener_model import Listeners
from port502.site.notify_model import Notifies
from port502.site.scalars import shown
from port502.site.web_model import Web
from port502.transport.fallback import REASONS
from port502.transport.url import Target, parse_url

DAY = 86_400.0
YEAR = 365 * DAY

SCHEMES = ("tcp", "tls", "rtu+tcp", "rtu", "ascii")
SHORTEST_RECONNECT = 0.1
RESPONSE_TIMEOUT = 1.0
GATEWAY_RESPONSE_TIMEOUT = 3.0
GATEWAY_PAUSE = 0.03
INTERVAL = 1.0

Interval = Annotated[float, Duration(0.05, DAY)]
Backoff = Annotated[float, Duration(0, 600)]


def connection_target(url: str) -> Target:
    """The place a connection leads to; raises UsageError, also for schemes that a connection cannot have."""
    target = parse_url(url)
    if target.scheme not in SCHEMES:
        known = ", ".join(f"{scheme}://" for scheme in SCHEMES)
        raise UsageError(f"{target.scheme}:// is not among the schemes of a connection: {known}")
    return target


def fallback_target(url: str) -> Target:
    """The plain place that a fallback leads to; raises UsageError for any other."""
    target = parse_url(url)
    if target.scheme != "tcp":
        raise UsageError(f"a fallback is a tcp:// url, not {target.scheme}://")
    return target


def timezone_known(name: str) -> None:
    """Raises ValueError, with what to write instead, for a time zone that nobody knows."""
    if name == "UTC":
        return
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        close = nearest(name, available_timezones()) or "write a name such as Europe/Oslo"
        raise ValueError(f"unknown time zone {shown(name)}; {close}") from None


class Reconnect(Section):
    """Waiting times between attempts to connect: the first one, then growing up to the largest."""

    first: Backoff = 1.0
    max: Backoff = 30.0

    @model_validator(mode="after")
    def _paced(self) -> Self:
        if self.first < SHORTEST_RECONNECT:
            least = duration_text(SHORTEST_RECONNECT)
            raise ValueError(
                f"'first' must be at least {least}: without a pause a dead peer costs a whole core"
            )
        if self.max < self.first:
            raise ValueError("'max' must not be shorter than 'first'")
        return self


class Keepalive(Section):
    """Probes of the operating system on an idle TCP connection."""

    idle: Annotated[float, Duration(1, 7200)] = 30.0
    interval: Annotated[float, Duration(1, 7200)] = 10.0
    probes: Annotated[int, Field(ge=1, le=127)] = 3


class FallbackTo(Section):
    """Where to go on without TLS, and for which failures of it."""

    url: Annotated[str, Text(1024, fallback_target)]
    when: Annotated[list[Annotated[str, OneOf("reason", REASONS)]], Field(min_length=1)]


class Connection(Section):
    """One TCP connection or serial line: the unit of scheduling."""

    url: Annotated[str, Text(1024, connection_target)]
    gateway: bool = False
    connect_timeout: Annotated[float, Duration(0.1, 30)] = 3.0
    response_timeout: Annotated[float, Duration(0.05, 60)] | None = None
    retries: Annotated[int, Field(ge=0, le=10)] = 2
    reconnect: Reconnect = Reconnect()
    window: Annotated[int, Field(ge=1, le=64)] = 1
    pause: Annotated[float, Duration(0, 5)] | None = None
    settle: Annotated[float, Duration(0, 10)] = 0.0
    keepalive: Keepalive = Keepalive()
    keep_open: bool = True
    source: Line | None = None
    coalesce: bool = False
    tolerate: list[Annotated[str, OneOf("tolerance", TOLERANCES)]] = Field(default_factory=list)
    certificate: Line | None = None
    key: Line | None = None
    authority: Line | None = None
    crl: Line | None = None
    name: Line | None = None
    fallback: FallbackTo | None = None

    @property
    def answer_within(self) -> float:
        """Seconds to wait for a reply: longer by default where a gateway asks a serial line."""
        if self.response_timeout is not None:
            return self.response_timeout
        return GATEWAY_RESPONSE_TIMEOUT if self.gateway else RESPONSE_TIMEOUT

    @property
    def pause_between(self) -> float:
        """Seconds between a reply and the next request."""
        if self.pause is not None:
            return self.pause
        return GATEWAY_PAUSE if self.gateway else 0.0


class WriteLimits(Section):
    """What may be written to a point, in engineering units; ``critical`` has the dashboard ask for the point's name."""

    min: float | None = None
    max: float | None = None
    critical: bool = False

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"'min' {self.min:g} is above 'max' {self.max:g}")
        return self


class PointEntry(Section):
    """One point: registers with their meaning, or a value computed from other points."""

    ref: Ref | None = None
    expression: Annotated[str, Text(LONGEST_TEXT)] | None = None
    type: Annotated[str, OneOf("type", TYPES)] | None = None
    order: Annotated[str, OneOf("order", ORDERS)] | None = None
    length: Annotated[int, Field(ge=1, le=125)] | None = None
    scale: float = 1.0
    offset: float = 0.0
    unit: Annotated[str, Text(40)] | None = None
    quantity: Annotated[str, Text(60)] | None = None
    interval: Interval | None = None
    deadband: Annotated[float, Field(ge=0)] = 0.0
    stale: Annotated[float, Duration(0.05, YEAR)] | None = None
    write: WriteLimits | None = None


class Group(Section):
    """Points of a device that are read together; names may be globs."""

    interval: Interval | None = None
    points: Annotated[list[Line], Field(min_length=1)]


class Device(Section):
    """A unit on a connection, with the meaning of its registers."""

    connection: Line
    unit: Annotated[int, Field(ge=0, le=255)] = 1
    map: Line | None = None
    points: dict[Name, PointEntry] = Field(default_factory=dict)
    sheet: Line | None = None
    groups: dict[Name, Group] = Field(default_factory=dict)
    interval: Interval | None = None
    max_registers: Annotated[int, Field(ge=1, le=125)] = 120
    max_bits: Annotated[int, Field(ge=1, le=2000)] = 1920
    gap: Annotated[int, Field(ge=0, le=124)] = 16
    writes: bool = False


class Defaults(Section):
    """What holds for every device that does not say otherwise."""

    interval: Interval = INTERVAL


class History(Section):
    """Where samples are kept, beside the site file unless the path is absolute, and for how long."""

    path: Line = "data/"
    keep: Annotated[float, Duration(60, 100 * YEAR)] = 7 * DAY
    max_size: Size = 2 << 30


class SiteFile(Section):
    """A whole site file."""

    site: Name
    timezone: Annotated[str, Text(64, timezone_known)] = "UTC"
    defaults: Defaults = Defaults()
    connections: dict[Name, Connection] = Field(default_factory=dict)
    devices: dict[Name, Device] = Field(default_factory=dict)
    listeners: Listeners = Field(default_factory=dict)
    alarms: Alarms = Field(default_factory=dict)
    notify: Notifies = Field(default_factory=dict)
    history: History = History()
    web: Web = Web()


def entry_of(path: KeyPath) -> KeyPath:
    """What is left out when something at a path is faulty: a connection, an alarm, a point, a key of a device."""
    if path[:1] in (("connections",), ("listeners",), ("alarms",), ("notify",)):
        return path[:2]
    if path[:1] == ("devices",) and path[2:3] != ("connection",):
        return path[: 4 if path[2:3] in (("points",), ("groups",)) else 3]
    return path[: 2 if path[:1] == ("devices",) else 1]
