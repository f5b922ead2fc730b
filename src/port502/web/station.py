"""A running site as the dashboard and the API see it: one place to ask, so that both show and do the same."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from port502.collect.alarms import AlarmEvent, AlarmState
from port502.collect.alarms.alarm import WAITING
from port502.collect.demand import Reading
from port502.collect.latest import Current
from port502.collect.reads import point_of
from port502.collect.response_times import Spread
from port502.collect.sample import BAD, GOOD, UNCERTAIN, Sample, Value
from port502.collect.settings import ConnectionSettings, PointSettings
from port502.collect.status import ConnectionDetail
from port502.collect.writing import WriteResult
from port502.errors import Port502Error, UsageError
from port502.guard.auditor import Auditor
from port502.guard.recall import Recalled
from port502.guard.record import LOGIN_FAILED, MOST_TEXT, SITE_FILE, WRITE, Record
from port502.guard.settings import AuditSettings
from port502.history import History
from port502.history.alarm_book import alarm_events
from port502.protocol.codes import function_name
from port502.protocol.describe import describe
from port502.registers.writes import request_of
from port502.site.certificates import CertificateStatus, certificates_of
from port502.site.difference import Difference
from port502.site.running import Running
from port502.site.status import FindingStatus, ListenerStatus, SessionStatus, SiteStatus
from port502.site.traffic import Tap
from port502.web.feed import Feed
from port502.web.points import PointInfo, points_of
from port502.web.roles import Identity
from port502.web.shared import Shared
from port502.web.tools.draft import Checked, Text, apply, check, read_text

log = logging.getLogger("port502.web")

MOST_SAMPLES = 10_000
"""Samples one answer holds at most."""

SINK = "web"


@dataclass(frozen=True, slots=True)
class PointNow:
    """What is known of a point now; ``time`` is Unix seconds of its newest sample.

    Where that has no value, ``known`` is the last that was read, if any. ``age`` is seconds since the value, or the
    known one, was read.
    """

    name: str
    value: Value
    quality: str
    reason: str
    time: float
    age: float
    registers: tuple[int, ...] = ()
    known: Value = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a write would send: ``registers`` or bits to ``address``, the ``pdu`` in hex, all of it as ``text``."""

    point: str
    function: int
    function_name: str
    address: int
    registers: tuple[int, ...]
    pdu: str
    text: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How many there are: points by quality, silent devices, alarms that are active or wait for somebody."""

    points: int
    good: int
    uncertain: int
    bad: int
    devices: int
    offline: int
    alarms: int
    unacknowledged: int


class Station:
    """What can be seen of a running site and done with it. Who does something is written down.

    Raises what the site raises, and UsageError for names that are none.
    """

    def __init__(self, running: Running) -> None:
        self.running = running
        self.feed = Feed()
        self._points: dict[str, PointInfo] = {}
        self._site: object = None
        self._auditor: Auditor | None = None
        self._applying = asyncio.Lock()
        self._status = Shared(running.status)
        self._counts = Shared(self._count)

    def start(self) -> None:
        """Begin to pass samples on."""
        self.running.collector.add_sink(SINK, self.feed)

    def stop(self) -> None:
        """Pass nothing on any more."""
        self.running.collector.remove_sink(SINK)
        if self._auditor is not None:
            self._auditor.close()
            self._auditor = None

    # What there is

    @property
    def name(self) -> str:
        """The site's name."""
        return self.running.site.name

    @property
    def points(self) -> dict[str, PointInfo]:
        """All points by their full names."""
        if self._site is not self.running.site:
            self._site = self.running.site
            self._points = points_of(self.running.site)
        return self._points

    def point(self, name: str) -> PointInfo:
        """One point; raises UsageError for a name that is none."""
        info = self.points.get(name)
        if info is None:
            raise UsageError(f"no point {name!r} is collected here")
        return info

    def now(self, name: str) -> PointNow:
        """What is known of a point now."""
        self.point(name)
        return _now(name, self.running.collector.current(name))

    def all_now(self, names: Iterable[str]) -> list[PointNow]:
        """What is known of some points now; names that are none are left out."""
        current = self.running.collector.current
        return [_now(name, current(name)) for name in names if name in self.points]

    def status(self) -> SiteStatus:
        """How the site fares, half a second ago at most."""
        return self._status()

    def counts(self) -> Counts:
        """How many of everything there are, and how they fare, half a second ago at most."""
        return self._counts()

    def _count(self) -> Counts:
        qualities = self.running.collector.qualities()
        silent = self.running.collector.silent_devices()
        alarms = [alarm for alarm in self.alarms() if not alarm.silent]
        return Counts(
            points=len(self.points),
            good=qualities[GOOD],
            uncertain=qualities[UNCERTAIN],
            bad=qualities[BAD],
            devices=len(silent),
            offline=sum(bool(dead) for dead in silent.values()),
            alarms=sum(alarm.active for alarm in alarms),
            unacknowledged=sum(alarm.state in WAITING for alarm in alarms),
        )

    # Connections

    def connection(self, name: str) -> ConnectionDetail:
        """How one connection fares, closely looked at; raises UsageError for a name that is none."""
        return self.running.collector.detail(name)

    def response_times(self) -> dict[str, Spread]:
        """How long the replies on each connection took, since the start."""
        return self.running.collector.response_times()

    def settings_of(self, connection: str) -> ConnectionSettings:
        """What the site file says of a connection; raises UsageError for a name that is none."""
        for one in self.running.site.connections:
            if one.name == connection:
                return one
        raise UsageError(f"there is no connection {connection!r}")

    def connection_of(self, device: str) -> str:
        """The connection that a device is asked through; raises UsageError for a name that is none."""
        for one in self.running.site.connections:
            if any(known.name == device for known in one.devices):
                return one.name
        raise UsageError(f"there is no device {device!r}")

    def listen(self, connection: str) -> Tap:
        """What passes on a connection; it is heard from the first look on, until nobody has looked for a while."""
        return self.running.taps.look(connection)

    # Security

    @property
    def locked(self) -> str:
        """Why all writes are stopped; empty when they are not."""
        return self.running.listeners.locked

    def listeners(self) -> tuple[ListenerStatus, ...]:
        """How the listeners fare."""
        return self.running.listeners.status()

    def sessions(self) -> list[SessionStatus]:
        """Who is connected to the listeners."""
        return self.running.listeners.sessions()

    def decisions(
        self, most: int = 100, before: int | None = None, events: Collection[str] = ()
    ) -> list[Recalled]:
        """What the gates decided and saw last, newest first; ``before`` a number goes on from there."""
        return self.running.listeners.recall.newest(most, before=before, events=events)

    def findings(self, most: int = 100) -> list[FindingStatus]:
        """What is suspicious in the traffic of the listeners, seen last at the front."""
        return self.running.listeners.findings(most)

    def worst_findings(self, since: float) -> dict[str, FindingStatus]:
        """The most serious of them by listener, of those that were seen after a time in Unix seconds."""
        return self.running.listeners.worst_findings(since)

    @property
    def watching(self) -> dict[str, bool]:
        """The listeners, and whether anybody looks there for what is suspicious."""
        return self.running.listeners.watching

    async def certificates(self) -> list[CertificateStatus]:
        """The certificates that the site uses, those that end first at the front."""
        return await asyncio.to_thread(certificates_of, self.running.site)

    # The site file

    async def site_text(self) -> Text:
        """The site file as it lies there; its secrets stay names."""
        return await read_text(self.running)

    async def check(self, text: str) -> Checked:
        """What is wrong with a draft of the site file, and what it would do; nothing is changed."""
        measured = {
            one.name: one.response_p50
            for one in self.status().collector.connections
            if one.response_p50 is not None
        }
        return await check(text, self.running, measured)

    async def apply(self, text: str, basis: str, who: Identity, host: str = "") -> Difference:
        """Put a draft in the place of the site file, and run it; who did so is written down. All or nothing."""
        name = self.running.site.path.name
        try:
            async with self._applying:
                change = await apply(text, basis, self.running)
        except Port502Error as error:
            self._write_site_down(name, who, host, "refused", str(error))
            raise
        self._write_site_down(name, who, host, "applied", str(change))
        return change

    def _write_site_down(self, name: str, who: Identity, host: str, outcome: str, reason: str) -> None:
        record = Record(event=SITE_FILE, listener="web", client=host, transport=who.way)
        record.role, record.subject, record.operation = who.role.word, who.name, name
        record.outcome, record.reason = outcome, reason
        self._audit().take(record)

    # What was

    async def history(
        self,
        names: list[str],
        since: float | None = None,
        until: float | None = None,
        *,
        every: float | None = None,
        most: int = MOST_SAMPLES,
    ) -> list[Sample]:
        """Samples from Unix time ``since`` to ``until``, the newest ``most`` of them, or sums of ``every`` seconds."""
        for name in names:
            self.point(name)
        path = self.running.site.history.file
        return await asyncio.to_thread(_samples, path, names, since, until, every, min(most, MOST_SAMPLES))

    async def alarm_history(
        self, alarm: str = "", since: float = 0.0, before: int | None = None, most: int = 100
    ) -> list[tuple[int, AlarmEvent]]:
        """What happened to the alarms, newest first, each with its number; ``before`` a number goes on from there."""
        path = self.running.alarm_file
        return await asyncio.to_thread(alarm_events, path, alarm=alarm, since=since, before=before, most=most)

    # Alarms

    def alarms(self) -> list[AlarmState]:
        """How all alarms stand, the important ones first."""
        return self.running.alarms.states()

    def acknowledge(self, alarms: list[str], who: Identity, comment: str = "") -> None:
        """Somebody has seen these alarms."""
        self.running.alarms.acknowledge(alarms, who.name, comment)

    def shelve(self, alarm: str, seconds: float, who: Identity, comment: str = "") -> None:
        """Keep an alarm silent for so many seconds."""
        self.running.alarms.shelve(alarm, time.time() + seconds, who.name, comment)

    def unshelve(self, alarm: str, who: Identity) -> None:
        """Let an alarm be heard again."""
        self.running.alarms.unshelve(alarm, who.name)

    # Devices

    async def read(self, device: str, *items: str, timeout: float | None = None) -> list[Reading]:
        """Read points (names or globs) and references from a device now, through the site's own connection."""
        return await self.running.collector.read(device, *items, timeout=timeout)

    def preview(self, name: str, value: Value) -> Preview:
        """What a write of this value would send; raises UsageError where it may not be written. Nothing is sent."""
        info = self.point(name)
        if not info.writable:
            raise UsageError(f"{name} may not be written")
        settings = self._settings(info)
        assert settings.write is not None
        if value is None:
            raise UsageError("there is no value to write")
        settings.write.check(name, value)
        current = self.now(name).registers
        request, sent = request_of(point_of(settings), value, settings.write.function, current)
        return Preview(
            name,
            request.function,
            function_name(request.function),
            info.address or 0,
            sent,
            request.encode().hex(),
            describe(request),
        )

    def _settings(self, info: PointInfo) -> PointSettings:
        devices = [device for one in self.running.site.connections for device in one.devices]
        device = next(device for device in devices if device.name == info.device)
        return next(one for one in device.points if f"{device.name}.{one.name}" == info.name)

    async def write(self, name: str, value: Value, who: Identity, host: str = "") -> WriteResult:
        """Write a point that the site file opens for it: sent once, read back, written down with its author."""
        info = self.point(name)
        try:
            result = await self.running.write(info.device, name.removeprefix(f"{info.device}."), value)
        except Port502Error as error:
            self._write_down(info, value, who, host, "refused", str(error))
            raise
        outcome = "written" if result.verified else "not verified"
        self._write_down(
            info, value, who, host, outcome, f"was {result.before}; {result.note}".rstrip("; "), result.sent
        )
        return result

    def lock(self, why: str, who: Identity) -> tuple[str, ...]:
        """Stop all writes, of everybody; returns the names of the listeners."""
        return self.running.listeners.lock(why, who.name)

    def unlock(self, who: Identity) -> tuple[str, ...]:
        """Let writes through again."""
        return self.running.listeners.unlock(who.name)

    def login_failed(self, name: str, host: str, why: str) -> None:
        """Somebody tried to log in and could not: that is written down too."""
        record = Record(event=LOGIN_FAILED, listener="web", client=host, subject=name[:MOST_TEXT], reason=why)
        self._audit().take(record, (LOGIN_FAILED, host, record.subject))

    def _audit(self) -> Auditor:
        """What the dashboard writes down, from the first time on."""
        if self._auditor is None:
            path = self.running.site.history.path / "audit" / "web.jsonl"
            self._auditor = AuditSettings(path=path).auditor()
            self.running.listeners.recall.hear(self._auditor, "web", writes=True)
        return self._auditor

    def _write_down(
        self,
        info: PointInfo,
        value: Value,
        who: Identity,
        host: str,
        outcome: str,
        reason: str,
        sent: tuple[int, ...] | None = None,
    ) -> None:
        self._audit().take(
            Record(
                event=WRITE,
                listener="web",
                client=host,
                transport=who.way,
                role=who.role.word,
                subject=who.name,
                unit=info.unit,
                function=info.function,
                operation=f"{info.name} = {value}",
                table=info.table,
                address=info.address,
                quantity=info.registers,
                after=list(sent) if sent is not None else None,
                outcome=outcome,
                reason=reason,
            )
        )


def _now(name: str, current: Current | None) -> PointNow:
    if current is None:
        return PointNow(name, None, BAD, "not collected", 0.0, 0.0)
    sample, known = current.sample, current.known
    age = current.age if known is None else current.known_age
    return PointNow(
        name, sample.value, sample.quality, sample.reason, sample.time, age, current.registers, known
    )


def _samples(
    path: Path, names: list[str], since: float | None, until: float | None, every: float | None, most: int
) -> list[Sample]:
    if not path.exists():
        return []
    history = History(path)
    known = set(history.points())
    kept = [name for name in names if name in known]
    if not kept:
        return []
    return list(history.query(kept, since, until, limit=most, every=every, verify=False))
