"""``port502 learn``: from captures to an inventory, a site file, a policy, and devices that replay."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from port502.cli import options
from port502.cli.capture_options import DisplayFilter, Keys, Ports, read_captures
from port502.cli.learn_view import files_lines, put_lesson
from port502.cli.output import put, put_json
from port502.commission.learned.files import check_folder, files_of, write_files
from port502.commission.learned.inventory import inventory
from port502.commission.learned.lesson import learn as learn_from
from port502.commission.learned.observer import Observer
from port502.errors import UsageError
from port502.service.access import Networks
from port502.traffic.capture import STANDARD_INPUT
from port502.transport.url import Target, parse_url

app = typer.Typer(rich_markup_mode=None, add_completion=False)

REPLAY_AT = "127.0.0.1:15020"
LOOPBACK = Networks(("127.0.0.0/8", "::1"))


@app.command()
def learn(
    captures: Annotated[
        list[str],
        typer.Argument(metavar="CAPTURE...", help="pcap or pcapng files, or - for a pipe."),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder for what is learned.")],
    port: Ports = None,
    keys: Keys = None,
    filter: DisplayFilter = None,  # noqa: A002
    values: Annotated[
        bool, typer.Option("--values", help="The policy allows only values between those that were written.")
    ] = False,
    replay_at: Annotated[
        str,
        typer.Option(
            "--replay-at",
            metavar="HOST:PORT",
            help="Where the first replayed device listens; each further one takes the next port.",
        ),
    ] = REPLAY_AT,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that are there.")] = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Learn a site from its traffic.

    Makes inventory.json and .csv, site.yaml that polls the same values, policy.yaml that allows what was seen and
    nothing else, plant.yaml with devices that replay the values for `simulate`, and site-replay.yaml that polls those.
    What the captures leave open is told. Nothing is sent to anybody.

    Example:

        port502 learn plant.pcap --out learned

        port502 simulate learned/plant.yaml
    """
    target = _place(replay_at)
    check_folder(out, force=force)
    observer = Observer()
    if captures.count(STANDARD_INPUT) > 1:
        raise UsageError("- stands for standard input, which can be read once")
    reading = read_captures(captures, observer.add, ports=port or (), keys=keys, filter=filter, quiet=quiet)
    secured = list(reading.dissector.secured.values())
    if not observer.units:
        hint = "" if port else "; those of other ports need --port N"
        hint = "; what is on TLS needs --keys FILE" if secured else hint
        raise UsageError(f"no Modbus message in {', '.join(captures)}{hint}")
    names = ["standard input" if one == STANDARD_INPUT else Path(one).name for one in captures]
    lesson = learn_from(observer, names, target)
    for one in secured:
        where = f"{one.way.server}:{one.way.server_port}"
        lesson.uncertain.append(f"{one.way.client} speaks TLS to {where}: not read, {one.reason}")
    lesson.uncertain.extend(reading.problems)
    files = files_of(lesson, values=values)
    write_files(out, files, force=force)
    if json:
        put_json(inventory(lesson) | {"out": str(out), "files": sorted(files)})
        return
    if quiet:
        return
    put_lesson(lesson)
    put("\n".join(files_lines(lesson, out, files)))


def _place(text: str) -> Target:
    """Where replays listen; raises UsageError for what is no address of this machine alone."""
    target = parse_url(text if ":" in text.rpartition("]")[2] else f"{text}:{REPLAY_AT.rpartition(':')[2]}")
    if target.scheme != "tcp" or not target.port:
        raise UsageError(f"--replay-at {text}: write HOST:PORT, such as {REPLAY_AT}")
    if target.host not in LOOPBACK:
        raise UsageError(f"--replay-at {text}: replays are for this machine alone; write {REPLAY_AT}")
    return target
