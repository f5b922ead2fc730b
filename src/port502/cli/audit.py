"""``port502 audit``: is this site ready to go live?"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from port502.cli import options
from port502.cli.ask import check_consent, confirm
from port502.cli.audit_view import report_lines
from port502.cli.exits import DONE, FAULTS_FOUND, INTERRUPTED
from port502.cli.expecting import site_of
from port502.cli.loop import run
from port502.cli.output import console, put, put_json, say
from port502.cli.scan_files import read_inventory
from port502.cli.stopping import unless_stopped
from port502.cli.target import site_path
from port502.commission.address_sheet import AddressSheet, is_sheet, read_address_sheet, write_address_sheet
from port502.commission.audit.audit import audit as audited
from port502.commission.audit.audit import page
from port502.commission.audit.facts import Facts, looked_up, maps_of
from port502.commission.audit.host import this_host
from port502.commission.audit.live import SERVICES, Live, Visit
from port502.commission.audit.running import live_of
from port502.commission.audit.sheet import site_sheet
from port502.discover.pages import check_path, write_page
from port502.errors import UsageError
from port502.site.build import Site
from port502.site.control import ask_status, control_path, is_answered
from port502.site.document import read_document
from port502.transport.names import addresses_of
from port502.transport.url import parse_url

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def audit(
    site: Annotated[
        str | None,
        typer.Argument(metavar="[SITE]", help="The site file (else $PORT502_SITE, else ./site.yaml)."),
    ] = None,
    live: Annotated[
        bool, typer.Option("--live", help="Also connect to every device and read once; nothing is written.")
    ] = False,
    services: Annotated[
        bool,
        typer.Option(
            "--services", help="With --live: also see which other ports the devices have open; asks first."
        ),
    ] = False,
    plan: Annotated[
        Path | None,
        typer.Option(
            "--plan",
            metavar="FILE",
            help="The address sheet (.csv, .xlsx) to compare with; made from the site where it is not there.",
            show_default=False,
        ),
    ] = None,
    update: Annotated[
        bool, typer.Option("--update", help="Bring the sheet of --plan up to date; what people wrote stays.")
    ] = False,
    inventory: Annotated[
        Path | None,
        typer.Option(
            "--inventory",
            metavar="FILE",
            help="What port502 scan --save FILE.json found, to compare with.",
            show_default=False,
        ),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(
            "--report",
            metavar="FILE",
            help="Write a page to file or send: .html, .md or .pdf.",
            show_default=False,
        ),
    ] = None,
    yes: options.Yes = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: Annotated[
        int, typer.Option("-v", "--verbose", count=True, help="Show what passes too.", show_default=False)
    ] = 0,
) -> None:
    """Go through the checklist before a site goes live: what is configured, and what can be seen.

    Each check passes, fails, should be looked at, or says why it cannot be tested from here. Without --live nothing is
    sent. The exit code is 6 when something fails.

    Example:

        port502 audit site.yaml

        port502 audit site.yaml --live --plan addresses.xlsx --report audit.html
    """
    _check_options(live=live, services=services, plan=plan, update=update, report=report, yes=yes)
    path = site_path(None if site is None else Path(site))
    loaded = site_of(path)
    document = read_document(path)
    maps = maps_of(document)
    known = read_address_sheet(plan) if plan is not None and plan.exists() else None
    scanned = read_inventory(inventory) if inventory is not None else None
    hosts = [target.host for one in loaded.connections if not (target := parse_url(one.url)).is_serial]
    seen: Live | None = None
    stopped = False
    if live:
        if services:
            ports = ", ".join(f"{port} {name}" for port, name in SERVICES.items())
            confirm(f"connect to {len(set(hosts))} hosts at the ports {ports}?", yes=yes)
        seen, stopped = run(_look(loaded, services=services, quiet=quiet or json))
    addresses = looked_up(hosts, addresses_of) if live else {}
    sheet = known
    if plan is not None and known is None:
        sheet = site_sheet(loaded, maps, None, scanned)
        _save(plan, sheet, "made", quiet=quiet)
    facts = Facts(loaded, document, this_host(), time.time(), maps, addresses, sheet, scanned, seen)
    made = audited(facts)
    if json:
        put_json(made.json())
    else:
        out = console()
        for line in report_lines(made, verbose=bool(verbose), colour=bool(out.is_terminal), width=out.width):
            put(line)
    if report is not None:
        write_page(page(made), report)
        if not quiet:
            say(f"port502: the report is in {report}")
    if update and plan is not None and known is not None:
        confirm(f"bring {plan} up to date? names, purposes and other columns stay", yes=yes)
        _save(plan, site_sheet(loaded, maps, known, scanned), "brought up to date", quiet=quiet)
    raise typer.Exit(INTERRUPTED if stopped else DONE if made.is_ready else FAULTS_FOUND)


def _check_options(
    *, live: bool, services: bool, plan: Path | None, update: bool, report: Path | None, yes: bool
) -> None:
    if report is not None:
        check_path(report)
    if services and not live:
        raise UsageError("--services connects to devices, as --live does: give both")
    if plan is not None and not is_sheet(plan):
        raise UsageError(f"--plan {plan}: an address sheet is .csv or .xlsx")
    if update and plan is None:
        raise UsageError("--update brings an address sheet up to date: name it with --plan FILE")
    if services or (update and plan is not None and plan.exists()):
        check_consent(yes=yes)


def _save(path: Path, sheet: AddressSheet, what: str, *, quiet: bool) -> None:
    write_address_sheet(path, sheet)
    if not quiet:
        say(f"port502: {path}: {what}, {len(sheet.rows)} rows")


async def _look(site: Site, *, services: bool, quiet: bool) -> tuple[Live, bool]:
    """What the devices say, and whether somebody stopped it before its end."""
    control = control_path(site.history.path)
    if is_answered(control):
        if not quiet:
            say("port502: port502 run works on this site: it is asked, and its devices are left alone")
        return live_of(ask_status(control).collector), False
    visit = Visit(services, (lambda _: None) if quiet else (lambda name: say(f"port502: looking at {name}")))
    seen = await unless_stopped(visit.look(site.connections))
    if seen is not None:
        return seen, False
    reached = {one.connection for one in visit.done}
    unseen = [(one.name, "interrupted") for one in site.connections if one.name not in reached]
    return visit.seen(unseen), True
