"""The options that several commands share, each with the same word and the same help everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

SITE_HELP = "The site file that @NAME is looked up in (else $PORT502_SITE, else ./site.yaml)."
OWN_SITE_HELP = "The site file (else $PORT502_SITE, else ./site.yaml)."

Target: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="TARGET",
        help="A host, HOST:PORT, a url (tcp:// tls:// rtu:// ascii:// rtu+tcp://), or @NAME.",
        show_default=False,
    ),
]
Unit: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--unit",
        min=0,
        max=255,
        metavar="N",
        help="Unit id; 1, or that of @NAME, when left out.",
        show_default=False,
    ),
]
Timeout: TypeAlias = Annotated[
    float | None,
    typer.Option(
        "--timeout",
        min=0.001,
        max=3600,
        metavar="S",
        help="Seconds to wait for the connection, and for each answer (3 and 1 when left out).",
        show_default=False,
    ),
]
Site: TypeAlias = Annotated[
    Path | None, typer.Option("--site", metavar="FILE", help=SITE_HELP, show_default=False)
]
OwnSite: TypeAlias = Annotated[
    Path | None, typer.Option("--site", metavar="FILE", help=OWN_SITE_HELP, show_default=False)
]
Map: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--map",
        metavar="M",
        help="The device's map: its points are names then (eastron/sdm630, a file such as mine/plc.yaml,"
        " or sunspec: the device is asked for it).",
        show_default=False,
    ),
]
Json: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Csv: TypeAlias = Annotated[bool, typer.Option("--csv", help="Print CSV.")]
Quiet: TypeAlias = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but the result.")]
Verbose: TypeAlias = Annotated[
    int,
    typer.Option(
        "-v",
        "--verbose",
        count=True,
        help="Show decoded frames on stderr; -vv their bytes too.",
        show_default=False,
    ),
]
Yes: TypeAlias = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]

Certificate: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--certificate",
        metavar="FILE",
        help="tls://: our certificate, with its chain.",
        show_default=False,
    ),
]
Key: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--key",
        metavar="FILE",
        help="tls://: our private key (next to the certificate when left out).",
        show_default=False,
    ),
]
Authority: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--authority",
        metavar="FILE",
        help="tls://: the authorities whose certificates are taken.",
        show_default=False,
    ),
]
Crl: TypeAlias = Annotated[
    Path | None,
    typer.Option("--crl", metavar="FILE", help="tls://: revocation lists.", show_default=False),
]
ServerName: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--name",
        metavar="NAME",
        help="tls://: what the server's certificate names, if not the host.",
        show_default=False,
    ),
]
