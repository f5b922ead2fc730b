"""What the API takes and gives, as models: they make the OpenAPI description too."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field

from port502.collect.alarms import AlarmEvent, AlarmState
from port502.collect.sample import Sample
from port502.collect.writing import WriteResult
from port502.transport.clock import utc
from port502.web.points import PointInfo
from port502.web.station import Counts, PointNow

Value = bool | int | float | str | list[bool | int | float | str] | None

LONGEST_COMMENT = 500
MOST_NAMES = 1000


class Model(BaseModel):
    """What the API takes and gives; what is unknown is refused."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)


class Me(Model):
    """Who asks: ``csrf`` goes into the header X-CSRF-Token of everything a browser changes."""

    name: str
    role: str
    way: str
    csrf: str = ""


class Login(Model):
    """Name and password."""

    name: Annotated[str, Field(max_length=100)]
    password: Annotated[str, Field(max_length=1000)]


class Point(Model):
    """A point: where it is, what it means, and what may be done with it. ``address`` is zero-based."""

    name: str
    device: str
    connection: str
    unit: int
    table: str | None = None
    address: int | None = None
    reference: str | None = None
    type: str | None = None
    order: str | None = None
    registers: int = 0
    unit_of_measure: str | None = None
    quantity: str | None = None
    interval_s: float
    expression: str | None = None
    writable: bool = False
    min: float | None = None
    max: float | None = None
    critical: bool = False

    @classmethod
    def of(cls, info: PointInfo) -> Self:
        """The model of a point."""
        return cls(
            name=info.name,
            device=info.device,
            connection=info.connection,
            unit=info.unit,
            table=info.table or None,
            address=info.address,
            reference=info.reference or None,
            type=info.type or None,
            order=info.order or None,
            registers=info.registers,
            unit_of_measure=info.unit_of_measure or None,
            quantity=info.quantity or None,
            interval_s=info.interval,
            expression=info.expression or None,
            writable=info.writable,
            min=info.least,
            max=info.most,
            critical=info.critical,
        )


class Now(Model):
    """What is known of a point now: ``quality`` is good, uncertain or bad, ``reason`` says why it is not good.

    Where there is no ``value``, ``last_known`` is the last that was read; ``age_s`` is the age of either, in seconds.
    """

    name: str
    value: Value
    quality: str
    reason: str = ""
    time: str
    age_s: float
    registers: list[int] = Field(default_factory=list)
    last_known: Value = None

    @classmethod
    def of(cls, now: PointNow) -> Self:
        """The model of what is known."""
        return cls(
            name=now.name,
            value=_plain(now.value),
            quality=now.quality,
            reason=now.reason,
            time=utc(now.time),
            age_s=round(now.age, 3),
            registers=list(now.registers),
            last_known=_plain(now.known),
        )


class PointWithValue(Point):
    """A point with what is known of it now."""

    now: Now


class Page(Model):
    """A part of a list: ``total`` are all that fit, ``next`` is the offset of the next part."""

    total: int
    next: int | None = None


class Points(Page):
    """Some points."""

    points: list[PointWithValue]


class Kept(Model):
    """One sample of the history."""

    point: str
    time: str
    value: Value
    quality: str
    reason: str = ""

    @classmethod
    def of(cls, sample: Sample) -> Self:
        """The model of a sample."""
        return cls(
            point=sample.point,
            time=utc(sample.time),
            value=_plain(sample.value),
            quality=sample.quality,
            reason=sample.reason,
        )


class Series(Model):
    """Samples of some points in order of time; ``complete`` is false where only the newest fitted."""

    points: list[str]
    samples: list[Kept]
    complete: bool


class WriteOrder(Model):
    """A value to write to a point, in engineering units; ``confirm`` is the point's name where it is critical."""

    value: bool | int | float | str
    confirm: Annotated[str, Field(max_length=300)] = ""


class Preview(Model):
    """What a write would send: nothing is sent for it."""

    point: str
    function: int
    function_name: str
    address: int
    registers: list[int]
    pdu: str
    text: str


class Written(Model):
    """What a write did: ``verified`` says that the device now holds exactly what was sent."""

    point: str
    before: Value
    sent: list[int]
    after: Value
    verified: bool
    note: str = ""

    @classmethod
    def of(cls, result: WriteResult) -> Self:
        """The model of a result."""
        return cls(
            point=result.point,
            before=_plain(result.before),
            sent=list(result.sent),
            after=_plain(result.after),
            verified=result.verified,
            note=result.note,
        )


class Overview(Model):
    """How many of everything there are, and how the site fares."""

    site: str
    uptime_s: float
    points: int
    good: int
    uncertain: int
    bad: int
    devices: int
    offline: int
    alarms: int
    unacknowledged: int
    polls: int
    overruns: int
    backlog: int
    lost: int
    locked: str = ""

    @classmethod
    def of(cls, site: str, counts: Counts, **more: Any) -> Self:
        """The model of an overview."""
        named = {name: getattr(counts, name) for name in counts.__dataclass_fields__}
        return cls(site=site, **named, **more)


class Alarm(Model):
    """How an alarm stands: normal, unacknowledged, acknowledged, or returned (over, but nobody has seen it)."""

    alarm: str
    state: str
    active: bool
    priority: str
    since: str
    text: str = ""
    value: Value = None
    limit: float | None = None
    raised: str | None = None
    acknowledged_by: str = ""
    comment: str = ""
    shelved_until: str | None = None
    shelved_by: str = ""
    suppressed: bool = False
    known: bool = True
    device: str = ""
    points: list[str] = Field(default_factory=list)

    @classmethod
    def of(cls, state: AlarmState) -> Self:
        """The model of an alarm's state."""
        return cls(**state.fields())


class Alarms(Model):
    """All alarms, the important ones first."""

    alarms: list[Alarm]


class Event(Model):
    """Something that happened to an alarm; ``number`` grows with time."""

    number: int
    time: str
    alarm: str
    what: str
    state: str
    priority: str
    text: str = ""
    value: Value = None
    limit: float | None = None
    by: str = ""
    comment: str = ""
    until: str | None = None
    silent: bool = False

    @classmethod
    def of(cls, number: int, event: AlarmEvent) -> Self:
        """The model of an event."""
        return cls(number=number, **event.fields())


class Events(Model):
    """Events, newest first; ``before`` the last number goes on from there."""

    events: list[Event]


Comment = Annotated[str, Field(max_length=LONGEST_COMMENT)]
Names = Annotated[list[Annotated[str, Field(max_length=300)]], Field(min_length=1, max_length=MOST_NAMES)]


class Acknowledge(Model):
    """Alarms that somebody has seen."""

    alarms: Names
    comment: Comment = ""


class Shelve(Model):
    """For how long an alarm is to be silent, a week at most."""

    seconds: Annotated[float, Field(gt=0, le=7 * 86_400)]
    comment: Comment = ""


class Lock(Model):
    """Why all writes are stopped."""

    why: Comment = "stopped from the dashboard"


class Listeners(Model):
    """The listeners whose clients it concerns."""

    listeners: list[str]


class Problem(Model):
    """What went wrong (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str


def _plain(value: Any) -> Value:
    return list(value) if isinstance(value, tuple) else value
