"""``port502 serve``: devices whose values live in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from port502.cli import options
from port502.cli.expecting import expecting
from port502.cli.logs import logging_to
from port502.cli.loop import run
from port502.cli.output import put, put_json, say
from port502.cli.secure import Secure
from port502.cli.stopping import stoppable, wait
from port502.errors import UsageError
from port502.registers.maps.library import Library
from port502.registers.maps.model import DeviceMap
from port502.registers.maps.naming import is_file_name
from port502.server import Limits, Server
from port502.service.call import Service
from port502.service.units import Units
from port502.site.device_file import DeviceDescription, read_device
from port502.site.document import read_document
from port502.site.file_kind import DEVICE, MAP, kind_of
from port502.site.map_file import load_map
from port502.transport.url import Target, parse_url

app = typer.Typer(rich_markup_mode=None, add_completion=False)

DEFAULT_LISTEN = "tcp://127.0.0.1:502"
HIGHEST_PORT = 65535


@dataclass(frozen=True, slots=True)
class Plan:
    """One listener to be: its url, and what answers there by unit id (None: any unit, by one device)."""

    target: Target
    names: tuple[str, ...]
    units: tuple[int, ...] | None
    service: Units


@app.command()
def serve(
    devices: Annotated[
        list[str],
        typer.Argument(metavar="DEVICE", help="A map's name (eastron/sdm630), a device file or a map file."),
    ],
    listen: Annotated[
        str,
        typer.Option("--listen", metavar="URL", help="Where to listen; port 0 lets the system choose one."),
    ] = DEFAULT_LISTEN,
    unit: Annotated[
        int | None,
        typer.Option(
            "--unit",
            min=0,
            max=255,
            metavar="N",
            help="Answer this unit id instead of the file's; several devices take N, N+1 and so on.",
            show_default=False,
        ),
    ] = None,
    copies: Annotated[
        int,
        typer.Option(
            "--copies", min=1, max=10_000, metavar="N", help="So many devices, each at a port of its own."
        ),
    ] = 1,
    connections: Annotated[
        int | None,
        typer.Option(
            "--connections",
            min=1,
            metavar="N",
            help="Accept so many clients, from one host too.",
            show_default=False,
        ),
    ] = None,
    allow: Annotated[
        list[str] | None,
        typer.Option(
            "--allow",
            metavar="NETWORK",
            help="Who may connect, such as 192.168.2.0/24; else loopback, private and link-local addresses.",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[
        int,
        typer.Option(
            "--seed", metavar="N", help="Other values for devices of a map; equal seeds, equal values."
        ),
    ] = 0,
    certificate: options.Certificate = None,
    key: options.Key = None,
    authority: options.Authority = None,
    crl: options.Crl = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = 0,
) -> None:
    """Be a device, or several.

    A map's name serves a lifelike device: values that move, agree with each other and follow what is written.
    Several devices share one address and are told apart by their unit ids. With --copies the same devices
    are there N times, each with values of its own, at consecutive ports from the one of --listen on. Prints one
    line for each address as soon as it can be called; SIGTERM and Ctrl-C answer what is in flight and end.

    Example:

        port502 serve eastron/sdm630 --listen tcp://127.0.0.1:1502

        port502 serve boiler.yaml --listen tcp://127.0.0.1:1502

        port502 serve meter.yaml --copies 50 --listen tcp://127.0.0.1:2000
    """
    described = [_described(name) for name in devices]
    if not quiet:
        for device in described:
            for warning in device.warnings:
                say(f"port502: {warning}")
    plans = plan(described, parse_url(listen), unit, copies, seed)
    limits = Limits() if connections is None else Limits(connections=connections, per_client=connections)
    with logging_to(verbosity=verbose, quiet=quiet):
        run(_serve(plans, limits, allow or None, Secure(certificate, key, authority, crl), json=json))


def _described(name: str) -> DeviceDescription:
    """The device of a map's name, a map file or a device file."""
    path = Path(name)
    if not path.exists():
        if is_file_name(name):
            raise UsageError(
                f"there is no device file {name}; `port502 check --schema device` says what stands in one"
            )
        return _of_map(Library.default().load(name))
    with expecting(path, DEVICE, MAP):
        return _of_map(load_map(path)) if kind_of(read_document(path)) == MAP else read_device(path)


def _of_map(device_map: DeviceMap) -> DeviceDescription:
    return DeviceDescription(device_map.name, (device_map.default_unit,), map=device_map)


def plan(
    devices: Sequence[DeviceDescription], target: Target, unit: int | None, copies: int, seed: int = 0
) -> list[Plan]:
    """The listeners for these devices; raises UsageError when two want the same unit, or ports run out."""
    if copies > 1 and target.is_serial:
        raise UsageError(f"{target} is one serial line: --copies needs a network address")
    if target.port and target.port + copies - 1 > HIGHEST_PORT:
        raise UsageError(f"{copies} ports from {target.port} on end behind the last, {HIGHEST_PORT}")
    units = _units(devices, unit)
    names = tuple(device.name for device in devices)
    plans = []
    for copy in range(copies):
        port = target.port + copy if target.port else 0
        answered = tuple(units) if units is not None else None
        plans.append(
            Plan(replace(target, port=port), names, answered, _service(devices, units, f"{seed}/{copy}"))
        )
    return plans


def _units(devices: Sequence[DeviceDescription], unit: int | None) -> Mapping[int, int] | None:
    """Which device (by its place) answers which unit id; None where a single one answers any."""
    if unit is not None:
        if unit + len(devices) - 1 > 255:
            raise UsageError(f"{len(devices)} devices from unit {unit} on end behind the last unit id, 255")
        return {unit + place: place for place in range(len(devices))}
    if len(devices) == 1 and devices[0].units is None:
        return None
    taken: dict[int, int] = {}
    for place, device in enumerate(devices):
        for number in device.units or range(256):
            if number in taken:
                other = devices[taken[number]].name
                raise UsageError(
                    f"{other} and {device.name} both answer unit {number}; --unit 1 numbers the devices from 1 on"
                )
            taken[number] = place
    return taken


def _service(devices: Sequence[DeviceDescription], units: Mapping[int, int] | None, seed: str) -> Units:
    """New devices, which share nothing with those of other copies."""
    if units is None:
        return devices[0].service(seed=seed)
    made: list[Service] = [device.device(f"{seed}/{place}") for place, device in enumerate(devices)]
    return Units({number: made[place] for number, place in units.items()})


async def _serve(
    plans: Sequence[Plan], limits: Limits, allow: Sequence[str] | None, secure: Secure, *, json: bool
) -> None:
    with stoppable() as stopped:
        async with AsyncExitStack() as running:
            for one in plans:
                server = Server(
                    one.service, _url(one.target), limits=limits, allow=allow, **secure.arguments()
                )
                await running.enter_async_context(server)
                if json:
                    units = "any" if one.units is None else list(one.units)
                    put_json({"listening": server.url, "devices": list(one.names), "units": units})
                else:
                    put(f"listening on {server.url}")
            await wait(stopped)


def _url(target: Target) -> str:
    """The url of a target, with the settings of a serial line."""
    if not target.is_serial:
        return str(target)
    line = target.serial
    return f"{target}?baud={line.baud}&parity={line.parity}&stop={line.stop_bits}&bits={line.data_bits}"
