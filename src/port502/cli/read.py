"""``port502 read``: values of a device, once or again and again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

from port502.cli import options
from port502.cli.discovered import Discovered
from port502.cli.exits import DEVICE_EXCEPTION, DONE
from port502.cli.finish import report
from port502.cli.logs import logging_to
from port502.cli.output import put, put_csv, put_json, put_table, say
from port502.cli.peer import Peer, Wanted
from port502.cli.secure import Secure
from port502.cli.target import Asked, peer_for, resolve
from port502.cli.values import BAD, COLUMNS, Row, values_table
from port502.errors import UsageError

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def read(
    target: options.Target,
    refs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="REF...",
            help="What to read: holding:0*10, 40001, coil:3, or a point's name; all points with --map sunspec.",
            show_default=False,
        ),
    ] = None,
    unit: options.Unit = None,
    timeout: options.Timeout = None,
    site: options.Site = None,
    certificate: options.Certificate = None,
    key: options.Key = None,
    authority: options.Authority = None,
    crl: options.Crl = None,
    name: options.ServerName = None,
    map: options.Map = None,  # noqa: A002
    repeat: Annotated[
        float | None,
        typer.Option(
            "--repeat", min=0.01, metavar="S", help="Read again every S seconds.", show_default=False
        ),
    ] = None,
    samples: Annotated[
        int | None,
        typer.Option("--samples", min=1, metavar="N", help="End after N times.", show_default=False),
    ] = None,
    json: options.Json = False,
    csv: options.Csv = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = 0,
) -> None:
    """Read and decode values.

    Registers that lie together are read with one request. With --repeat, once the device was reached, a failure is
    told and reading goes on; the exit code is then that of the first failure. --quiet prints the bare values, one per
    line.

    Example:

        port502 read 192.168.1.10 holding:0*10

        port502 read plc.local:1502 40001 coil:3 holding:10/float32:cdab --json

        port502 read @main-incomer "voltage_*" --repeat 1

        port502 read 192.168.1.20 "voltage_*" --map eastron/sdm630

        port502 read 192.168.1.30 active_power_total "103.*" --map sunspec
    """
    if json and csv:
        raise UsageError("--json or --csv, not both")
    if samples is not None and repeat is None:
        repeat = 1.0
    secure = Secure(certificate, key, authority, crl, name)
    asked = Asked(target, unit, timeout, site, verbose, patient=repeat is not None, map=map, secure=secure)
    show = Show(json=json, csv=csv, quiet=quiet, goes_on=repeat is not None)
    times = samples if repeat is not None else 1
    with logging_to(quiet=quiet):
        raise typer.Exit(asyncio.run(_read(asked, refs or (), show, repeat or 0.0, times)))


async def _read(asked: Asked, refs: Sequence[str], show: Show, interval: float, times: int | None) -> int:
    peer = peer_for(asked)
    if not refs and not isinstance(peer, Discovered):
        raise UsageError("nothing says what to read: holding:0*10, 40001, coil:3, or a point's name")
    wanted: list[Wanted] = []
    if not isinstance(peer, Discovered):
        wanted = [one for ref in refs for one in resolve(ref, peer.device)]
        tell_doubts(wanted, show)
    code = DONE
    async with peer:
        if isinstance(peer, Discovered):
            wanted = peer.wanted(refs)
            tell_doubts(wanted, show)
        start = time.monotonic()
        count = 0
        while True:
            ended = await once(peer, wanted, show)
            code = code or ended
            count += 1
            if count == times:
                return code
            # On a grid, so that slow answers do not make the times drift; missed places are left out.
            place = max(count, int((time.monotonic() - start) / interval) + 1)
            await asyncio.sleep(max(0.0, start + place * interval - time.monotonic()))


async def once(peer: Peer, wanted: Sequence[Wanted], show: Show) -> int:
    """Read and print one time; the exit code. A failure is told where reading goes on, and raised where not."""
    began = time.perf_counter()
    try:
        rows = await peer.read(wanted)
    except Exception as error:
        if not show.goes_on:
            raise
        return report(error, as_json=show.json, target=peer.label, unit=peer.unit)
    show.rows(peer, rows, (time.perf_counter() - began) * 1000)
    refused = [row.ref for row in rows if row.quality == BAD and not row.registers]
    if refused:
        say(f"port502: {peer.label}, unit {peer.unit} refused {', '.join(refused)}")
        return DEVICE_EXCEPTION
    return DONE


def tell_doubts(wanted: Sequence[Wanted], show: Show) -> None:
    """Say what may not have been meant."""
    notices = dict.fromkeys(one.point.reference.notice for one in wanted if not one.named)
    for notice in notices:
        if notice and not show.quiet:
            say(f"port502: note: {notice}")


@dataclass(slots=True)
class Show:
    """How the values are printed; remembers whether a heading was."""

    json: bool = False
    csv: bool = False
    quiet: bool = False
    goes_on: bool = False
    headed: bool = False

    def rows(self, peer: Peer, rows: Sequence[Row], elapsed_ms: float) -> None:
        """Print the values of one reading."""
        if self.json:
            put_json(
                {
                    "target": peer.label,
                    "unit": peer.unit,
                    "values": [row.json() for row in rows],
                    "elapsed_ms": round(elapsed_ms, 3),
                }
            )
        elif self.csv:
            put_csv([*([] if self.headed or self.quiet else [COLUMNS]), *(row.csv() for row in rows)])
        elif self.quiet:
            put("\n".join(row.text for row in rows))
        else:
            clock = rows[0].time if self.goes_on and rows else ""
            put_table(values_table(rows, header=not self.headed, clock=clock))
        self.headed = True
