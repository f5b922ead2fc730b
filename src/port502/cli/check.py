"""``port502 check``: everything that is wrong with a file, with its place."""

from __future__ import annotations

import json as json_module
from pathlib import Path
from typing import Annotated

import typer

from port502.cli import options
from port502.cli.exits import DONE, FAULTS_FOUND
from port502.cli.output import printable, put, put_json
from port502.cli.target import site_path
from port502.errors import UsageError
from port502.site.build import load_site
from port502.site.check import check_file
from port502.site.faults import Fault, Report
from port502.site.file_kind import KINDS, SITE
from port502.site.schema import json_schema

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def check(
    file: Annotated[
        str | None,
        typer.Argument(
            metavar="[FILE]",
            help="A site, device, map, plant or policy file (else $PORT502_SITE, else ./site.yaml).",
        ),
    ] = None,
    schema: Annotated[
        bool,
        typer.Option(
            "--schema",
            help="Print the JSON Schema of FILE's kind (or of `site`, `device`, `map`, `plant`, `policy`) for editors.",
        ),
    ] = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Check a site, device, map, plant or policy file, and print its JSON Schema.

    All faults are named at once, each with file, line and column, what is wrong and the nearest valid spelling.
    The exit code is 0 for a file that can be used, warnings or not, and 6 for one that cannot.

    Example:

        port502 check site.yaml

        port502 check --schema device > device.schema.json
    """
    if schema:
        put(json_module.dumps(json_schema(_kind(file)), indent=2, ensure_ascii=False))
        return
    path = _existing(file)
    report = check_file(path)
    if json:
        put_json(
            {
                "file": str(path),
                "kind": report.kind,
                "valid": report.ok,
                "faults": [fault_json(fault) for fault in report.faults],
            }
        )
    else:
        for fault in report.faults:
            put(printable(str(fault)))
        if not quiet:
            put(_verdict(path, report))
    raise typer.Exit(DONE if report.ok else FAULTS_FOUND)


def _existing(file: str | None) -> Path:
    path = site_path(None if file is None else Path(file))
    if path.is_dir():
        raise UsageError(f"{path} is a folder; name the file in it")
    return path


def _kind(file: str | None) -> str:
    """The kind of file whose schema is wanted: named, or found out."""
    if file is None or file in KINDS:
        return file or SITE
    return check_file(_existing(file)).kind


def fault_json(fault: Fault) -> dict[str, object]:
    """A fault by its field names."""
    return {
        "file": fault.file,
        "line": fault.line,
        "column": fault.column,
        "path": fault.key_path,
        "message": fault.message,
        "hint": fault.hint,
        "severity": fault.severity,
    }


def _verdict(path: Path, report: Report) -> str:
    if not report.ok:
        return f"{path}: {_count(len(report.errors), 'fault')}: it cannot be used"
    warnings = f", {_count(len(report.warnings), 'warning')}" if report.warnings else ""
    if report.kind != SITE:
        return f"{path}: a valid {report.kind} file{warnings}"
    site = load_site(path)
    devices = [device for connection in site.connections for device in connection.devices]
    points = sum(len(device.points) + len(device.expressions) for device in devices)
    return (
        f"{path}: a valid site file: {_count(len(site.connections), 'connection')},"
        f" {_count(len(devices), 'device')}, {_count(points, 'point')}{warnings}"
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
