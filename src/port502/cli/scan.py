"""``port502 scan``: who speaks Modbus on a network, and what they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from port502.cli import loop, options
from port502.cli.exits import DONE, INTERRUPTED
from port502.cli.finding_view import change_lines, estimate_lines, summary_lines
from port502.cli.output import put, put_csv, put_json, say
from port502.cli.scan_files import check_save, read_known, save
from port502.cli.scan_plan import Plan, consent_to, plan_of, settings_for
from port502.cli.scan_screen import Screen
from port502.cli.secure import Secure
from port502.cli.stopping import unless_stopped
from port502.discover.changes import Change, Known, Place, compare, known_of, was_asked
from port502.discover.estimate import Estimate, estimate
from port502.discover.examine import Knowledge
from port502.discover.found import Inventory
from port502.discover.inventory import inventory_json
from port502.discover.scanner import Scanner
from port502.discover.settings import PORTS, ScanSettings
from port502.errors import UsageError

app = typer.Typer(rich_markup_mode=None, add_completion=False)

COLUMNS = (
    "address", "port", "unit", "class", "vendor", "product", "revision", "map", "response_ms", "name", "mac", "maker",
)  # fmt: skip


@app.command()
def scan(
    ranges: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="RANGE...",
            help="Addresses, networks (192.168.1.0/24), ranges (192.168.1.10-20) or names; else this host's own"
            " networks are offered.",
            show_default=False,
        ),
    ] = None,
    lists: Annotated[
        list[Path] | None,
        typer.Option(
            "--list", metavar="FILE", help="More of these from a file, one per line.", show_default=False
        ),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option("--exclude", metavar="RANGE", help="Leave these out.", show_default=False),
    ] = None,
    units: Annotated[
        str | None,
        typer.Option(
            "--units",
            metavar="LIST",
            help="Unit ids to ask for, such as 1-247; else the usual ones until one answers.",
            show_default=False,
        ),
    ] = None,
    ports: Annotated[
        str, typer.Option("--ports", metavar="LIST", help="Ports to try; TLS is spoken on 802.")
    ] = ",".join(map(str, PORTS)),
    rate: Annotated[
        float | None,
        typer.Option(
            "--rate",
            min=0.1,
            max=100_000,
            metavar="N",
            help="Connections and requests per second, all together (100; no limit with --fast).",
            show_default=False,
        ),
    ] = None,
    fast: Annotated[
        bool, typer.Option("--fast", help="As fast as the network and the devices are; asks first.")
    ] = False,
    timeout: options.Timeout = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it would cost, and send nothing.")
    ] = False,
    save_as: Annotated[
        Path | None,
        typer.Option(
            "--save",
            metavar="FILE",
            help="Save: .yaml a site file that run accepts, .json an inventory, .csv or .xlsx an address sheet.",
            show_default=False,
        ),
    ] = None,
    diff: Annotated[
        Path | None,
        typer.Option(
            "--diff",
            metavar="OLD",
            help="Say what is new, gone or changed since an inventory or address sheet.",
            show_default=False,
        ),
    ] = None,
    certificate: options.Certificate = None,
    key: options.Key = None,
    authority: options.Authority = None,
    crl: options.Crl = None,
    name: options.ServerName = None,
    yes: options.Yes = False,
    json: options.Json = False,
    csv: options.Csv = False,
    quiet: options.Quiet = False,
) -> None:
    """Find Modbus devices, and say what they are.

    Gentle by default: eight hosts at a time, one connection and one request in flight to each, 50 ms between requests.
    Everything is read, nothing is written. It asks before it scans addresses that are neither private nor local.
    Ctrl-C ends it; what was found until then is printed and saved.

    Example:

        port502 scan 192.168.1.0/24

        port502 scan 192.168.1.0/24 --exclude 192.168.1.20 --fast --save site.yaml

        port502 scan 192.168.1.50 --units 1-247

        port502 scan 192.168.1.0/24 --diff plan.xlsx
    """
    if json and csv:
        raise UsageError("--json or --csv, not both")
    check_save(save_as, yes=yes)
    old = read_known(diff) if diff is not None else None
    plan = plan_of(ranges or [], lists or [], exclude or [])
    secure = Secure(certificate, key, authority, crl, name)
    settings = settings_for(units, ports, rate, timeout, secure, fast=fast)
    made = estimate(plan.targets, len(plan.neighbours), settings, on_link=plan.on_link)
    if dry_run:
        _put_estimate(made, settings, json=json)
        return
    consent_to(plan, made, settings, fast=fast, yes=yes)
    show = Show(json=json, csv=csv, quiet=quiet)
    inventory, interrupted = loop.run(_scan(plan, settings, show))
    changes = None
    looked_at = _looked_at(plan, settings, inventory, interrupted)
    if old is not None:
        changes = compare(old, known_of(inventory), looked_at)
    show.end(inventory, changes, asked_all=units is not None)
    if save_as is not None:
        save(save_as, inventory, yes=yes, quiet=quiet, secure=secure, looked_at=looked_at)
    raise typer.Exit(INTERRUPTED if interrupted else DONE)


def _put_estimate(made: Estimate, settings: ScanSettings, *, json: bool) -> None:
    if json:
        put_json(
            {
                "addresses": made.addresses,
                "ports": list(settings.ports),
                "packets": made.packets,
                "packets_per_device": made.per_device,
                "duration_s": round(made.seconds, 3),
                "duration_per_device_s": round(made.device_seconds, 3),
            }
        )
        return
    for line in estimate_lines(made, settings.ports):
        put(line)


async def _scan(plan: Plan, settings: ScanSettings, show: Show) -> tuple[Inventory, bool]:
    """The inventory, and whether somebody ended the scan before it was complete."""
    total = len(plan.targets) + len(plan.neighbours)
    lines = not (show.json or show.csv)
    with Screen(total, lines=lines, bar=not show.quiet) as screen:
        scanner = Scanner(
            plan.targets,
            settings,
            Knowledge.of(),
            extra=plan.neighbours,
            found=screen.found,
            moved=screen.moved,
        )
        found = await unless_stopped(scanner.run())
        return (scanner.inventory(), True) if found is None else (found, False)


def _looked_at(plan: Plan, settings: ScanSettings, inventory: Inventory, interrupted: bool) -> Any:
    """Whether a scan looked at a place: what it did not ask for cannot be gone."""
    from ipaddress import ip_address

    asked = was_asked(inventory)

    def looked(place: Place) -> bool:
        try:
            there = ip_address(place[0].partition("%")[0]) in plan.targets or place[0] in plan.neighbours
        except ValueError:
            there = place[0] in plan.targets.names
        return not interrupted and there and place[1] in settings.ports and asked(place)

    return looked


@dataclass(slots=True)
class Show:
    """How the result is printed."""

    json: bool
    csv: bool
    quiet: bool

    def end(self, inventory: Inventory, changes: Sequence[Change] | None, *, asked_all: bool) -> None:
        """Print what is known at the end."""
        if self.json:
            told = inventory_json(inventory)
            if changes is not None:
                told["changes"] = [_change_json(change) for change in changes]
            put_json(told)
            return
        if self.csv:
            put_csv([*(() if self.quiet else (COLUMNS,)), *_csv_rows(inventory)])
        elif not self.quiet:
            for line in summary_lines(inventory, asked_all=asked_all):
                put(line)
        if changes is not None:
            tell = say if self.csv else put
            for line in change_lines(changes) or ["nothing has changed"]:
                tell(line)


def _csv_rows(inventory: Inventory) -> list[tuple[object, ...]]:
    return [
        (
            device.address, device.port, unit.unit, str(unit.kind), unit.vendor, unit.product, unit.revision,
            unit.map, unit.response_ms, device.name, device.mac, device.maker,
        )
        for device in inventory.devices
        for unit in device.units
    ]  # fmt: skip


def _change_json(change: Change) -> dict[str, object]:
    one: Known = change.unit
    told: dict[str, object] = {
        "kind": str(change.kind),
        "address": one.address,
        "port": one.port,
        "unit": one.unit,
    }
    if one.title:
        told["title"] = one.title
    if change.what:
        told["what"] = [{"field": key, "before": old, "after": new} for key, old, new in change.what]
    return told
