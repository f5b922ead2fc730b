"""``port502 identify``: what is this device?"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from port502.cli import options
from port502.cli.ask import check_consent
from port502.cli.exits import trying
from port502.cli.identity_view import WIDTH, identity_lines
from port502.cli.output import console, put, put_json
from port502.cli.scan_files import add_to_site
from port502.cli.secure import Secure
from port502.cli.target import find, site_path
from port502.client.settings import check_unit
from port502.commission.discovered import addition_of
from port502.discover.found import FoundDevice, FoundUnit
from port502.discover.identify import identify_at, told_apart_by
from port502.discover.inventory import device_json
from port502.errors import UsageError
from port502.transport.tls import Tls
from port502.transport.url import parse_url

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
    apart = told_apart_by(found)
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
    url, unit, tolerate, tls = _place(target, unit, site, secure)
    place = parse_url(url)
    serial = place.is_serial or place.scheme == "rtu+tcp"
    with trying(f"{place}, unit {1 if unit is None else unit}" if serial else f"{place}"):
        return await identify_at(url, unit, timeout=timeout, tolerate=tolerate, tls=tls)


def _place(
    target: str, unit: int | None, site: Path | None, secure: Secure
) -> tuple[str, int | None, frozenset[str], Tls | None]:
    """Where to, which unit, with which tolerances and which TLS."""
    if not target.startswith("@"):
        return target, None if unit is None else check_unit(unit), frozenset(), secure.tls(target)
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
    return connection.url, known, connection.tolerate, tls
