"""Whom a command talks to: a host or url directly, or ``@NAME`` of a site file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from port502.cli.direct import Direct
from port502.cli.frames import listener
from port502.cli.output import say
from port502.cli.peer import Peer, Wanted
from port502.cli.secure import Secure
from port502.client import Client, Reconnect
from port502.client.settings import check_unit
from port502.errors import UsageError
from port502.registers.point import Point
from port502.registers.reference import parse_reference
from port502.registers.values import Value
from port502.transport.sockets import Keepalive
from port502.transport.states import Traffic
from port502.transport.url import parse_url

if TYPE_CHECKING:
    from port502.cli.through import Through
    from port502.collect.settings import ConnectionSettings, DeviceSettings, PointSettings
    from port502.registers.maps.model import DeviceMap

SITE_VARIABLE = "PORT502_SITE"
DEFAULT_SITE = "site.yaml"
SUNSPEC = "sunspec"
"""The map that a device makes of itself."""
CONNECT_TIMEOUT = 3.0
RESPONSE_TIMEOUT = 1.0
_LISTED = 8


@dataclass(frozen=True, slots=True)
class Asked:
    """The options with which a command names its target; ``patient`` is for commands that go on.

    ``hear`` makes, of the url, what hears the bytes that pass on a connection of our own, in place of ``verbosity``.
    """

    target: str
    unit: int | None = None
    timeout: float | None = None
    site: Path | None = None
    verbosity: int = 0
    patient: bool = False
    map: str | None = None
    secure: Secure = field(default_factory=Secure)
    hear: Callable[[str], Traffic] | None = None

    def traffic(self, url: str) -> Traffic | None:
        """What hears the bytes that pass on a connection to this url."""
        return self.hear(url) if self.hear is not None else listener(parse_url(url).scheme, self.verbosity)

    @property
    def discovers(self) -> bool:
        """Whether the device itself is asked for its map, once it is connected."""
        return self.map == SUNSPEC


def peer_for(asked: Asked) -> Peer:
    """The peer that a target names; raises UsageError, also of the site file. Nothing is sent yet."""
    if asked.target.startswith("@"):
        if asked.map is not None:
            raise UsageError(f"{asked.target} has its map in the site file; leave --map out, or give a url")
        if given := asked.secure.arguments():
            word = next(iter(given))
            raise UsageError(f"{asked.target} has its certificates in the site file; leave --{word} out")
        return _peer_of_site(asked)
    device = None
    if asked.map is not None and not asked.discovers:
        device = _device_of_map(asked.map, asked.unit)
    usual = device.unit if device is not None else 1
    unit = check_unit(usual if asked.unit is None else asked.unit)
    target = parse_url(asked.target)
    client = Client(
        asked.target,
        unit=unit,
        connect_timeout=asked.timeout or CONNECT_TIMEOUT,
        response_timeout=asked.timeout or RESPONSE_TIMEOUT,
        reconnect=Reconnect(1.0, 5.0) if asked.patient else None,
        on_traffic=asked.traffic(asked.target),
        **asked.secure.arguments(),
    )
    if asked.discovers:
        from port502.cli.discovered import Discovered

        return Discovered(client, str(target), unit)
    return Direct(client, str(target), unit, device)


def _device_of_map(name: str, unit: int | None) -> DeviceSettings:
    from port502.registers.maps.library import Library

    known = Library.default().load(name)
    return device_with(known, known.default_unit if unit is None else unit)


def device_with(known: DeviceMap, unit: int) -> DeviceSettings:
    """A map as if a site file gave it to a device: all of its points by name, none of them polled."""
    from port502.collect.settings import DeviceSettings, PointSettings

    limits = known.limits
    return DeviceSettings(
        name=known.name,
        unit=unit,
        points=(),
        max_registers=limits.max_registers,
        max_bits=limits.max_bits,
        gap=limits.gap,
        writes=True,
        more=tuple(
            PointSettings(one.name, one.point, one.interval, write=one.write) for one in known.points.values()
        ),
    )


def site_path(given: Path | None) -> Path:
    """The site file that a command is about; raises UsageError where there is none."""
    path = given or Path(os.environ.get(SITE_VARIABLE) or DEFAULT_SITE)
    if not path.exists():
        hint = "" if given else f"; name it with --site FILE or in ${SITE_VARIABLE}"
        raise UsageError(f"there is no site file {path}{hint}")
    return path


def _peer_of_site(asked: Asked) -> Peer:
    from port502.cli.expecting import site_of
    from port502.site.control import control_path, is_answered

    path = site_path(asked.site)
    site = site_of(path)
    connection, device = find(asked.target[1:], site.connections, path)
    if device is not None and asked.unit not in (None, device.unit):
        raise UsageError(f"{asked.target} is unit {device.unit}; leave --unit out, or name its connection")
    unit = device.unit if device is not None else check_unit(1 if asked.unit is None else asked.unit)
    control = control_path(site.history.path)
    if is_answered(control):
        return _through(asked, control, connection, device, unit)
    if asked.timeout is not None:
        connection = replace(connection, connect_timeout=asked.timeout, response_timeout=asked.timeout)
    client = Client(
        connection.url,
        unit=unit,
        connect_timeout=connection.connect_timeout,
        response_timeout=connection.response_timeout,
        retries=connection.retries,
        window=connection.window,
        pause=connection.pause,
        settle=connection.settle,
        tolerate=connection.tolerate,
        keepalive=Keepalive(
            connection.keepalive_idle, connection.keepalive_interval, connection.keepalive_probes
        ),
        source=connection.source,
        tls=None if connection.tls is None else connection.tls.context(server_side=False),
        on_traffic=asked.traffic(connection.url),
    )
    return Direct(client, asked.target, unit, device)


def _through(
    asked: Asked, control: Path, connection: ConnectionSettings, device: DeviceSettings | None, unit: int
) -> Through:
    """The same device through the site that is running; of a connection, the device with that unit."""
    from port502.cli.through import Through  # with all that runs a site, which nobody else here needs

    if device is None:
        device = next((one for one in connection.devices if one.unit == unit), None)
    if device is None:
        raise UsageError(
            f"port502 run works on this site and has the connection {asked.target};"
            f" no device of the site is unit {unit} there, so it cannot be asked through it"
        )
    if asked.verbosity:
        say("port502: note: the running site makes the calls, so -v has no frames to show")
    return Through(control, asked.target, device, asked.timeout, connection.name)


def find(
    name: str, connections: Iterable[ConnectionSettings], path: Path
) -> tuple[ConnectionSettings, DeviceSettings | None]:
    """The connection, and the device if it is one, that a name of a site file means; raises UsageError."""
    known: list[str] = []
    alone: ConnectionSettings | None = None
    for connection in connections:
        for device in connection.devices:
            if device.name == name:
                return connection, device
            known.append(device.name)
        known.append(connection.name)
        if connection.name == name:
            alone = connection
    if alone is not None:
        return alone, None
    raise UsageError(
        f"{path} has no device or connection {name!r}; it has {_some(f'@{one}' for one in known)}"
    )


def resolve(item: str, device: DeviceSettings | None) -> list[Wanted]:
    """The values that an item means: points of the device by name or glob, else each of a reference.

    Raises UsageError for what is neither.
    """
    if device is not None:
        exact = [one for one in device.known if one.name == item]
        found = exact or [one for one in device.known if fnmatchcase(one.name, item)]
        if found:
            return [Wanted(item, one.name, _point(one), f"{device.name}.{one.name}") for one in found]
    try:
        reference = parse_reference(item)
    except UsageError as error:
        raise _no_such(item, device, error) from error
    return [
        Wanted(item, single.text or str(single), Point.from_reference(single)) for single in reference.each()
    ]


def resolve_write(item: str, device: DeviceSettings | None) -> Wanted:
    """The one value that an item means for a write, all of ``holding:0*3`` together; raises UsageError.

    On a device of a site file only points that its description lets be written are meant.
    """
    if device is None:
        reference = parse_reference(item)
        return Wanted(item, reference.text or str(reference), Point.from_reference(reference))
    for one in device.known:
        if one.name == item:
            _check_writable(one, device)
            function = one.write.function if one.write is not None else None
            return Wanted(item, one.name, _point(one), f"{device.name}.{one.name}", function)
    points = _some(one.name for one in device.known if one.write is not None)
    raise UsageError(
        f"{device.name} has no point {item!r}; its points that may be written are {points}"
        " (to write registers, give the url instead of @NAME)"
    )


def check_limits(wanted: Wanted, value: Value, device: DeviceSettings | None) -> None:
    """Raises UsageError for a value outside of what the site file allows for the point."""
    settings = next((one for one in device.known if one.name == wanted.ref), None) if device else None
    rule = settings.write if settings is not None and wanted.named else None
    if rule is not None:
        rule.check(wanted.ref, value)


def _check_writable(one: PointSettings, device: DeviceSettings) -> None:
    if one.write is None:
        raise UsageError(f"{device.name}.{one.name} may not be written: its description has no 'write'")
    if not device.writes:
        raise UsageError(f"{device.name} may not be written: set 'writes: true' at the device to allow it")


def _point(one: PointSettings) -> Point:
    return one.point if one.point.name == one.name else replace(one.point, name=one.name)


def _no_such(item: str, device: DeviceSettings | None, error: UsageError) -> UsageError:
    if device is None or any(sign in item for sign in ":/%@") or item[:1].isdigit():
        return error
    return UsageError(
        f"{device.name} has no point {item!r}; its points are {_some(p.name for p in device.known)}"
    )


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    return ", ".join(listed[:_LISTED]) + (", ..." if len(listed) > _LISTED else "") if listed else "none"
