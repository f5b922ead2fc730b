"""From a file to what can be run: read, validate, check, and build plain settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from port502.collect.alarms import AlarmSettings
from port502.collect.derived import names_of
from port502.collect.expression import Expression
from port502.collect.settings import ConnectionSettings, DeviceSettings, ExpressionSettings
from port502.history.settings import Keep
from port502.outputs.notifier import Recipient
from port502.service.long_frames import all_sizes
from port502.site.alarms import alarm_settings
from port502.site.connections import connection_faults, timeout_warning
from port502.site.document import Document, read_document
from port502.site.entries import DevicePoints, gather
from port502.site.expressions import compiled
from port502.site.faults import ERROR, Fault, SiteFileError, in_order
from port502.site.gateways import lines_in_turns
from port502.site.groups import group_of, interval_of
from port502.site.listeners import ListenerSettings, Understanding
from port502.site.mapped import limits_for, mapped_settings, maps_on, more_settings, suited, unit_of
from port502.site.model import INTERVAL, Connection, SiteFile, entry_of
from port502.site.notify_model import recipients
from port502.site.points import point_settings
from port502.site.secure import fallback_of, tls_faults, tls_files
from port502.site.validate import validated
from port502.site.web_model import WebSettings, web_settings


@dataclass(frozen=True, slots=True)
class Site:
    """A site file that was understood: ``connections`` with their devices, and where the history goes.

    ``path`` is the file it came from, ``timezone`` an IANA name, ``sheets`` the files with points that belong to
    it and its own maps, ``warnings`` what is allowed but worth a look, ``listeners`` who may call us, ``alarms`` what
    is to be watched, ``notify`` whom to tell of it, ``web`` where the dashboard is.
    """

    name: str
    path: Path
    connections: tuple[ConnectionSettings, ...]
    history: Keep
    timezone: str = "UTC"
    sheets: tuple[Path, ...] = ()
    warnings: tuple[Fault, ...] = ()
    listeners: tuple[ListenerSettings, ...] = ()
    alarms: tuple[AlarmSettings, ...] = ()
    notify: tuple[Recipient, ...] = ()
    web: WebSettings = field(default_factory=WebSettings)

    @property
    def points(self) -> frozenset[str]:
        """The full names of all points, read and computed."""
        devices = [device for connection in self.connections for device in connection.devices]
        return frozenset(f"{device.name}.{name}" for device in devices for name in names_of(device))


def load_site(path: str | Path, environment: Mapping[str, str] | None = None) -> Site:
    """The site that a file describes; raises SiteFileError with all faults, whatever their number.

    ``environment`` stands in for the process's own where ``${NAME}`` and ``!secret`` are looked up.
    """
    site, faults = understand_site(read_document(Path(path), environment))
    if site is None:
        raise SiteFileError(faults)
    return site


def understand_site(document: Document) -> tuple[Site | None, tuple[Fault, ...]]:
    """The site of a document and its faults in order; no site when one of them is an error."""
    faults = list(document.faults)
    if not isinstance(document.data, dict):
        return None, in_order(faults or [document.fault((), "is no site file", "begin with 'site: NAME'")])
    file, found = validated(SiteFile, document.data, document, fallback={"site": "unnamed"}, entry=entry_of)
    faults += found
    if file is None:
        return None, in_order(faults)
    devices, found = gather(file, document)
    faults += found
    expressions: dict[str, Expression] = {}
    alarms: tuple[AlarmSettings, ...] = ()
    if all(device.complete for device in devices):
        known = {f"{device.name}.{name}" for device in devices for name in device.names}
        expressions, found = compiled((entry for one in devices for entry in one.computed), known)
        faults += found
        alarms, found = alarm_settings(file.alarms, known, list(file.devices), document)
        faults += found
    faults += connection_faults(file, document)
    faults += tls_faults(file, document)
    faults += _timeout_warnings(file, devices, document)
    listeners, found = _listeners(file, devices, document)
    faults += found
    ordered = in_order(faults)
    if any(fault.severity == ERROR for fault in ordered):
        return None, ordered
    site = _site(file, document.path, devices, expressions, ordered)
    connections = tuple(replace(one, longer=_longer(one.name, listeners)) for one in site.connections)
    return replace(
        site,
        connections=connections,
        listeners=listeners,
        alarms=alarms,
        notify=recipients(file.notify),
        web=web_settings(file.web, document.path.parent),
    ), ordered


def _site(
    file: SiteFile,
    path: Path,
    devices: list[DevicePoints],
    expressions: Mapping[str, Expression],
    warnings: tuple[Fault, ...],
) -> Site:
    settings: dict[str, list[DeviceSettings]] = {}
    for device in devices:
        connection = file.devices[device.name].connection
        settings.setdefault(connection, []).append(_device(file, device, expressions))
    maps = {one.name: one.mapped.map for one in devices if one.mapped.map is not None}
    in_turns = lines_in_turns(file.listeners, file.connections)
    connections = tuple(
        suited(
            _connection(name, connection, tuple(settings.get(name, ())), path.parent, name in in_turns),
            connection,
            maps_on(name, file.devices, maps),
        )
        for name, connection in file.connections.items()
    )
    history = Keep(path.parent / file.history.path, file.history.keep, file.history.max_size)
    files = [file for device in devices for file in (device.sheet, device.mapped.file) if file is not None]
    sheets = tuple(dict.fromkeys(files))
    return Site(file.site, path, connections, history, file.timezone, sheets, warnings)


def _device(file: SiteFile, points: DevicePoints, expressions: Mapping[str, Expression]) -> DeviceSettings:
    device = file.devices[points.name]
    intervals = _intervals(file, points)
    return DeviceSettings(
        name=points.name,
        unit=unit_of(device, points.mapped.map),
        points=(
            *(point_settings(entry, point, intervals[entry.name]) for entry, point in points.read),
            *(mapped_settings(one, said, intervals[one.name]) for one, said in points.mapped.read),
        ),
        expressions=tuple(
            ExpressionSettings(
                entry.name,
                expressions[entry.full_name].canonical,
                intervals[entry.name],
                entry.model.unit or "",
            )
            for entry in points.computed
        ),
        **limits_for(device, points.mapped.map),
        writes=device.writes,
        more=more_settings(points.mapped),
    )


def _connection(
    name: str, connection: Connection, devices: tuple[DeviceSettings, ...], folder: Path, in_turns: bool
) -> ConnectionSettings:
    return ConnectionSettings(
        name=name,
        url=connection.url,
        devices=devices,
        gateway=connection.gateway,
        connect_timeout=connection.connect_timeout,
        response_timeout=connection.answer_within,
        retries=connection.retries,
        reconnect_first=connection.reconnect.first,
        reconnect_max=connection.reconnect.max,
        window=connection.window,
        pause=connection.pause_between,
        settle=connection.settle,
        keepalive_idle=connection.keepalive.idle,
        keepalive_interval=connection.keepalive.interval,
        keepalive_probes=connection.keepalive.probes,
        keep_open=connection.keep_open,
        source=connection.source,
        coalesce=connection.coalesce,
        tolerate=frozenset(connection.tolerate),
        tls=tls_files(connection, folder),
        fallback=fallback_of(connection),
        in_turns=in_turns,
    )


def _listeners(
    file: SiteFile, devices: list[DevicePoints], document: Document
) -> tuple[tuple[ListenerSettings, ...], list[Fault]]:
    points = [f"{device.name}.{name}" for device in devices for name in device.names]
    data = document.path.parent / file.history.path
    understanding = Understanding(document, file.timezone, file.connections, points, data)
    return understanding.all(file.listeners), understanding.faults


def _longer(connection: str, listeners: Iterable[ListenerSettings]) -> tuple[tuple[int, int], ...]:
    """The long frames that listeners pass on to a connection."""
    passed = [
        one for listener in listeners if listener.connection == connection for one in listener.long_frames
    ]
    return tuple(sorted(all_sizes(passed).items()))


def _intervals(file: SiteFile, points: DevicePoints) -> dict[str, float]:
    """The interval of each point of a device, by its name in the device."""
    device = file.devices[points.name]
    owner = group_of(device.groups, points.names)
    entries = [entry for entry, _ in points.read] + points.computed
    intervals = {
        entry.name: interval_of(entry.name, entry.model.interval, device, owner, file.defaults.interval)
        for entry in entries
    }
    for one, said in points.mapped.read:
        own = said.interval if said is not None else None
        intervals[one.name] = interval_of(one.name, own, device, owner, one.interval)
    return intervals


def _timeout_warnings(file: SiteFile, devices: list[DevicePoints], document: Document) -> list[Fault]:
    intervals: dict[str, dict[str, float]] = {}
    for points in devices:
        if points.name not in file.devices:
            continue
        by_name = _intervals(file, points)
        mine = intervals.setdefault(file.devices[points.name].connection, {})
        mine.update({entry.full_name: by_name[entry.name] for entry, _ in points.read})
        for one in points.mapped.read:
            if by_name[one[0].name] != one[0].interval:  # what a map proposes is not the reader's doing
                mine[f"{points.name}.{one[0].name}"] = by_name[one[0].name]
    faults: list[Fault] = []
    for name, connection in file.connections.items():
        here = intervals.get(name, {})
        written = any(interval != INTERVAL for interval in here.values())
        faults += timeout_warning(name, connection, here, written, document)
    return faults
