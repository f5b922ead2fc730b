"""``port502 call``: any function, its words or bytes, and the decoded reply."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Annotated, Any

import typer

from port502.cli import options
from port502.cli.ask import confirm
from port502.cli.logs import logging_to
from port502.cli.output import printable, put, put_json
from port502.cli.peer import Peer
from port502.cli.secure import Secure
from port502.cli.target import Asked, peer_for
from port502.errors import Port502Error
from port502.protocol.codes import function_name
from port502.protocol.compose import compose
from port502.protocol.describe import describe, field_text, fields_of, message_name
from port502.protocol.message import RawRequest, Request, Response
from port502.protocol.pdu import decode_response, understood

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def call(
    target: options.Target,
    function: Annotated[
        str,
        typer.Argument(
            metavar="FUNCTION", help="A code (3, 8/0, 43/14, 0x41) or a name (read-holding-registers)."
        ),
    ],
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ARGUMENT",
            help="What the function takes: an address, a quantity, values.",
            show_default=False,
        ),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(
            "--data",
            metavar="HEX",
            help="The bytes behind the function code, as they are.",
            show_default=False,
        ),
    ] = None,
    unit: options.Unit = None,
    timeout: options.Timeout = None,
    site: options.Site = None,
    certificate: options.Certificate = None,
    key: options.Key = None,
    authority: options.Authority = None,
    crl: options.Crl = None,
    name: options.ServerName = None,
    yes: options.Yes = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = 0,
) -> None:
    """Send any function and show the decoded reply.

    Addresses count from 0; numbers are decimal or 0x...; coils are on, off, 1 or 0. What may change the device,
    and any function that only its maker knows, is asked about first; --yes says that it is meant.

    Example:

        port502 call 192.168.1.10 3 0 10

        port502 call 192.168.1.10 read-holding-registers 0 10

        port502 call 192.168.1.10 8/0 A5 37

        port502 call 192.168.1.10 43/14 1 0

        port502 call 192.168.1.10 0x41 --data 0102 --yes
    """
    request = compose(function, words or [], data)
    secure = Secure(certificate, key, authority, crl, name)
    peer = peer_for(Asked(target, unit, timeout, site, verbose, secure=secure))
    if may_write(request):
        confirm(f"Send {describe(request)} to {peer.label}, unit {peer.unit}?", yes=yes)
    with logging_to(quiet=quiet):
        response, elapsed_ms = asyncio.run(_exchange(peer, request))
    if json:
        put_json(
            {
                "target": peer.label,
                "unit": peer.unit,
                "function": request.function,
                "function_name": function_name(request.function),
                "request": fields_of(understood(request)),
                "response": fields_of(response),
                "elapsed_ms": round(elapsed_ms, 3),
            }
        )
    else:
        _show(request, response, elapsed_ms, quiet=quiet)


def may_write(request: Request[Any]) -> bool:
    """Whether a request may change the device; raw bytes of a known function are what they say."""
    return understood(request).writes


async def _exchange(peer: Peer, request: Request[Any]) -> tuple[Response, float]:
    async with peer:
        began = time.perf_counter()
        response = await peer.request(request)
        elapsed_ms = (time.perf_counter() - began) * 1000
    if isinstance(request, RawRequest):
        with suppress(Port502Error):  # what makes no sense is shown as its bytes
            response = decode_response(response.encode())
    return response, elapsed_ms


def _show(request: Request[Any], response: Response, elapsed_ms: float, *, quiet: bool) -> None:
    """The reply, one field a line; --quiet leaves out all but the fields."""
    if not quiet:
        put(f"{message_name(understood(request))}, answered in {elapsed_ms:.1f} ms")
    rows: list[tuple[str, str]] = []
    for name, value in fields_of(response).items():
        if isinstance(value, dict):
            rows += [(inner, field_text(inner, one)) for inner, one in value.items()]
        else:
            rows.append((name, field_text(name, value)))
    width = max((len(name) for name, _ in rows), default=0)
    for name, text in rows:
        put(f"  {name.replace('_', ' '):<{width}}  {printable(text)}".rstrip())
    if not rows and not quiet:
        put("  the reply holds no data")
