"""The options of commands that read captures as a whole, and the reading."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Final, TypeAlias

import typer

from port502.cli.inspect_progress import progress
from port502.cli.output import say
from port502.errors import UsageError
from port502.traffic.captures import Captures
from port502.traffic.filter.compiled import compile_filter
from port502.traffic.filter.select import selected
from port502.traffic.message import Message
from port502.traffic.tls.cipher import require
from port502.traffic.tls.keylog import KeyLog

MOST_KEYS: Final = 64 << 20
"""Bytes of a key log that are read."""

Ports: TypeAlias = Annotated[
    list[int] | None,
    typer.Option(
        "--port", min=1, max=65535, metavar="N", help="Modbus servers use this port too.", show_default=False
    ),
]
Keys: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--keys", metavar="FILE", help="Key log that opens TLS (SSLKEYLOGFILE).", show_default=False
    ),
]
DisplayFilter: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--filter",
        metavar="F",
        help="Only packets that pass a display filter of Wireshark's.",
        show_default=False,
    ),
]


def key_log(path: Path | None) -> KeyLog | None:
    """The secrets of a key log, at most what a file of reasonable size holds; raises UsageError."""
    if path is None:
        return None
    require()
    try:
        with path.open("rb") as file:
            return KeyLog(file.read(MOST_KEYS))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error


def read_captures(
    names: Sequence[str],
    take: Callable[[Sequence[Message]], None],
    *,
    ports: Sequence[int] = (),
    keys: Path | None = None,
    filter: str | None = None,  # noqa: A002
    quiet: bool = False,
) -> Captures:
    """Give the messages of captures to somebody, those of packets that pass a filter; what cannot be read is told.

    Raises UsageError for a file that is no capture, and for a filter that is none.
    """
    passes = None if filter is None else compile_filter(filter)
    reading = Captures.of_files(names, ports, key_log(keys))
    with progress(reading, wanted=not quiet) as moved:
        if passes is None:
            for messages in reading.messages():
                take(messages)
                moved()
        else:
            for packets in reading.packets():
                take([message for packet in selected(packets, passes) for message in packet.messages])
                moved()
    for problem in reading.problems:
        say(f"port502: {problem}")
    return reading
