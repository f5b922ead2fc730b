"""``port502 history``: what was kept of a site's points."""

from __future__ import annotations

import contextlib
import math
import os
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from struct import Struct
from typing import Annotated, TypeAlias

import typer

from port502.cli import options
from port502.cli.expecting import site_of
from port502.cli.output import console, json_text, printable, put, put_json, say
from port502.cli.target import site_path
from port502.collect.sample import Sample
from port502.errors import UsageError
from port502.history import Bucket, Gap, History, Info, export_csv, format_time, parse_duration, parse_when
from port502.registers.text import format_value
from port502.registers.values import Value

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)

FORMATS = ("csv",)
_BATCH = 500
_SINGLE = Struct("f")

Since: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--since",
        metavar="WHEN",
        help="From then on: 5m, 2h, 7d ago, or 2026-03-01T08:00:00Z.",
        show_default=False,
    ),
]
Until: TypeAlias = Annotated[
    str | None, typer.Option("--until", metavar="WHEN", help="Up to then.", show_default=False)
]


@app.callback()
def history() -> None:
    """Ask what was kept: values, their quality and, when bad, the reason.

    Example:

        port502 history query pump-1.speed --since 5m
    """


@app.command()
def query(
    points: Annotated[
        list[str], typer.Argument(metavar="POINT", help="DEVICE.POINT; * ? and [...] are wild.")
    ],
    since: Since = None,
    until: Until = None,
    every: Annotated[
        str | None,
        typer.Option(
            "--every",
            metavar="STEP",
            help="Sum up in steps such as 1m: mean, minimum, maximum.",
            show_default=False,
        ),
    ] = None,
    site: options.OwnSite = None,
    json: options.Json = False,
    csv: options.Csv = False,
    quiet: options.Quiet = False,
) -> None:
    """Print the samples of points, oldest first.

    With --json each point is one object in a line of its own.

    Example:

        port502 history query pump-1.speed --since 5m --json

        port502 history query "main-incomer.*" --since 1d --every 15m
    """
    if json and csv:
        raise UsageError("--json or --csv, not both")
    kept = _history(site)
    start, end = _bounds(since, until)
    step = None if every is None else parse_duration(every)
    names = kept.points(points)
    if json:
        for name in names:
            _put_json(kept, name, start, end, step)
    elif csv:
        export_csv(sys.stdout, kept.query(names, start, end, every=step))
    elif names:
        _put_lines(kept, names, start, end, step, header=not quiet)
    _tell_damage(kept)


@app.command()
def info(site: options.OwnSite = None, json: options.Json = False) -> None:
    """Print what is kept: how much, since when, what was lost and why.

    Example:

        port502 history info --site site.yaml
    """
    found = _history(site).info()
    if json:
        put_json(_info(found))
        return
    rows = [
        ("file", str(found.path)),
        ("size", f"{found.bytes:,} bytes ({found.bytes_per_sample:g} a sample)"),
        ("samples", f"{found.samples:,} of {found.points:,} points"),
        ("first", "none" if found.first is None else format_time(found.first)),
        ("last", "none" if found.last is None else format_time(found.last)),
        ("lost", f"{found.lost:,}"),
        ("dropped", f"{found.dropped:,} (too old, or over the size limit)"),
        *((("gap"), _gap_text(gap)) for gap in found.gaps),
        *(("damaged", part) for part in found.damaged),
    ]
    for name, text in rows:
        put(f"{name:<8}  {printable(text)}")


