"""``port502 decode``: what frames say, and what is wrong with them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from port502.cli import options
from port502.cli.decoded_view import Shown, show
from port502.cli.exits import DONE, PROTOCOL_BROKEN
from port502.cli.output import put_json, say
from port502.errors import UsageError
from port502.registers.maps.library import Library
from port502.registers.reference import parse_reference
from port502.traffic.decoding.decoding import Hint, decode
from port502.traffic.decoding.record import record_of
from port502.traffic.decoding.saying import meanings
from port502.traffic.hextext.piece import Piece
from port502.traffic.hextext.read import MOST_BYTES, read_bytes, read_text

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_CAPTURES = (
    b"\xa1\xb2\xc3\xd4",
    b"\xd4\xc3\xb2\xa1",
    b"\xa1\xb2\x3c\x4d",
    b"\x4d\x3c\xb2\xa1",
    b"\x0a\x0d\x0d\x0a",
)


class Framing(StrEnum):
    """The framings that can be named beforehand."""

    MBAP = "mbap"
    RTU = "rtu"
    ASCII = "ascii"
    PDU = "pdu"


@app.command(name="decode")
def decode_command(
    given: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="HEX|FILE|-",
            help="Bytes in any spelling, a file of them (or a log), or - for what is piped in.",
            show_default=False,
        ),
    ] = None,
    response: Annotated[
        bool | None,
        typer.Option(
            "--response/--request", help="What the frames are, where that is known.", show_default=False
        ),
    ] = None,
    framing: Annotated[
        Framing | None,
        typer.Option("--framing", help="How they are framed, where that is known.", show_default=False),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(
            "--at",
            metavar="REF",
            help="Where the data of a response without its request starts: 40108, holding:107.",
            show_default=False,
        ),
    ] = None,
    map: Annotated[  # noqa: A002
        str | None,
        typer.Option(
            "--map",
            metavar="M",
            help="The device's map, whose points name the values: eastron/sdm630, or a file such as mine/plc.yaml.",
            show_default=False,
        ),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Show every type and order of the values.")] = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Explain frames: framing, fields, values, and what is wrong.

    Spaces, colons, commas, 0x and line breaks in the bytes do not matter; arrays of C and Python, dumps (hexdump, xxd,
    tcpdump -x) and the logs of pymodbus, libmodbus, mbpoll, QModMaster, Modbus Poll and node-red are understood. The
    framing and the direction are found out; a response after its request is told where its values lie. --json
    prints one object per frame, --quiet one line. Ends with 5 when a frame is broken.

    Example:

        port502 decode 00 01 00 00 00 06 06 03 00 6B 00 03

        port502 decode "01 03 00 6B 00 03 74 17"

        port502 decode gateway.log --map eastron/sdm630

        xxd frames.bin | port502 decode - --json
    """
    hint = Hint(framing, response, None if at is None else parse_reference(at))
    points = [one.point for one in Library.default().load(map).points.values()] if map else []
    found = decode(pieces_of(given or []), hint)
    for one in found:
        values, named = meanings(one, points, every=every)
        if json:
            put_json(record_of(one, values, named))
        else:
            show(Shown(one, values, named), quiet=quiet)
    if not found:
        say("port502: there is no frame in it")
    broken = any(one.problems for one in found) or not found
    raise typer.Exit(PROTOCOL_BROKEN if broken else DONE)


def pieces_of(given: Sequence[str]) -> list[Piece]:
    """The bytes of arguments, which are hexadecimal, files or - for standard input; raises UsageError."""
    if not given:
        if sys.stdin.isatty():
            raise UsageError(
                "nothing to decode: give bytes such as 00 01 00 00 00 06 06 03 00 6B 00 03, a file, or -"
            )
        given = ["-"]
    pieces: list[Piece] = []
    words: list[str] = []
    for word in given:
        path = _file(word)
        if word != "-" and path is None:
            words.append(word)
            continue
        pieces += _typed(words)
        words = []
        pieces += _content(path)
    return pieces + _typed(words)


def _typed(words: Sequence[str]) -> list[Piece]:
    """Bytes typed as arguments: whole frames each, or one frame cut by the spaces of the shell."""
    if not words:
        return []
    apart = any(len(word.strip()) > 11 for word in words)
    return read_text(("\n" if apart else " ").join(words))


def _file(word: str) -> Path | None:
    """The file that an argument names; what could be bytes is none unless it is written as a path."""
    if len(word) > 1000 or "\n" in word or "\0" in word:
        return None
    path = Path(word)
    looks_like_bytes = all(char in "0123456789abcdefABCDEFxX:,; -" for char in word)
    if looks_like_bytes or word == "-":
        return None
    if path.is_file():
        return path
    if (
        path.suffix
        and "\\" not in word
        and " " not in word.strip()
        and not word.startswith((":", "b'", 'b"', "["))
    ):
        raise UsageError(f"there is no file {word!r}, and it is no bytes either")
    return None


def _content(path: Path | None) -> list[Piece]:
    if path is None:
        data = sys.stdin.buffer.read(16 * MOST_BYTES + 1)
    else:
        with path.open("rb") as file:
            data = file.read(16 * MOST_BYTES + 1)
    if data.startswith(_CAPTURES):
        raise UsageError(f"{path or 'that'} is a capture: port502 inspect {path or '-'}")
    return read_bytes(data)
