"""Listeners of a site: from the models to what can be run, with all their faults."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from port502.errors import ConfigError, UsageError
from port502.gateway.cache import AgeOf, Ages
from port502.gateway.share import ShareSettings
from port502.gateway.spans import Span
from port502.guard.auditor import WhenFull
from port502.guard.policy import Policy
from port502.guard.settings import AuditSettings
from port502.registers.point import Point
from port502.registers.reference import Reference, Table, parse_reference
from port502.service.access import Networks, check_listener_address
from port502.service.admission import Limits
from port502.service.long_frames import LongFrames
from port502.site.baseline_file import understand_baseline
from port502.site.device_file import DeviceDescription, understand_device
from port502.site.document import Document, read_document
from port502.site.faults import ERROR, Fault, KeyPath, SiteFileError, nearest
from port502.site.gateways import GatewaySettings, gateway_settings
from port502.site.listener_model import Audit, Listener, Listeners, listener_target, syslog_place
from port502.site.model import Connection, connection_target
from port502.site.policy_file import understand_policy
from port502.traffic.findings.baseline import Baseline
from port502.transport.tls import TlsFiles

_ADDRESSES = 65536

ANSWERS = ("serve", "gateway", "share", "guard")
REQUIRED = ("certificate", "key", "authority")


@dataclass(frozen=True, slots=True)
class ListenerSettings:
    """One listener: exactly one of ``device`` (served), ``points`` (of the site), ``gateway`` and ``connection``.

    The connection is shared where ``share`` says how, else it is guarded.
    ``points`` are where each stands here, and the name of the point it shows; ``status`` is the discrete input from
    which on a bit for each says whether it is good. ``units`` None answers any unit id.
    """

    name: str
    url: str
    allow: tuple[str, ...] | None = None
    limits: Limits = field(default_factory=Limits)
    units: tuple[int, ...] | None = (1,)
    device: DeviceDescription | None = None
    points: tuple[tuple[Point, str], ...] = ()
    status: int | None = None
    connection: str = ""
    timeout: float = 1.0
    age: float = 10.0
    pending: int = 256
    policy: Policy | None = None
    audit: AuditSettings = field(default_factory=AuditSettings)
    tls: TlsFiles | None = None
    share: ShareSettings | None = None
    gateway: GatewaySettings | None = None
    long_frames: tuple[LongFrames, ...] = ()
    findings: bool = True
    baseline: Baseline | None = None

    @property
    def answers(self) -> str:
        """The word in the file for what answers: serve, gateway, share or guard."""
        if self.gateway is not None:
            return "gateway"
        return "share" if self.share is not None else "guard" if self.connection else "serve"


class Understanding:
    """Makes the settings of listeners, and notes what is wrong with them.

    ``connections`` are those of the file by name, ``points`` the full names of all points, and ``data`` is where audit
    logs go that have no place of their own.
    """

    def __init__(
        self,
        document: Document,
        timezone: str,
        connections: Mapping[str, Connection],
        points: Collection[str],
        data: Path,
    ) -> None:
        self.faults: list[Fault] = []
        self._document = document
        self._folder = document.path.parent
        self._timezone = timezone
        self._connections = connections
        self._points = points
        self._data = data

    def all(self, listeners: Listeners) -> tuple[ListenerSettings, ...]:
        """The settings of all listeners; those with faults are left out."""
        places: dict[str, str] = {}
        made = []
        for name, listener in listeners.items():
            before = len(self.faults)
            target = listener_target(listener.url)
            place = str(target)
            if place in places and (target.port or target.is_serial):
                self._complain((*_at(name), "url"), f"listener {places[place]!r} listens there already")
            places.setdefault(place, name)
            settings = self._listener(name, listener)
            if settings is not None and not any(fault.severity == ERROR for fault in self.faults[before:]):
                made.append(settings)
        return tuple(made)

    def _listener(self, name: str, listener: Listener) -> ListenerSettings | None:
        path = _at(name)
        answers = [key for key in ANSWERS if getattr(listener, key) is not None]
        if len(answers) != 1:
            words = f"{', '.join(map(repr, ANSWERS[:-1]))} and {ANSWERS[-1]!r}"
            self._complain(path, f"needs exactly one of {words}", "say what answers its clients")
            return None
        self._check_address(listener, path)
        policy = self._policy(listener, path)
        gateway, faults = gateway_settings(listener, path, self._connections, self._document)
        self.faults += faults
        points = self._served(listener, path)
        return ListenerSettings(
            name=name,
            url=listener.url,
            allow=listener.allow,
            limits=self._limits(listener, path),
            long_frames=self._long_frames(listener, path),
            units=listener.units,
            device=self._device(listener, path),
            points=points,
            status=self._status(listener, points, path),
            connection=self._connection(listener, path),
            timeout=self._timeout(listener),
            age=listener.guard.age if listener.guard is not None else 10.0,
            pending=listener.guard.pending if listener.guard is not None else 256,
            policy=policy,
            audit=self._audit(name, listener),
            tls=self._tls(listener, path),
            share=self._share(listener, path),
            gateway=gateway,
            findings=listener.findings,
            baseline=self._baseline(listener, path),
        )

    def _check_address(self, listener: Listener, path: KeyPath) -> None:
        target = listener_target(listener.url)
        if target.is_serial:
            for key in ("allow", "limits", "long_frames"):
                if key in listener.model_fields_set:
                    self._complain((*path, key), "has no meaning on a serial line", "remove it", at_key=True)
            for name, connection in self._connections.items():
                if connection_target(connection.url).device == target.device:
                    hint = f"a port has one owner: let the clients of {name!r} in by another way"
                    self._complain((*path, "url"), f"connection {name!r} has this port already", hint)
            return
        try:
            check_listener_address(target.host, Networks(listener.allow) if listener.allow else None)
        except UsageError as error:
            self._complain((*path, "url"), str(error))

    def _limits(self, listener: Listener, path: KeyPath) -> Limits:
        written = listener.limits
        per_client = min(written.per_client, written.connections)
        return Limits(**{**written.model_dump(), "per_client": per_client})

    def _long_frames(self, listener: Listener, path: KeyPath) -> tuple[LongFrames, ...]:
        made = []
        for at, one in enumerate(listener.long_frames):
            try:
                made.append(LongFrames(Networks(one.networks), one.function, one.size))
            except UsageError as error:
                self._complain((*path, "long_frames", at, "function"), str(error))
        return tuple(made)

    def _policy(self, listener: Listener, path: KeyPath) -> Policy | None:
        if listener.policy is None:
            if listener.guard is not None:
                hint = "write one, or let `port502 guard learn` propose one"
                self._complain((*path, "guard"), "needs a 'policy': without one nothing could pass", hint)
            return None
        try:
            document = read_document(self._folder / listener.policy)
        except SiteFileError as error:
            self._complain((*path, "policy"), "the policy cannot be used")
            self.faults += error.faults
            return None
        policy, faults = understand_policy(document, timezone=self._timezone)
        self.faults += faults
        if policy is None:
            self._complain((*path, "policy"), "the policy cannot be used")
        return policy

    def _baseline(self, listener: Listener, path: KeyPath) -> Baseline | None:
        if listener.baseline is None:
            return None
        if not listener.findings:
            self._complain(
                (*path, "baseline"), "has no meaning without findings", "remove one of them", at_key=True
            )
        try:
            baseline, faults = understand_baseline(read_document(self._folder / listener.baseline))
        except SiteFileError as error:
            baseline, faults = None, error.faults
        self.faults += faults
        if baseline is None:
            self._complain((*path, "baseline"), "the baseline cannot be used")
        return baseline

    def _device(self, listener: Listener, path: KeyPath) -> DeviceDescription | None:
        if listener.serve is None:
            return None
        if (listener.serve.device is None) == (not listener.serve.points):
            self._complain((*path, "serve"), "needs either 'points' or a device file", at_key=True)
            return None
        if listener.serve.device is None:
            return None
        try:
            document = read_document(self._folder / listener.serve.device)
        except SiteFileError as error:
            self.faults += error.faults
            return None
        device, faults = understand_device(document)
        self.faults += faults
        if device is None:
            self._complain((*path, "serve"), "the device file cannot be used")
        return device

    def _served(self, listener: Listener, path: KeyPath) -> tuple[tuple[Point, str], ...]:
        made: list[tuple[Point, str]] = []
        for place, shows in listener.serve.points.items() if listener.serve is not None else ():
            at = (*path, "serve", "points", place)
            name, _, kind = shows.partition("/")
            try:
                reference = parse_reference(f"{place}/{kind}" if kind else place)
                point = _point(reference, place)
            except UsageError as error:
                self._complain(at, str(error))
                continue
            if name not in self._points:
                self._complain(at, f"no point is called {name!r}", nearest(name, self._points))
            other = next((one for one, _ in made if _meet(one, point)), None)
            if other is not None:
                self._complain(at, f"address {point.reference.protocol_form} is taken by {other.name}")
            made.append((point, name))
        return tuple(made)

    def _status(self, listener: Listener, points: tuple[tuple[Point, str], ...], path: KeyPath) -> int | None:
        """The discrete input from which on a bit for each point says whether it is good."""
        wanted = listener.serve.status if listener.serve is not None else None
        if wanted is None:
            return None
        at, end = (*path, "serve", "status"), wanted.address + len(points)
        bits = [one for one, _ in points if one.table is Table.DISCRETE]
        met = next((one for one in bits if wanted.address < one.end and one.address < end), None)
        if wanted.table is not Table.DISCRETE or "/" in wanted.text or wanted.count > 1:
            self._complain(at, f"{wanted.text!r} is no discrete input", "write discrete:0")
        elif not points:
            self._complain(at, "belongs to 'points'", "remove it")
        elif end > _ADDRESSES:
            self._complain(at, f"there is no room for {len(points)} bits from {wanted.text} on")
        elif met is not None:
            self._complain(at, f"its bits, up to discrete:{end - 1}, meet {met.name}")
        return wanted.address

    def _connection(self, listener: Listener, path: KeyPath) -> str:
        for key, wanted in (("guard", listener.guard), ("share", listener.share)):
            if wanted is not None:
                if wanted.connection not in self._connections:
                    hint = nearest(wanted.connection, self._connections) or "name it under 'connections'"
                    self._complain(
                        (*path, key, "connection"), f"unknown connection {wanted.connection!r}", hint
                    )
                return wanted.connection
        return ""

    def _timeout(self, listener: Listener) -> float:
        wanted = listener.guard or listener.share
        connection = None if wanted is None else self._connections.get(wanted.connection)
        return 1.0 if connection is None else connection.answer_within

    def _share(self, listener: Listener, path: KeyPath) -> ShareSettings | None:
        share = listener.share
        if share is None:
            return None
        spans: list[AgeOf] = []
        for place, age in share.ages.items():
            try:
                reference = parse_reference(place)
            except UsageError as error:
                self._complain((*path, "share", "ages", place), str(error), at_key=True)
                continue
            first = reference.address
            span = Span(reference.table.read_function, first, first + reference.span)
            spans.append(AgeOf(span, age))
        try:
            ages = Ages(share.cache, tuple(spans))
        except UsageError as error:
            self._complain((*path, "share", "ages"), str(error))
            return None
        return ShareSettings(self._timeout(listener), share.client_timeout, share.pending, ages)

    def _audit(self, name: str, listener: Listener) -> AuditSettings:
        said = listener.audit
        if said is None and listener.policy is None:
            return AuditSettings()
        said = said or Audit()
        path = self._folder / said.path if said.path is not None else self._data / "audit" / f"{name}.jsonl"
        return AuditSettings(
            path,
            said.max_size,
            said.keep,
            (said.key or "").encode(),
            WhenFull(said.when_full),
            syslog_place(said.syslog) if said.syslog is not None else None,
            said.format,
        )

    def _tls(self, listener: Listener, path: KeyPath) -> TlsFiles | None:
        given = {key: getattr(listener, key) for key in (*REQUIRED, "crl")}
        if listener_target(listener.url).scheme != "tls":
            for key, value in given.items():
                if value is not None:
                    self._complain((*path, key), "has a meaning on tls:// only", "remove it", at_key=True)
            return None
        if missing := [key for key in REQUIRED if given[key] is None]:
            message = f"both sides of tls:// show a certificate: {' and '.join(missing)} missing"
            self._complain((*path, "url"), message, "`port502 pki` makes them")
            return None
        placed: dict[str, Any] = {
            key: self._folder / value for key, value in given.items() if value is not None
        }
        files = TlsFiles(**placed)
        try:
            files.context(server_side=True)
        except ConfigError as error:
            if not isinstance(error.__cause__, PermissionError):
                self._complain((*path, "certificate"), str(error))
        return files

    def _complain(self, path: KeyPath, message: str, hint: str = "", *, at_key: bool = False) -> None:
        self.faults.append(self._document.fault(path, message, hint, at_key=at_key))


def _at(name: str) -> KeyPath:
    return ("listeners", name)


def _point(reference: Reference, name: str) -> Point:
    if reference.count != 1:
        raise UsageError(f"{name} is one place; give each point its own")
    return Point.from_reference(reference, name)


def _meet(one: Point, other: Point) -> bool:
    return one.table == other.table and one.address < other.end and other.address < one.end
