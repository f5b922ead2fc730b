"""``port502 maps import`` and ``export``: maps from and to what others use."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from port502.cli import options
from port502.cli.exits import DONE, FAULTS_FOUND
from port502.cli.logs import logging_to
from port502.cli.map_discovery import ask_map, is_device
from port502.cli.output import printable, put, say
from port502.cli.secure import Secure
from port502.cli.target import SUNSPEC, Asked
from port502.errors import UsageError
from port502.registers.maps.categories import CATEGORIES
from port502.registers.maps.exchange.home_assistant import to_home_assistant
from port502.registers.maps.exchange.markdown import to_markdown
from port502.registers.maps.exchange.spreadsheet import to_csv
from port502.registers.maps.exchange.telegraf import to_telegraf
from port502.registers.maps.exchange.yaml_text import yaml_of
from port502.registers.maps.library import Library
from port502.registers.maps.model import DeviceMap
from port502.registers.maps.naming import check_map_name

if TYPE_CHECKING:
    from port502.site.map_import import MapImport

EXPORTS: dict[str, Callable[[DeviceMap], tuple[str, list[str]]]] = {
    "csv": to_csv,
    "telegraf": to_telegraf,
    "home-assistant": to_home_assistant,
    "markdown": to_markdown,
    "yaml": lambda known: (yaml_of(known), []),
}
MOST_SAID = 10
IMPORTS = ("sheet", "telegraf", "home-assistant", "sunspec")

Out = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="FILE", help="Write there instead of on stdout.", show_default=False),
]


def export_map(
    name: Annotated[
        str,
        typer.Argument(metavar="MAP", help="A map's name (eastron/sdm630), or a file such as mine/plc.yaml."),
    ],
    kind: Annotated[str, typer.Option("--format", metavar="F", help=f"One of {', '.join(EXPORTS)}.")] = "csv",
    out: Out = None,
    quiet: options.Quiet = False,
) -> None:
    """Write a map as a sheet or a page, for Telegraf or Home Assistant.

    Points that the format cannot say without a wrong value are left out and named on stderr.

    Example:

        port502 maps export eastron/sdm630 --format home-assistant
    """
    if kind not in EXPORTS:
        raise UsageError(f"no format {kind[:40]!r}; there are {', '.join(EXPORTS)}")
    text, left_out = EXPORTS[kind](Library.default().load(name))
    _write(text, out)
    if left_out and not quiet:
        say(f"port502: note: {kind} cannot say {_some(left_out)}: left out")


def import_source(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="CSV or XLSX sheet, Telegraf or Home Assistant configuration, SunSpec model; "
            "or the url or HOST:PORT of a SunSpec device.",
        ),
    ],
    name: Annotated[
        str | None,
        typer.Option(
            "--name",
            metavar="NAME",
            help="The map's name: mine/plc (a device's: sunspec/MAKER-MODEL when left out).",
            show_default=False,
        ),
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="F",
            help=f"One of {', '.join(IMPORTS)}; else by the file's ending.",
            show_default=False,
        ),
    ] = None,
    maker: Annotated[
        str | None,
        typer.Option("--maker", metavar="NAME", help="Who made the device.", show_default=False),
    ] = None,
    category: Annotated[
        str | None,
        typer.Option("--category", metavar="C", help="What kind of product it is.", show_default=False),
    ] = None,
    unit: options.Unit = None,
    timeout: options.Timeout = None,
    certificate: options.Certificate = None,
    key: options.Key = None,
    authority: options.Authority = None,
    crl: options.Crl = None,
    base: Annotated[
        int,
        typer.Option(
            "--base", min=0, max=65535, metavar="N", help="Where a SunSpec model file begins (its id)."
        ),
    ] = 40002,
    out: Out = None,
    quiet: options.Quiet = False,
) -> None:
    """Make a map of others' files or of a SunSpec device, as YAML.

    A file is read, a device is asked for its chain of models; the map is checked before it is printed.
    What a map cannot hold is left out and named on stderr, and so are doubts. The exit code is 6 where the source gives
    no map that can be used; nothing is written then.

    Example:

        port502 maps import telegraf.conf --name mine/meter --out meter.yaml

        port502 maps import tcp://192.168.1.30 --unit 1 --out inverter.yaml
    """
    from port502.site.map_import import Head, import_map, kept_map

    if kind is not None and kind not in IMPORTS:
        raise UsageError(f"no format {kind[:40]!r}; there are {', '.join(IMPORTS)}")
    if category is not None and category not in CATEGORIES:
        raise UsageError(f"no category {category[:40]!r}; there are {', '.join(CATEGORIES)}")
    if name is not None:
        check_map_name(name)
    if kind in (None, "sunspec") and is_device(source):
        asked = Asked(source, unit, timeout, map=SUNSPEC, secure=Secure(certificate, key, authority, crl))
        with logging_to(quiet=quiet):
            made = kept_map(*asyncio.run(ask_map(asked, name, maker, category)))
    elif name is None:
        raise UsageError("--name says what the map of a file is called: --name mine/plc")
    else:
        head = Head(name, maker or "unknown", category or "other")
        made = import_map(Path(source), head, kind, unit=unit, base=base)
    _finish(made, source, out, quiet=quiet)


def _finish(made: MapImport, source: str, out: Path | None, *, quiet: bool) -> None:
    if made.ok and not quiet:
        _say_some([str(fault) for fault in made.faults])
    elif not made.ok:
        _say_some([str(fault) for fault in made.faults if fault.severity == "error"])
    if not quiet:
        _say_some([f"port502: left out: {lost}" for lost in made.left_out])
    if not made.ok:
        say(f"port502: {source} gives no map that can be used; nothing was written")
        raise typer.Exit(FAULTS_FOUND)
    _write(made.text, out)
    if out is not None and not quiet:
        say(f"port502: {out}: {made.points} points; look it through with port502 maps check {out}")
    raise typer.Exit(DONE)


def _write(text: str, out: Path | None) -> None:
    if out is None:
        put(text.rstrip("\n"))
        return
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {error.strerror or error}") from None


def _say_some(lines: list[str]) -> None:
    for line in lines[:MOST_SAID]:
        say(line)
    if len(lines) > MOST_SAID:
        say(f"... and {len(lines) - MOST_SAID} more of the kind")


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
    return printable(shown)
