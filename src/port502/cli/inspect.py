"""``port502 inspect``: what was said on the wire, from captures or live."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated, Literal, cast

import typer

from port502.cli import interrupt, options
from port502.cli.capture_options import DisplayFilter, Keys, Ports, key_log
from port502.cli.exits import FAULTS_FOUND
from port502.cli.inspect_findings import LearningOutput
from port502.cli.inspect_output import (
    CsvRows,
    IcsnppLines,
    JsonLines,
    MessageLines,
    Output,
    PacketLines,
    ParquetRows,
    ValueLines,
    ZeekOutput,
)
from port502.cli.inspect_progress import progress
from port502.cli.inspect_tables import FlowsOutput, StatisticsOutput
from port502.cli.inspect_watching import Watching
from port502.cli.lasting import For, seconds_of
from port502.cli.output import say
from port502.errors import UsageError
from port502.registers.maps.library import Library
from port502.registers.point import Point
from port502.traffic.capture import STANDARD_INPUT
from port502.traffic.captures import Captures
from port502.traffic.filter.compiled import Filter, compile_filter
from port502.traffic.filter.select import selected
from port502.traffic.live import Live
from port502.traffic.record import Place
from port502.traffic.saving import Saving
from port502.traffic.series import Series
from port502.traffic.tls.keylog import KeyLog

app = typer.Typer(rich_markup_mode=None, add_completion=False)

What = Literal["messages", "packets", "values", "flows", "stats", "findings"]


@app.command()
def inspect(
    captures: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="CAPTURE...", help="pcap or pcapng files, or - for a pipe.", show_default=False
        ),
    ] = None,
    packets: Annotated[bool, typer.Option("--packets", help="List every packet.")] = False,
    flows: Annotated[
        bool, typer.Option("--flows", help="Who polls whom, how often, how it is answered.")
    ] = False,
    values: Annotated[bool, typer.Option("--values", help="The values that were read and written.")] = False,
    stats: Annotated[bool, typer.Option("--stats", help="How much of what there is.")] = False,
    findings: Annotated[
        bool, typer.Option("--findings", help="What is suspicious: attacks, searching, faults.")
    ] = False,
    fail_on: Annotated[
        str | None,
        typer.Option(
            "--fail-on",
            metavar="SEVERITY",
            help="With --findings: end with 6 where one is low, medium, high or critical, or worse.",
            show_default=False,
        ),
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option(
            "--baseline",
            metavar="FILE",
            help="With --findings: what is usual; all else is a finding.",
            show_default=False,
        ),
    ] = None,
    baseline_for: Annotated[
        str | None,
        typer.Option(
            "--baseline-for",
            metavar="S",
            help="With --findings: take the first so many seconds, or 10m, as usual.",
            show_default=False,
        ),
    ] = None,
    learn_baseline: Annotated[
        Path | None,
        typer.Option(
            "--learn-baseline", metavar="FILE", help="Write down what is usual here.", show_default=False
        ),
    ] = None,
    inside: Annotated[
        list[str] | None,
        typer.Option(
            "--inside",
            metavar="NETWORK",
            help="With --findings: a network of the site, where not all private addresses are.",
            show_default=False,
        ),
    ] = None,
    attack: Annotated[
        Path | None,
        typer.Option(
            "--attack",
            metavar="FILE",
            help="With --findings: ATT&CK ids of your own instead of those that are built in.",
            show_default=False,
        ),
    ] = None,
    changes: Annotated[bool, typer.Option("--changes", help="With --values: only what changed.")] = False,
    map: Annotated[  # noqa: A002
        str | None,
        typer.Option(
            "--map",
            metavar="M",
            help="With --values: the devices' map, whose points are named then (eastron/sdm630, mine/plc.yaml).",
            show_default=False,
        ),
    ] = None,
    filter: DisplayFilter = None,  # noqa: A002
    follow: Annotated[
        str | None,
        typer.Option(
            "--follow",
            metavar="IFACE",
            help="Listen on an interface instead (any for all).",
            show_default=False,
        ),
    ] = None,
    for_: For = None,
    port: Ports = None,
    keys: Keys = None,
    write: Annotated[
        Path | None,
        typer.Option("--write", metavar="FILE", help="Save the packets (pcap, pcapng).", show_default=False),
    ] = None,
    parquet: Annotated[
        Path | None,
        typer.Option(
            "--parquet",
            metavar="FILE",
            help="Write messages, packets or values as Parquet.",
            show_default=False,
        ),
    ] = None,
    zeek: Annotated[
        Path | None,
        typer.Option("--zeek", metavar="DIR", help="Write logs as Zeek and ICSNPP do.", show_default=False),
    ] = None,
    json: options.Json = False,
    icsnpp: Annotated[
        bool, typer.Option("--icsnpp", help="With --json: the field names of Zeek's ICSNPP.")
    ] = False,
    csv: options.Csv = False,
    quiet: options.Quiet = False,
) -> None:
    """Read captures: messages with their requests, conversations, values.

    pcap and pcapng of Ethernet, VLANs, Linux cooked, loopback and raw IP; TCP is put in order, messages are cut out,
    responses get their requests. Ports 502 and 802 count, others by --port or where the content is Modbus without a
    doubt. A damaged file gives what can be read. --follow needs root or CAP_NET_RAW; else pipe a capture in.

    Example:

        port502 inspect plant.pcapng

        port502 inspect monday.pcap tuesday.pcap --flows

        port502 inspect plant.pcap --filter "modbus.func_code >= 128"

        port502 inspect monday.pcap --learn-baseline usual.yaml

        port502 inspect today.pcap --findings --baseline usual.yaml --fail-on high

        port502 inspect plant.pcap --values --changes --map eastron/sdm630

        tcpdump -i eth0 -U -w - port 502 | port502 inspect - --json
    """
    what = _what(packets=packets, flows=flows, values=values, stats=stats, findings=findings)
    _check_form(what, json=json, icsnpp=icsnpp, csv=csv)
    watching = Watching.of(fail_on, baseline, baseline_for, inside, attack, port, wanted=findings)
    passes = None if filter is None else compile_filter(filter)
    reading = _reading(captures or [], follow, seconds_of(for_), port or [], key_log(keys))
    place: Place | None = reading.place if len(reading.sources) > 1 else None
    series = Series(_points(map), changes=changes) if what == "values" else None
    live = follow is not None or any(one.name == STANDARD_INPUT for one in reading.sources)
    for option, file in (("--write", write), ("--parquet", parquet), ("--learn-baseline", learn_baseline)):
        _check_not_read(option, file, reading)
    outputs: list[Output] = []
    if parquet is not None:
        outputs.append(ParquetRows(parquet, what, place, series))
    if zeek is not None:
        outputs.append(ZeekOutput(zeek))
    if learn_baseline is not None:
        outputs.append(LearningOutput(learn_baseline, json=json, quiet=quiet))
    looking = watching.output(reading, place, json=json, live=live, quiet=quiet) if watching else None
    if looking is not None:
        outputs.append(looking)
    elif not outputs or ((json or csv) and learn_baseline is None):
        outputs.append(_shown(what, reading, place, series, json=json, icsnpp=icsnpp, csv=csv, quiet=quiet))
    saving = Saving(write) if write is not None else None
    # A bar between lines of result would only disturb.
    bar = not quiet and not live and (what in ("flows", "stats", "findings") or not sys.stdout.isatty())
    try:
        with _ended_by_signals() if live else _plainly():
            _read(
                reading, outputs, saving, passes, by_packet=what == "packets" or saving is not None, bar=bar
            )
    except _EndedError as end:
        if end.number == signal.SIGINT:
            interrupt.note()
    finally:
        if saving is not None:
            saving.close()
    for output in outputs:
        output.end()
    _tell(reading, saving, quiet=quiet)
    if watching is not None and looking is not None and watching.fails(looking.ledger):
        raise typer.Exit(FAULTS_FOUND)


def _check_not_read(option: str, file: Path | None, reading: Captures) -> None:
    """What is written begins empty: it cannot be one of the captures that are read."""
    if file is None or not file.exists():
        return
    for source in reading.sources:
        read = Path(source.name)
        if source.name != STANDARD_INPUT and read.exists() and read.samefile(file):
            raise UsageError(f"{option} {file} is a capture that is read; name another file")


def _check_form(what: What, *, json: bool, icsnpp: bool, csv: bool) -> None:
    if json and csv:
        raise UsageError("--json or --csv, not both")
    if csv and what in ("flows", "stats", "findings"):
        raise UsageError(f"--{what} has no --csv: --json has all of it")
    if icsnpp and not (json and what == "messages"):
        raise UsageError("--icsnpp goes with --json, and with messages only")


def _what(**wanted: bool) -> What:
    chosen = [name for name, on in wanted.items() if on]
    if len(chosen) > 1:
        raise UsageError(f"--{chosen[0]} or --{chosen[1]}, not both")
    return cast("What", chosen[0]) if chosen else "messages"


def _reading(
    names: Sequence[str],
    follow: str | None,
    seconds: float | None,
    ports: Sequence[int],
    keys: KeyLog | None,
) -> Captures:
    if follow is not None:
        if names:
            raise UsageError("captures or --follow, not both")
        return Captures([Live(follow, seconds)], ports, keys)
    if seconds is not None:
        raise UsageError("--for goes with --follow")
    if not names:
        if sys.stdin.isatty():
            raise UsageError("nothing to read: give a capture file, - for a pipe, or --follow IFACE")
        names = [STANDARD_INPUT]
    return Captures.of_files(names, ports, keys)


def _points(name: str | None) -> list[Point]:
    return [one.point for one in Library.default().load(name).points.values()] if name else []


def _shown(
    what: What,
    reading: Captures,
    place: Place | None,
    series: Series | None,
    *,
    json: bool,
    icsnpp: bool,
    csv: bool,
    quiet: bool,
) -> Output:
    if what == "flows":
        return FlowsOutput(json=json)
    if what == "stats":
        return StatisticsOutput(reading, json=json)
    if json:
        return IcsnppLines() if icsnpp else JsonLines(what, place, series)
    if csv:
        return CsvRows(what, place, series)
    if series is not None:
        return ValueLines(series, place, silent=quiet)
    lines = {"messages": MessageLines, "packets": PacketLines}[what]
    shown: Output = lines(place, silent=quiet)
    return shown


def _read(
    reading: Captures,
    outputs: Sequence[Output],
    saving: Saving | None,
    passes: Filter | None,
    *,
    by_packet: bool,
    bar: bool,
) -> None:
    with progress(reading, wanted=bar) as moved:
        if not by_packet and passes is None:
            for messages in reading.messages():
                for output in outputs:
                    output.messages(messages)
                moved()
            return
        for read in reading.packets():
            packets = read if passes is None else selected(read, passes)
            messages = [message for packet in packets for message in packet.messages]
            for output in outputs:
                output.packets(packets)
                output.messages(messages)
            if saving is not None:
                saving.add(packets)
            moved()
    if passes is None:
        rest = reading.dissector.end()
        for output in outputs:
            output.messages(rest)


def _tell(reading: Captures, saving: Saving | None, *, quiet: bool) -> None:
    """What could not be read, and what was saved."""
    for problem in reading.problems:
        say(f"port502: {problem}")
    if quiet:
        return
    for link, count in sorted(reading.dissector.counts.unread_links.items()):
        say(f"port502: {count} packets of link type {link}, which is not read")
    for one in reading.dissector.secured.values():
        way = one.way
        say(f"port502: {way.client} speaks TLS to {way.server}:{way.server_port}: not read, {one.reason}")
    if saving is not None:
        say(f"port502: {saving.packets} packets written to {saving.path}")


class _EndedError(Exception):
    """A signal asked for the end of what goes on."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Ctrl-C and SIGTERM end what goes on, so that its result can still be told."""

    def end(number: int, frame: FrameType | None) -> None:
        raise _EndedError(number)

    wanted = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, end) for number in wanted]
    try:
        yield
    finally:
        for number, handler in zip(wanted, before, strict=True):
            signal.signal(number, handler)


@contextmanager
def _plainly() -> Iterator[None]:
    yield
