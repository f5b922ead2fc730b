"""Checks of how the devices are polled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from port502.collect.settings import ConnectionSettings
from port502.commission.audit.facts import Facts, Place
from port502.commission.audit.live import NO_SUCH_ADDRESS
from port502.commission.audit.load import DEVICE_TIME, load_of
from port502.commission.audit.outcome import Seen, doubtful, failed, fine, unknown
from port502.gateway.record import LINES
from port502.registers.maps.categories import CONNECTIONS
from port502.site.durations import duration_text
from port502.transport.url import parse_url

GATEWAY_TIMEOUT, DIRECT_TIMEOUT, CONNECT_TIMEOUT = 3.0, 0.5, 1.0
FULL, BUSY = 1.0, 0.7
BY_ITSELF = (0, 1, 255)
"""Unit ids that devices without a serial line behind them usually expect."""

GATEWAY_BAUD = 19200
"""The speed that the line behind a gateway is taken to have, as nothing on the network tells it."""

_TYPED = {"holding": (40001, 49999), "input": (30001, 39999), "discrete": (10001, 19999)}


def warnings(facts: Facts) -> Iterator[Seen]:
    """The site file has no warnings."""
    for fault in facts.site.warnings:
        yield doubtful(f"line {fault.line}: {fault.message}")
    if not facts.site.warnings:
        yield fine("port502 check has no warnings")


def answers(facts: Facts) -> Iterator[Seen]:
    """Every device can be connected to, and answers."""
    for connection in facts.site.connections:
        probe = facts.live.of(connection.name) if facts.live is not None else None
        if probe is None:
            why = dict(facts.live.left_out).get(connection.name, "") if facts.live is not None else ""
            yield unknown(f"{connection.name}: {why or '--live connects to it and reads'}")
        elif not probe.is_open:
            yield failed(f"{connection.name}: {probe.text}")
        else:
            target = parse_url(connection.url)
            place = target.device if target.is_serial else f"port {target.port}"
            yield fine(f"{connection.name}: {place} {probe.text}")


def units(facts: Facts) -> Iterator[Seen]:
    """Unit ids fit, and somebody answers at each."""
    for connection, device in facts.devices():
        unit = device.unit
        what = f"{device.name}: unit {unit} on {connection.name}"
        probe = facts.live.of(connection.name) if facts.live is not None else None
        asked = next((one for one in probe.asked if one.device == device.name), None) if probe else None
        if asked is not None and asked.answered:
            yield fine(f"{what} {asked.text if not asked.refused else 'is there: ' + asked.text}")
        elif asked is not None:
            yield failed(f"{what}: {asked.text}")
        elif connection.gateway and unit in (0, 255):
            yield doubtful(f"{what}: behind a gateway a unit id is a slave address")
        elif not _has_line(connection) and unit not in BY_ITSELF:
            yield doubtful(f"{what}: a device by itself usually has 1 or 255; is this a gateway?")
        elif probe is not None:
            yield unknown(f"{what} could not be asked")
        else:
            yield unknown(f"{what} is as usual; --live asks it")


def offsets(facts: Facts) -> Iterator[Seen]:
    """Addresses count from zero: none looks like a reference typed as an address."""
    for connection, device in facts.devices():
        probe = facts.live.of(connection.name) if facts.live is not None else None
        asked = next((one for one in probe.asked if one.device == device.name), None) if probe else None
        typed = [
            one
            for one in device.points
            if (span := _TYPED.get(str(one.point.table))) and span[0] <= one.point.start <= span[1]
        ]
        for one in typed:
            start, table = one.point.start, str(one.point.table)
            meant = start - _TYPED[table][0]
            yield doubtful(f"{device.name}.{one.name} is {table}:{start}: was {table}:{meant} meant?")
        if asked is not None and asked.text == NO_SUCH_ADDRESS:
            yield failed(
                f"{device.name} says that the addresses of its first read do not exist (exception 2)"
            )
        elif not typed and device.points:
            first = min(device.points, key=lambda one: one.point.start).point
            yield fine(f"{device.name} begins at {first.table}:{first.start}, counted from zero")


def timeouts(facts: Facts) -> Iterator[Seen]:
    """Time-outs are long enough, for gateways above all."""
    for connection in facts.site.connections:
        target = parse_url(connection.url)
        waits, text = connection.response_timeout, duration_text(connection.response_timeout)
        least = load_of(connection, target).longest if target.is_serial else 0.0
        if waits < least:
            yield failed(f"{connection.name} waits {text}; its largest read takes {_ms(least)} on the line")
        elif connection.gateway and waits < GATEWAY_TIMEOUT:
            yield doubtful(f"{connection.name} is a gateway and has {text} for an answer; 3 to 5 s are usual")
        elif not target.is_serial and not connection.gateway and waits < DIRECT_TIMEOUT:
            yield doubtful(f"{connection.name} has {text} for an answer; 1 to 3 s are usual")
        elif not target.is_serial and connection.connect_timeout < CONNECT_TIMEOUT:
            short = duration_text(connection.connect_timeout)
            yield doubtful(f"{connection.name} has {short} to connect; 3 to 5 s are usual")
        else:
            yield fine(f"{connection.name} has {text} for an answer and repeats {connection.retries} times")


def load(facts: Facts) -> Iterator[Seen]:
    """Devices and lines can keep up with the polling."""
    for connection in facts.site.connections:
        if any(device.points for device in connection.devices):
            yield _load(facts, connection)


def _load(facts: Facts, connection: ConnectionSettings) -> Seen:
    target = parse_url(connection.url)
    probe = facts.live.of(connection.name) if facts.live is not None else None
    took = [one.took for one in probe.asked if one.answered] if probe is not None else []
    measured = max(took, default=0.0)
    found = load_of(connection, target, measured or DEVICE_TIME)
    how = f"{found.requests:.3g} requests/s"
    if target.is_serial:
        how += f" at {target.serial.baud} Bd"
    elif measured:
        how += f" of {_ms(measured)} each, as measured"
    elif _has_line(connection):
        found = load_of(connection, target, baud=GATEWAY_BAUD)
        how += f"; if its line has {GATEWAY_BAUD} Bd"
    else:
        how += f"; if each takes {_ms(DEVICE_TIME)}"
    text = f"{connection.name} is busy {found.busy:.0%} of the time: {how}"
    if found.busy > FULL:
        sure = target.is_serial or bool(measured)
        return failed(f"{text}: polls are skipped") if sure else doubtful(f"{text}: polls would be skipped")
    return doubtful(f"{text}: little is left for repetitions") if found.busy > BUSY else fine(text)


def connections(facts: Facts) -> Iterator[Seen]:
    """Devices take as many connections as are opened."""
    by_host: dict[tuple[str, int], list[Place]] = defaultdict(list)
    for place in facts.places():
        by_host[place.target.host, place.target.port].append(place)
    for places in by_host.values():
        yield _taken(facts, places)


def _taken(facts: Facts, places: list[Place]) -> Seen:
    names = [device.name for place in places for device in place.connection.devices]
    known = [facts.maps[name] for name in names if name in facts.maps]
    who, count = " and ".join(place.name for place in places), len(places)
    opened = f"{who}: {count} connection{'s' if count > 1 else ''}"
    if any(place.connection.gateway for place in places):
        most, sure = CONNECTIONS["gateway"], False
    elif known:
        own = [one.own_capabilities.max_connections for one in known]
        said = [one for one in own if one is not None]
        most = min(said or [one.capabilities.max_connections or 1 for one in known])
        sure = bool(said)
    else:
        return unknown(f"{opened}; how many it takes is not known: port502 doctor --deep measures it")
    takes = f"{'takes' if sure else 'such devices take'} {most}"
    if count > most:
        return (failed if sure else doubtful)(
            f"{opened}, it {takes}" if sure else f"{opened}, {takes} or more"
        )
    if most == 1:
        return fine(
            f"{opened}, {'it ' if sure else ''}{takes}: nobody else can connect; port502 share lets many in"
        )
    return fine(f"{opened}, {'it ' if sure else ''}{takes}")


def kept_open(facts: Facts) -> Iterator[Seen]:
    """Connections stay open and are kept alive."""
    for place in facts.places():
        one = place.connection
        closes = [
            facts.maps[device.name].capabilities.idle_close
            for device in one.devices
            if device.name in facts.maps
        ]
        idle = min((close for close in closes if close is not None), default=None)
        probes = duration_text(one.keepalive_idle)
        if not one.keep_open:
            yield doubtful(f"{one.name} connects anew for each poll (`keep_open: false`)")
        elif idle is not None and one.keepalive_idle >= idle and _slowest(one) >= idle:
            yield doubtful(
                f"{one.name}: the device hangs up after {idle:g} s without a request, polls are rarer"
            )
        else:
            yield fine(f"{one.name} stays open; keep-alive after {probes}")


def _has_line(connection: ConnectionSettings) -> bool:
    """Whether a serial line is at the end of a connection, or is the connection itself."""
    return connection.gateway or parse_url(connection.url).scheme in LINES


def _slowest(connection: ConnectionSettings) -> float:
    """The longest time between two requests."""
    return min(
        (point.interval for device in connection.devices for point in device.points), default=float("inf")
    )


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.3g} ms"
