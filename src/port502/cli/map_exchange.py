"""``port502 maps import`` and ``export``: maps from and to what others use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from port502.cli import options
from port502.cli.exits import DONE, FAULTS_FOUND
from port502.cli.output import printable, put, say
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


def import_file(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="CSV or XLSX sheet, Telegraf or Home Assistant configuration, SunSpec model.",
        ),
    ],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="The map's name: mine/plc.")],
    kind: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="F",
            help=f"One of {', '.join(IMPORTS)}; else by FILE's ending.",
            show_default=False,
        ),
    ] = None,
    maker: Annotated[str, typer.Option("--maker", metavar="NAME", help="Who made the device.")] = "unknown",
    category: Annotated[
        str, typer.Option("--category", metavar="C", help="What kind of product it is.")
    ] = "other",
    unit: options.Unit = None,
    base: Annotated[
        int,
        typer.Option("--base", min=0, max=65535, metavar="N", help="Where a SunSpec model begins (its id)."),
    ] = 40002,
    out: Out = None,
    quiet: options.Quiet = False,
) -> None:
    """Make a map of a file of others, check it, and print it as YAML.

    What a map cannot hold is left out and named on stderr, and so are doubts. The exit code is 6 where the file gives
    no map that can be used; nothing is written then.

    Example:

        port502 maps import telegraf.conf --name mine/meter --out meter.yaml
    """
    from port502.site.map_import import Head, import_map

    if kind is not None and kind not in IMPORTS:
        raise UsageError(f"no format {kind[:40]!r}; there are {', '.join(IMPORTS)}")
    if category not in CATEGORIES:
        raise UsageError(f"no category {category[:40]!r}; there are {', '.join(CATEGORIES)}")
    made = import_map(file, Head(check_map_name(name), maker, category), kind, unit=unit, base=base)
    if made.ok and not quiet:
        _say_some([str(fault) for fault in made.faults])
    elif not made.ok:
        _say_some([str(fault) for fault in made.faults if fault.severity == "error"])
    if not quiet:
        _say_some([f"port502: left out: {lost}" for lost in made.left_out])
    if not made.ok:
        say(f"port502: {file} gives no map that can be used; nothing was written")
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
