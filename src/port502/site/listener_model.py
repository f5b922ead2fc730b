"""Listeners in the site file, as models: where clients come in, who may, and what answers them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import ConfigDict, Field, model_validator
from pydantic.json_schema import JsonSchemaValue

from port502.gateway.routing import routes_to
from port502.guard.audit import KEEP, MAX_BYTES
from port502.guard.auditor import WhenFull
from port502.protocol.long_frames import MAX_LONG_ADU
from port502.service.long_frames import USUAL_SIZE
from port502.site.device_model import UnitsKind
from port502.site.kinds import Duration, Kind, Line, Name, OneOf, Ref, Section, Size, Text
from port502.site.policy_kinds import OneOrMore, network_of
from port502.site.scalars import shown, written
from port502.transport.url import Target, parse_url

LEAST_HANDSHAKE = 0.1
FORMATS = ("json", "cef")
SYSLOG_PORT = 514


def listener_target(url: str) -> Target:
    """The place where a listener listens; raises UsageError."""
    return parse_url(url)


def syslog_place(text: str) -> tuple[str, int]:
    """Host and port of ``udp://HOST:514``; raises ValueError."""
    scheme, separator, rest = text.partition("://")
    if not separator or scheme != "udp" or not rest:
        raise ValueError(f"{text!r} is no syslog server: write udp://HOST or udp://HOST:{SYSLOG_PORT}")
    target = parse_url(f"tcp://{rest}" if ":" in rest.rpartition("]")[2] else f"tcp://{rest}:{SYSLOG_PORT}")
    return target.host, target.port


@dataclass(frozen=True)
class UnitRanges(Kind):
    """Unit ids as ``gateway --units`` takes them: ``7``, ``1-16``, ``1,3,20-30`` or ``17-32=1-16``."""

    def check(self, value: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise ValueError(f"unit ids such as 1-16 expected, got {shown(value)}")
        text = written(value)
        routes_to("", text)
        return text

    def schema(self) -> JsonSchemaValue:
        return {"type": ["string", "integer"], "examples": ["1-16", 7, "1,3,20-30", "17-32=1-16"]}


class ListenerLimits(Section):
    """What one listener allows."""

    connections: Annotated[int, Field(ge=1, le=100_000)] = 16
    per_client: Annotated[int, Field(ge=1, le=100_000)] = 4
    in_flight: Annotated[int, Field(ge=1, le=1024)] = 16
    idle: Annotated[float, Duration(0.1, 86_400)] = 60.0
    frame: Annotated[float, Duration(0.05, 600)] = 3.0
    handshake: Annotated[float, Duration(LEAST_HANDSHAKE, 600)] = 10.0
    requests_per_second: Annotated[float, Field(gt=0, strict=False)] | None = None


class Serve(Section):
    """What a listener serves: the points of the site under addresses of our own, or a device file.

    A value that is not good is answered with exception 04. With ``status``, a discrete input, the last good value is
    served instead, and from there on one bit for each point, in their order, says whether it is good.
    """

    device: Line | None = None
    points: dict[Line, Line] = Field(default_factory=dict)
    status: Ref | None = None

    @model_validator(mode="before")
    @classmethod
    def _file_alone(cls, value: Any) -> Any:
        return {"device": value} if isinstance(value, str) else value


class GuardOf(Section):
    """The connection of the site that a listener guards."""

    connection: Line
    pending: Annotated[int, Field(ge=1, le=10_000)] = 256
    age: Annotated[float, Duration(0.1, 600)] = 10.0


class ShareOf(Section):
    """The connection of the site that many clients share, and how old values may be: usually, and of ranges."""

    connection: Line
    cache: Annotated[float, Duration(0, 86_400)] = 0.0
    ages: dict[Line, Annotated[float, Duration(0, 86_400)]] = Field(default_factory=dict)
    client_timeout: Annotated[float, Duration(0.1, 600)] = 5.0
    pending: Annotated[int, Field(ge=1, le=10_000)] = 256


class GatewayRoute(Section):
    """Unit ids of a listener, the connection where they are, and how much higher they are there."""

    units: Annotated[str, UnitRanges()]
    bus: Line
    offset: Annotated[int, Field(ge=-254, le=254)] = 0


class LongFramesOf(Section):
    """Who may send frames of more than 260 bytes, and of which maker's own function."""

    model_config = ConfigDict(populate_by_name=False)

    networks: Annotated[tuple[str, ...], OneOrMore("network", network_of, ("192.168.2.20",))] = Field(
        alias="from"
    )
    function: Annotated[int, Field(ge=1, le=127)]
    size: Annotated[int, Field(ge=USUAL_SIZE, le=MAX_LONG_ADU)] = USUAL_SIZE


class Audit(Section):
    """Where the audit log of a listener goes, beside the site file unless the path is absolute."""

    path: Line | None = None
    max_size: Size = MAX_BYTES
    keep: Annotated[int, Field(ge=1, le=10_000)] = KEEP
    key: Annotated[str, Text(1000)] | None = None
    when_full: Annotated[str, OneOf("word", tuple(WhenFull))] = WhenFull.GO_ON.value
    syslog: Annotated[str, Text(300, syslog_place)] | None = None
    format: Annotated[str, OneOf("format", FORMATS)] = "json"


class Listener(Section):
    """Who may call, and what answers: exactly one of ``serve``, ``gateway``, ``share`` and ``guard``.

    The keys of a gateway besides its routes: its clients are taken to wait ``client_timeout`` (5 s; a serial master
    1 s), those of ``first`` go before the others, unit 0 is a broadcast or means unit ``unit_zero``, and ``silent``
    is no answer for units without a route. ``findings`` are what is suspicious in the traffic, compared with what is
    usual where ``baseline`` names a file of it.
    """

    url: Annotated[str, Text(1024, listener_target)]
    allow: Annotated[tuple[str, ...], OneOrMore("network", network_of, ("192.168.2.0/24",))] | None = None
    limits: ListenerLimits = ListenerLimits()
    units: Annotated[tuple[int, ...] | None, UnitsKind()] = (1,)
    serve: Serve | None = None
    gateway: Annotated[list[GatewayRoute], Field(min_length=1)] | None = None
    client_timeout: Annotated[float, Duration(0.05, 600)] | None = None
    first: Annotated[tuple[str, ...], OneOrMore("network", network_of, ("192.168.2.10",))] | None = None
    unit_zero: Annotated[int, Field(ge=1, le=255)] | None = None
    silent: bool = False
    guard: GuardOf | None = None
    share: ShareOf | None = None
    policy: Line | None = None
    audit: Audit | None = None
    long_frames: list[LongFramesOf] = Field(default_factory=list)
    certificate: Line | None = None
    key: Line | None = None
    authority: Line | None = None
    crl: Line | None = None
    findings: bool = True
    baseline: Line | None = None


Listeners = dict[Name, Listener]
