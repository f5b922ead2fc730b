"""``port502 maps``: the library of device maps, and maps of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

import typer

from port502.cli import options
from port502.cli.exits import DONE, FAULTS_FOUND
from port502.cli.map_exchange import export_map, import_source
from port502.cli.map_view import map_json, plan_json, plan_lines, points_table, title_lines
from port502.cli.output import printable, put, put_csv, put_json, put_table, say, table
from port502.errors import UsageError
from port502.registers.maps.categories import CATEGORIES
from port502.registers.maps.index import MapSummary
from port502.registers.maps.library import Library
from port502.registers.maps.quantities import quantity_of
from port502.registers.planner import plan

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)

COLUMNS = ("name", "manufacturer", "models", "category", "points", "status")

MapName = Annotated[
    str, typer.Argument(metavar="MAP", help="A map's name (eastron/sdm630), or a file such as mine/plc.yaml.")
]


@app.callback()
def maps() -> None:
    """Device maps: what the registers of a product mean.

    Example:

        port502 maps search eastron three phase

        port502 maps show eastron/sdm630
    """


@app.command("list")
def list_maps(
    category: Annotated[
        str | None,
        typer.Option(
            "--category", metavar="C", help=f"Only these: {', '.join(CATEGORIES)}.", show_default=False
        ),
    ] = None,
    maker: Annotated[
        str | None,
        typer.Option("--maker", metavar="NAME", help="Only those of this maker.", show_default=False),
    ] = None,
    quantity: Annotated[
        str | None,
        typer.Option(
            "--quantity", metavar="Q", help="Only those that measure this: active_power.", show_default=False
        ),
    ] = None,
    json: options.Json = False,
    csv: options.Csv = False,
    quiet: options.Quiet = False,
) -> None:
    """List the maps of the library.

    Example:

        port502 maps list --category inverter

        port502 maps list --maker eastron --quantity active_energy_import
    """
    if category is not None and category not in CATEGORIES:
        close = get_close_matches(category, CATEGORIES, 1, 0.5)
        hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(CATEGORIES)}"
        raise UsageError(f"no category {category[:60]!r}; {hint}")
    if quantity is not None:
        quantity_of(quantity)
    found = Library.default().list(category or "", maker or "", quantity or "")
    _put(found, json=json, csv=csv, quiet=quiet)


@app.command()
def search(
    words: Annotated[
        list[str], typer.Argument(metavar="WORD...", help="Maker, model, kind: three phase meter eastron.")
    ],
    most: Annotated[int, typer.Option("--most", min=1, metavar="N", help="At most so many.")] = 20,
    json: options.Json = False,
    csv: options.Csv = False,
    quiet: options.Quiet = False,
) -> None:
    """Find maps by a few words, the best first.

    Example:

        port502 maps search three phase meter eastron
    """
    found = Library.default().search(" ".join(words))
    _put(found[:most], json=json, csv=csv, quiet=quiet, of=len(found))


@app.command()
def show(
    name: MapName,
    points: Annotated[
        list[str] | None,
        typer.Argument(metavar="[POINT...]", help="Only these points; * ? and [...] are wild."),
    ] = None,
    draw: Annotated[
        bool,
        typer.Option("--plan", help="Draw the requests that read these points, instead of listing them."),
    ] = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Show a map: every point with its place, type, unit and meaning.

    With --plan the fewest requests are drawn that read all points: █ what was asked for, ░ gaps that are bridged.

    Example:

        port502 maps show eastron/sdm630

        port502 maps show eastron/sdm630 "voltage_*" --plan
    """
    known = Library.default().load(name)
    chosen = known.select(*(points or ()))
    blocks = plan([one.point for one in chosen], known.limits) if draw else []
    if json:
        content: dict[str, Any] = map_json(known, chosen)
        if draw:
            content["requests"] = [plan_json(block) for block in blocks]
        put_json(content)
        return
    if not quiet:
        put("\n".join(map(printable, title_lines(known))) + "\n")
    if draw:
        put("\n".join(plan_lines(blocks)))
    else:
        put_table(points_table(chosen))


@app.command()
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A device map in YAML.")],
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Check a map: all faults with line and column, doubts as warnings.

    The exit code is 0 for a map that can be used, warnings or not, and 6 for one that cannot.

    Example:

        port502 maps check mine/plc.yaml
    """
    from port502.cli.check import fault_json
    from port502.site.check import check_file
    from port502.site.file_kind import MAP, UNKNOWN

    if file.is_dir():
        raise UsageError(f"{file} is a folder; name the file in it")
    if not file.exists():
        raise UsageError(f"there is no map file {file}")
    report = check_file(file)
    if report.kind not in (MAP, UNKNOWN):
        raise UsageError(f"{file} is a {report.kind} file; port502 check {file} looks at it")
    if json:
        faults = [fault_json(fault) for fault in report.faults]
        put_json({"file": str(file), "kind": report.kind, "valid": report.ok, "faults": faults})
    else:
        for fault in report.faults:
            put(printable(str(fault)))
        if not quiet:
            put(_verdict(file, len(report.errors), len(report.warnings)))
    raise typer.Exit(DONE if report.ok else FAULTS_FOUND)


def _verdict(file: Path, errors: int, warnings: int) -> str:
    if errors:
        return f"{file}: {_count(errors, 'fault')}: it cannot be used"
    return f"{file}: a valid map" + (f", {_count(warnings, 'warning')}" if warnings else "")


def _put(found: Sequence[MapSummary], *, json: bool, csv: bool, quiet: bool, of: int | None = None) -> None:
    """The maps of a list, and in the last line how many they are."""
    if json and csv:
        raise UsageError("--json or --csv, not both")
    if json:
        put_json({"maps": [_json(one) for one in found]})
    elif csv:
        put_csv([COLUMNS, *([*_cells(one)] for one in found)])
    elif quiet:
        for one in found:
            put(one.name)
    else:
        made = table(*COLUMNS, right={"points"})
        for one in found:
            made.add_row(*(printable(str(cell)) for cell in _cells(one)))
        put_table(made)
        put(_count(len(found), "map") + (f" of {of} that fit" if of is not None and of > len(found) else ""))
    if not found:
        say("port502: no map fits; port502 maps list shows all")


def _cells(one: MapSummary) -> tuple[object, ...]:
    models = ", ".join(one.models[:4]) + (", ..." if len(one.models) > 4 else "")
    return one.name, one.manufacturer, models, one.category, one.points, one.status


def _json(one: MapSummary) -> dict[str, object]:
    return {
        "name": one.name,
        "manufacturer": one.manufacturer,
        "models": one.models,
        "category": one.category,
        "points": one.points,
        "status": one.status,
        "quantities": one.quantities,
    }


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


app.command("import")(import_source)
app.command("export")(export_map)
