"""``port502 encode``: the bytes of any request or response, in any framing."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from port502.cli import options
from port502.cli.decoded_view import Shown, show
from port502.cli.output import put, put_json
from port502.traffic.decoding.decoding import Hint, decode
from port502.traffic.decoding.record import record_of
from port502.traffic.encoding import framed, message_of
from port502.traffic.hextext.piece import Piece

app = typer.Typer(rich_markup_mode=None, add_completion=False)


class Framing(StrEnum):
    """What goes around a PDU."""

    MBAP = "mbap"
    RTU = "rtu"
    ASCII = "ascii"
    PDU = "pdu"


@app.command()
def encode(
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
            help="What the function takes: an address, a quantity, values; for a response what it carries.",
            show_default=False,
        ),
    ] = None,
    framing: Annotated[Framing, typer.Option("--framing", help="What goes around it.")] = Framing.MBAP,
    unit: options.Unit = None,
    transaction: Annotated[
        int, typer.Option("--id", min=0, max=0xFFFF, metavar="N", help="Transaction id (mbap only).")
    ] = 1,
    response: Annotated[
        bool, typer.Option("--response/--request", help="Build the response instead of the request.")
    ] = False,
    exception: Annotated[
        int | None,
        typer.Option(
            "--exception", metavar="CODE", help="Build the refusal with this code.", show_default=False
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
    explain: Annotated[bool, typer.Option("--explain", help="Show its fields too, as decode does.")] = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Build a frame: any request or response, in any framing.

    Prints the bytes, which decode, other programs and a spreadsheet take. Numbers are decimal or 0x..., addresses count
    from 0; coils are on, off, 1 or 0. --quiet prints the digits without spaces.

    Example:

        port502 encode 3 107 3 --unit 6

        port502 encode 3 555 0 100 --response --unit 6 --framing rtu

        port502 encode read-holding-registers --exception 2

        port502 encode 43/14 0=Maker 1=Code 2=1.0 --response

        port502 encode 0x41 --data 0102 --framing ascii
    """
    message = message_of(function, words or [], data, response=response, exception=exception)
    frame = framed(message, framing, transaction, 1 if unit is None else unit)
    if json or explain:
        hint = Hint(framing, response or exception is not None)
        for decoded in decode([Piece((frame,), ascii=framing == Framing.ASCII)], hint):
            if json:
                put_json(record_of(decoded))
            else:
                show(Shown(decoded), quiet=quiet)
    elif framing == Framing.ASCII:
        put(frame.decode().rstrip())
    else:
        put(frame.hex() if quiet else frame.hex(" "))
