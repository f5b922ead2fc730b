"""``port502 doctor``: why does it not work?"""

from __future__ import annotations

import asyncio
import sys
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from port502.cli import options
from port502.cli.diagnosis_view import diagnosis_lines, step_line
from port502.cli.exits import DONE, FAULTS_FOUND, INTERRUPTED
from port502.cli.output import console, put, put_json, say
from port502.cli.refused_write import refused_write
from port502.cli.secure import Secure
from port502.cli.stopping import unless_stopped
from port502.cli.target import find, site_path
from port502.client.settings import check_unit
from port502.discover.doctor.examine import Examination
from port502.discover.doctor.expect import parse_expected
from port502.discover.doctor.failed_write import FailedWrite, parse_failed_write
from port502.discover.doctor.page import page
from port502.discover.doctor.question import DEEP, Pace, Question, parse_read
from port502.discover.doctor.report import Report, StepDone
from port502.discover.pages import check_path, write_page
from port502.errors import UsageError
from port502.transport.url import Target, parse_url

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def doctor(
    target: options.Target,
    refs: Annotated[
        list[str] | None,
        typer.Argument(metavar="REF...", help="The reads that fail or look wrong: holding:0*10, 40001."),
    ] = None,
    unit: options.Unit = None,
    expect: Annotated[
        list[str] | None,
        typer.Option(
            "--expect",
            metavar='"REF ~ VALUE"',
            help="A value that you read off the device: it is searched for, in every type, order and scale.",
            show_default=False,
        ),
    ] = None,
    deep: Annotated[
        bool,
        typer.Option(
            "--deep",
            help="Also what takes minutes or could be in the way of others: other ports and units, RTU frames,"
            " idle time-out, connection limit.",
        ),
    ] = False,
    report: Annotated[
        Path | None,
        typer.Option(
            "--report", metavar="FILE", help="Write a page to send: .html, .md or .pdf.", show_default=False
        ),
    ] = None,
    log: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="FILE",
            help="An audit log or a capture: its last refused write is explained; nothing is written again.",
            show_default=False,
        ),
    ] = None,
    write_error: Annotated[
        str | None,
        typer.Option(
            "--write-error",
            metavar="TEXT",
            help='A write that failed, such as "6 at 107: 02" (function, address, exception or silence).',
            show_default=False,
        ),
    ] = None,
    mac: Annotated[
        str, typer.Option("--mac", metavar="MAC", help="The device's MAC as you know it.", show_default=False)
    ] = "",
    timeout: options.Timeout = None,
    site: options.Site = None,
    certificate: options.Certificate = None,
    key: options.Key = None,
    authority: options.Authority = None,
    crl: options.Crl = None,
    name: options.ServerName = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: Annotated[
        int,
        typer.Option(
            "-v",
            "--verbose",
            count=True,
            help="Show every step, with its checks by hand.",
            show_default=False,
        ),
    ] = 0,
) -> None:
    """Find out why it does not work: one verdict, what it rests on, what to do, and what was not tested.

    Name, route, connection, units, functions, addresses, values and stability are looked at in this order, until
    something is sure. Nothing is ever written to the device. The exit code is 0 when all is well, 6 for a fault.

    Example:

        port502 doctor 192.168.1.10

        port502 doctor 192.168.1.10 holding:40001 --unit 3

        port502 doctor plc:1502 --expect "holding:0/float32 ~ 231" --report r.html
    """
    if report is not None:
        check_path(report)
    if log is not None and write_error is not None:
        raise UsageError("--from or --write-error, not both")
    question = _place(target, unit, site, Secure(certificate, key, authority, crl, name))
    pace = DEEP if deep else Pace()
    if timeout is not None:
        patience, wait = max(pace.patience, timeout), max(pace.connect, timeout)
        pace = replace(pace, timeout=timeout, patience=patience, connect=wait)
    question = replace(
        question,
        reads=tuple(parse_read(one) for one in refs or ()),
        expected=tuple(parse_expected(one) for one in expect or ()),
        deep=deep,
        mac=mac or question.mac,
        pace=pace,
        failed_write=_failed_write(log, write_error, question.target),
    )
    found, stopped = asyncio.run(_look(question, verbose=verbose, quiet=quiet or json))
    if json:
        put_json(found.json())
    else:
        for line in diagnosis_lines(found, verbose=verbose, colour=_is_looked_at(), width=console().width):
            put(line)
    if report is not None:
        write_page(page(found), report)
        say(f"port502: the report is in {report}")
    raise typer.Exit(INTERRUPTED if stopped else FAULTS_FOUND if found.is_fault else DONE)


async def _look(question: Question, *, verbose: int, quiet: bool) -> tuple[Report, bool]:
    """The report, and whether somebody stopped it before its end."""
    status = _Status(quiet=quiet, verbose=verbose)
    examination = Examination(question, status.begin, status.done)
    with status.shown():
        found = await unless_stopped(examination.run())
    return (examination.report(interrupted=True), True) if found is None else (found, False)


class _Status:
    """What is going on, on stderr: a line that moves on a terminal, a line per step with -v."""

    def __init__(self, *, quiet: bool, verbose: int) -> None:
        self._verbose = bool(verbose) and not quiet
        self._spinner: Any = None
        if not quiet and not self._verbose and sys.stderr.isatty():
            self._spinner = console(sys.stderr).status("looking")

    def shown(self) -> AbstractContextManager[Any]:
        return self._spinner if self._spinner is not None else nullcontext()

    def begin(self, step: str) -> None:
        if self._spinner is not None:
            self._spinner.update(f"looking at: {step}")

    def done(self, step: StepDone) -> None:
        if self._verbose:
            say(step_line(step))


def _place(target: str, unit: int | None, site: Path | None, secure: Secure) -> Question:
    """The question about a host, a url, or a device of the site file with its neighbours on the connection."""
    if not target.startswith("@"):
        tls = secure.tls(target) if secure.arguments() else None
        return Question(parse_url(target), check_unit(1 if unit is None else unit), tls=tls)
    from port502.site.build import load_site
    from port502.site.control import control_path, is_answered

    path = site_path(site)
    loaded = load_site(path)
    connection, device = find(target[1:], loaded.connections, path)
    if is_answered(control_path(loaded.history.path)):
        say(
            "port502: note: port502 run works on this site; the doctor connects beside it, which counts as a client"
        )
    usual = device.unit if device is not None else 1
    return Question(
        parse_url(connection.url),
        check_unit(usual if unit is None else unit),
        other_units=tuple(one.unit for one in connection.devices if one.unit != usual),
        source=connection.source,
        tls=None if connection.tls is None else connection.tls.context(server_side=False),
    )


def _failed_write(log: Path | None, typed: str | None, target: Target) -> FailedWrite | None:
    if typed is not None:
        return parse_failed_write(typed)
    return None if log is None else refused_write(log, target.host, target.port)


def _is_looked_at() -> bool:
    return bool(console().is_terminal)
