"""``port502 identify``: what is this device?"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from port502.cli import options
from port502.cli.ask import check_consent
from port502.cli.exits import trying
from port502.cli.identity_view import WIDTH, identity_lines
from port502.cli.output import console, put, put_json
from port502.cli.scan_files import add_to_site
from port502.cli.secure import Secure
from port502.cli.target import CONNECT_TIMEOUT, RESPONSE_TIMEOUT, find, site_path
from port502.client import Client
from port502.client.settings import check_unit
from port502.commission.discovered import addition_of
from port502.discover.candidates import SUNSPEC, distinctions, rank, undecided
from port502.discover.examine import Examination, Knowledge
from port502.discover.found import FoundDevice, FoundUnit, unit_of
from port502.discover.identity import learn
from port502.discover.inventory import device_json
from port502.discover.line import Line
from port502.discover.products import places_of
from port502.discover.settings import ScanSettings
from port502.discover.units import UnitClass
from port502.errors import FrameError, NoReplyError, UsageError
from port502.protocol.message import Request
from port502.registers.maps.library import Library
from port502.registers.maps.model import MapPoint
from port502.transport.tls import Tls, tls_of
from port502.transport.url import Target, parse_url

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def identify(
    target: options.Target,
    unit: options.Unit = None,
    timeout: options.Timeout = None,
    site: options.Site = None,
    certificate: options.Certificate = None,
    key: options.Key = None,
    authority: options.Authority = None,
    crl: options.Crl = None,
    name: options.ServerName = None,
    add: Annotated[
        Path | None,
        typer.Option(
            "--add",
            metavar="SITE",
            help="Add it to this site file, which is made where there is none.",
            show_default=False,
        ),
    ] = None,
    yes: options.Yes = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Say what a device is: what it says of itself, and which known products fit, with the evidence.

    Identification objects (43/14), server id (17), the SunSpec chain, and registers that tell products apart are read;
    nothing is written. Without --unit the usual unit ids are tried until one answers.

    Example:

        port502 identify 192.168.1.10

        port502 identify 192.168.1.20 --unit 5 --add site.yaml
    """
    if add is not None and add.exists():
        check_consent(yes=yes)
    secure = Secure(certificate, key, authority, crl, name)
    device, found = asyncio.run(_identify(target, unit, timeout, site, secure))
    apart = _apart(found)
    if json:
        told = {"target": target, **device_json(device)}
        if apart:
            told["tell_apart"] = [
                {"map": one, "ref": f"{p.point.table}:{p.point.address}", "name": p.name} for one, p in apart
            ]
        put_json(told)
    elif quiet:
        put(found.map or "-")
    else:
        width = console().width
        put("\n".join(identity_lines(device, found, apart, min(width, WIDTH))))
    if add is not None:
        addition = addition_of(device, found, tls=secure.arguments())
        add_to_site(add, [addition], secure=secure, yes=yes, quiet=quiet)


async def _identify(
    target: str, unit: int | None, timeout: float | None, site: Path | None, secure: Secure
) -> tuple[FoundDevice, FoundUnit]:
    place, unit, tolerate, tls = _place(target, unit, site, secure)
    if place.is_serial or place.scheme == "rtu+tcp":
        return await _over_client(target, place, 1 if unit is None else unit, timeout)
    settings = replace(
        ScanSettings(rate=None, pause=0.0, tls=tls),
        units=None if unit is None else (unit,),
        connect_timeout=timeout or CONNECT_TIMEOUT,
        first_timeout=timeout or RESPONSE_TIMEOUT,
        response_timeout=timeout or RESPONSE_TIMEOUT,
    )

    async def open_line(tolerate: frozenset[str]) -> Line:
        line = Line(place, tolerate=tolerate)
        return await line.open(timeout=settings.connect_timeout, tls=tls)

    with trying(f"{place}"):
        examination = Examination(await open_line(tolerate), open_line, settings, Knowledge.of())
        try:
            device = await examination.run()
        finally:
            examination.line.close()
        if device is None or not device.devices:
            raise _nobody(device, examination.line, unit)
    wanted = [one for one in device.devices if unit is None or one.unit == unit] or list(device.devices)
    return device, wanted[0]


def _nobody(device: FoundDevice | None, line: Line, unit: int | None) -> Exception:
    if line.says:
        return FrameError(f"this is no Modbus: it looks like {line.says}")
    asked = "the usual units" if unit is None else f"unit {unit}"
    if device is not None and device.gateway:
        return NoReplyError(f"a gateway answers there, but not {asked}; port502 scan --units 1-247 asks all")
    return NoReplyError(f"connected, but {asked} did not answer anything")


def _place(
    target: str, unit: int | None, site: Path | None, secure: Secure
) -> tuple[Target, int | None, frozenset[str], Tls | None]:
    """Where to, which unit, with which tolerances and which TLS."""
    if not target.startswith("@"):
        given = secure.arguments()
        files = {word: given.get(word) for word in ("certificate", "key", "authority", "crl")}
        tls = tls_of(target, None, **files, server_side=False, name=given.get("name"))
        return parse_url(target), None if unit is None else check_unit(unit), frozenset(), tls
    from port502.site.build import load_site
    from port502.site.control import control_path, is_answered

    path = site_path(site)
    loaded = load_site(path)
    connection, device = find(target[1:], loaded.connections, path)
    if is_answered(control_path(loaded.history.path)):
        raise UsageError(
            f"port502 run works on this site and keeps the connection; identify {connection.url} takes a second one"
        )
    tls = connection.tls.context(server_side=False) if connection.tls is not None else None
    known = device.unit if device is not None else unit
    return parse_url(connection.url), known, connection.tolerate, tls


async def _over_client(
    target: str, place: Target, unit: int, timeout: float | None
) -> tuple[FoundDevice, FoundUnit]:
    """The same over a serial line, whose timing is the client's business."""
    wait = timeout or RESPONSE_TIMEOUT
    knowledge = Knowledge.of()
    with trying(f"{place}, unit {unit}"):
        async with Client(target, unit=unit, response_timeout=wait, retries=0) as client:

            async def ask(request: Request[Any]) -> Any:
                return await client.request(request)

            facts = await learn(ask, places_of(knowledge.products))
        if not facts.functions or set(facts.functions.values()) == {"silent"}:
            raise NoReplyError(f"unit {unit} did not answer anything")
    candidates = rank(facts, knowledge.products, knowledge.summaries, unit=unit)
    found = unit_of(unit, UnitClass.DEVICE, "read answered", None, facts, candidates)
    return FoundDevice(place.host or place.device, place.port, place.scheme, units=(found,)), found


def _apart(unit: FoundUnit) -> list[tuple[str, MapPoint]]:
    """What would tell the first candidates apart, where what was seen does not."""
    library = Library.default()
    names = [one.map for one in undecided(unit.candidates) if one.map != SUNSPEC]
    return distinctions([library.load(name) for name in names]) if len(names) > 1 else []
