"""The options of commands that stand between clients and devices: who may come in, what passes, what is kept of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

Allow: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--allow",
        metavar="NETWORK",
        help="Who may connect; else loopback, private and link-local addresses.",
        show_default=False,
    ),
]
Connections: TypeAlias = Annotated[
    int, typer.Option("--connections", min=1, metavar="N", help="Accept so many clients.")
]
ReadOnly: TypeAlias = Annotated[bool, typer.Option("--read-only", help="Nobody may write.")]
PolicyFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--policy",
        metavar="FILE",
        help="Who may do what: a policy file, as guard takes it; SIGHUP reads it again.",
        show_default=False,
    ),
]
AuditFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--audit",
        metavar="FILE",
        help="Keep an audit log of writes and refusals (with --policy).",
        show_default=False,
    ),
]
RecordFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--record", metavar="FILE", help="Write both sides as a capture (pcap).", show_default=False
    ),
]