@app.command()
def export(
    points: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[POINT]", help="DEVICE.POINT or a pattern; all when left out.", show_default=False
        ),
    ] = None,
    format_: Annotated[str, typer.Option("--format", metavar="FORMAT", help="csv.")] = "csv",
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Where to; stdout when left out.", show_default=False),
    ] = None,
    since: Since = None,
    until: Until = None,
    site: options.OwnSite = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Export samples as a file for other programs.

    A file is complete or not there: it gets its name when the last sample is in it.

    Example:

        port502 history export --format csv --since 7d --out week.csv
    """
    if format_ not in FORMATS:
        raise UsageError(f"there is no format {format_!r}; there is csv")
    if json and out is None:
        raise UsageError("--json tells about the file that was written, so --out has to name it")
    kept = _history(site)
    start, end = _bounds(since, until)
    samples = kept.query(points or ["*"], start, end)
    if out is None:
        export_csv(sys.stdout, samples)
        _tell_damage(kept)
        return
    count = _export_file(out, _with_progress(samples, kept.info(), start, end, quiet=quiet))
    _tell_damage(kept)
    if json:
        put_json({"path": str(out), "samples": count, "bytes": out.stat().st_size})
    elif not quiet:
        say(f"{out}: {count:,} samples, {out.stat().st_size:,} bytes")


def _history(site: Path | None) -> History:
    return History(site_of(site_path(site)).history.file)


def _moment(text: str | None, now: float) -> float | None:
    return None if text is None else parse_when(text, now)


def _bounds(since: str | None, until: str | None) -> tuple[float | None, float | None]:
    now = time.time()
    start, end = _moment(since, now), _moment(until, now)
    if start is not None and end is not None and start > end:
        raise UsageError(f"--since {since} is after --until {until}: no time lies between them")
    return start, end


def _put_json(kept: History, name: str, start: float | None, end: float | None, step: float | None) -> None:
    """One object, written as it is read: a long range does not have to fit into memory."""
    sys.stdout.write(f'{{"point": {json_text(name)}, "samples": [')
    separator = ""
    records: Iterable[dict[str, object]]
    if step is None:
        records = (_record(sample) for sample in kept.query([name], start, end))
    else:
        records = (_summary(bucket) for bucket in kept.buckets([name], step, start, end))
    for record in records:
        sys.stdout.write(separator + json_text(record))
        separator = ", "
    sys.stdout.write("]}\n")
    sys.stdout.flush()


def _record(sample: Sample) -> dict[str, object]:
    return {
        "time": format_time(sample.time),
        "value": sample.value,
        "quality": sample.quality,
        "reason": sample.reason,
    }


def _summary(bucket: Bucket) -> dict[str, object]:
    more = {"minimum": bucket.minimum, "maximum": bucket.maximum, "count": bucket.count}
    return _record(bucket.sample()) | more


def _put_lines(
    kept: History,
    names: list[str],
    start: float | None,
    end: float | None,
    step: float | None,
    *,
    header: bool,
) -> None:
    """One line per sample, the columns as wide as their longest name."""
    width = max(len(name) for name in names) if len(names) > 1 else 0
    point = f"{'point':<{width}}  " if width else ""
    if header:
        put(f"{'time':<27}  {point}{'value':>14}  quality")
    lines: list[str] = []
    for sample in kept.query(names, start, end, every=step):
        named = f"{printable(sample.point):<{width}}  " if width else ""
        value = "?" if sample.value is None else printable(_text(sample.value))
        why = f": {printable(sample.reason)}" if sample.reason else ""
        lines.append(f"{format_time(sample.time):<27}  {named}{value:>14}  {sample.quality}{why}")
        if len(lines) >= _BATCH:
            put("\n".join(lines))
            lines.clear()
    if lines:
        put("\n".join(lines))


def _text(value: Value) -> str:
    """A value for people: a float32 with the digits that it has, any other float with ten of them."""
    if isinstance(value, float) and math.isfinite(value):
        return format_value(value, "float32") if _is_single(value) else f"{value:.10g}"
    return format_value(value)


def _is_single(value: float) -> bool:
    """Whether a float came out of single precision."""
    try:
        return bool(_SINGLE.unpack(_SINGLE.pack(value))[0] == value)
    except OverflowError:
        return False


def _info(found: Info) -> dict[str, object]:
    return {
        "path": str(found.path),
        "bytes": found.bytes,
        "samples": found.samples,
        "points": found.points,
        "first": None if found.first is None else format_time(found.first),
        "last": None if found.last is None else format_time(found.last),
        "lost": found.lost,
        "dropped": found.dropped,
        "bytes_per_sample": found.bytes_per_sample,
        "gaps": [
            {
                "since": format_time(gap.since),
                "until": format_time(gap.until),
                "samples": gap.lost,
                "reason": gap.reason,
            }
            for gap in found.gaps
        ],
        "damaged": list(found.damaged),
    }


def _gap_text(gap: Gap) -> str:
    return f"{format_time(gap.since)} to {format_time(gap.until)}: {gap.lost:,} samples lost: {gap.reason}"


def _export_file(path: Path, samples: Iterable[Sample]) -> int:
    """Write a file that has its name only once it is complete; a pipe or a device is written as it is."""
    if path.is_dir():
        raise UsageError(f"{path} is a folder; name the file in it")
    try:
        if path.exists() and not path.is_file():
            return _write_csv(path, samples)
        return _replace_csv(Path(os.path.realpath(path)), samples)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from None


def _replace_csv(path: Path, samples: Iterable[Sample]) -> int:
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        count = _write_csv(unfinished, samples)
        os.replace(unfinished, path)
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink()
    return count


def _write_csv(path: Path, samples: Iterable[Sample]) -> int:
    with open(path, "w", newline="", encoding="utf-8") as stream:
        return export_csv(stream, samples)


def _with_progress(
    samples: Iterator[Sample], found: Info, start: float | None, end: float | None, *, quiet: bool
) -> Iterator[Sample]:
    """The same samples, with a bar on a terminal: samples come in order of time, so time is the measure."""
    first, last = found.first, found.last
    if quiet or not sys.stderr.isatty() or first is None or last is None:
        yield from samples
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    begin, finish = max(first, start or first), min(last, end or last)
    columns = (
        TextColumn("exporting"),
        BarColumn(),
        TextColumn("{task.percentage:.0f} %"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console(sys.stderr), transient=True) as progress:
        task = progress.add_task("", total=max(finish - begin, 1e-6))
        for number, sample in enumerate(samples):
            if number % _BATCH == 0:
                progress.update(task, completed=sample.time - begin)
            yield sample


def _tell_damage(kept: History) -> None:
    for part in kept.damaged:
        say(f"port502: history: {part}")
