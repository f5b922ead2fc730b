"""``port502 write``: shows what would change, asks, writes, reads back."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

from port502.cli import options
from port502.cli.ask import check_consent, confirm
from port502.cli.discovered import Discovered
from port502.cli.exits import DONE, FAULTS_FOUND, Failed
from port502.cli.finish import report
from port502.cli.logs import logging_to
from port502.cli.output import printable, put_json, put_table, say, table
from port502.cli.peer import Peer, Wanted, Written
from port502.cli.secure import Secure
from port502.cli.target import Asked, check_limits, peer_for, resolve_write
from port502.errors import DeviceError, Port502Error, UsageError
from port502.protocol.words import data_of
from port502.registers.text import format_value, parse_value
from port502.registers.values import Value
from port502.registers.writes import needs_current, request_of

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@dataclass(slots=True)
class Change:
    """One write: what is wanted, the value typed and the registers it takes, and what was there before."""

    wanted: Wanted
    value: Value
    sent: tuple[int, ...]
    before: Value | None = None
    written: Written | None = None

    def json(self) -> dict[str, object]:
        """The write by its field names; a read-back that was not made is left out."""
        fields: dict[str, object] = {"ref": self.wanted.ref, "before": self.before, "sent": self.sent}
        if self.written is not None and self.written.verified is not None:
            fields |= {"after": self.written.after, "verified": self.written.verified}
        return fields


@app.command()
def write(
    target: options.Target,
    writes: Annotated[
        list[str],
        typer.Argument(
            metavar="REF=VALUE", help="What to write: holding:5=42, coil:3=on, holding:10/float32=2.5."
        ),
    ],
    unit: options.Unit = None,
    timeout: options.Timeout = None,
    site: options.Site = None,
    certificate: options.Certificate = None,
    key: options.Key = None,
    authority: options.Authority = None,
    crl: options.Crl = None,
    name: options.ServerName = None,
    map: options.Map = None,  # noqa: A002
    yes: options.Yes = False,
    no_verify: Annotated[bool, typer.Option("--no-verify", help="Do not read back.")] = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = 0,
) -> None:
    """Write values: show old and new value and the registers to be sent, ask, write, read back.

    Nothing is sent before you agree. Without a terminal to ask at, --yes must say that it is meant. Several
    values stand between commas (holding:0*3=1,2,3). A write is never repeated; the exit code is 6 when a value
    reads back different.

    Example:

        port502 write 192.168.1.10 holding:5=42

        port502 write plc.local coil:3=on holding:10/float32:cdab=21.5 --yes

        port502 write @pump-1 setpoint=47.5
    """
    check_consent(yes=yes)
    secure = Secure(certificate, key, authority, crl, name)
    peer = peer_for(Asked(target, unit, timeout, site, verbose, map=map, secure=secure))
    if isinstance(peer, Discovered):
        raise UsageError(
            f"a write needs a map that stays: port502 maps import {target} --out FILE.yaml, then --map FILE.yaml"
        )
    changes = [_change(word, peer) for word in writes]
    # The loop rests while the question stands, so that Ctrl-C ends it at once.
    with logging_to(quiet=quiet), asyncio.Runner() as runner:
        try:
            runner.run(_connect(peer, changes))
            if not quiet and not (json and yes):
                _show(changes)
            count = "this value" if len(changes) == 1 else f"these {len(changes)} values"
            confirm(f"Write {count} to {peer.label}, unit {peer.unit}?", yes=yes)
            code = runner.run(_write(peer, changes, verify=not no_verify))
        except (Failed, Port502Error) as error:
            done = [change for change in changes if change.written is not None]
            if not done:
                raise
            if not json:
                _tell(done, json=False, quiet=quiet)
            code = report(error, as_json=json, **_told(done))
        else:
            _tell(changes, json=json, quiet=quiet)
        finally:
            runner.run(peer.__aexit__(None, None, None))
    raise typer.Exit(code)


def _change(word: str, peer: Peer) -> Change:
    """One ``REF=VALUE``, checked as far as it can be before anything is sent; raises UsageError."""
    ref, equals, text = word.partition("=")
    if not equals:
        raise UsageError(f"{word[:60]!r} says no value; write REF=VALUE, such as holding:5=42")
    return change_of(ref, text, peer)


def change_of(ref: str, text: str, peer: Peer) -> Change:
    """The write of a value that was typed, checked as far as it can be before anything is sent; raises UsageError."""
    wanted = resolve_write(ref, peer.device)
    value = parse_value(text, wanted.point)
    check_limits(wanted, value, peer.device)
    if wanted.point.scale_point is not None or needs_current(wanted.point, wanted.function):
        return Change(wanted, value, ())  # what will be sent depends on what is read before
    return Change(wanted, value, request_of(wanted.point, value, wanted.function)[1])


async def _connect(peer: Peer, changes: Sequence[Change]) -> None:
    await peer.__aenter__()
    for change in changes:
        try:
            change.before = (await peer.read([change.wanted]))[0].value
        except Failed as error:
            if not isinstance(error.error, DeviceError):
                raise
            # Some registers can only be written: not knowing the old value is no reason to refuse.


async def _write(peer: Peer, changes: Sequence[Change], *, verify: bool) -> int:
    await asyncio.sleep(0.01)  # a connection that ended while the question stood is noticed before it is used
    code = DONE
    for change in changes:
        change.written = await peer.write(change.wanted, change.value, verify=verify)
        if change.written.verified is False:
            code = FAULTS_FOUND
    return code


def _show(changes: Sequence[Change]) -> None:
    """What would change, on stderr, before the question."""
    made = table("ref", "now", "new", "registers to be sent", right={"now", "new"})
    for change in changes:
        made.add_row(
            printable(change.wanted.ref),
            text_of(change.wanted, change.before),
            text_of(change.wanted, becomes(change)),
            registers_text(change),
        )
    put_table(made, sys.stderr)


def _told(changes: Sequence[Change]) -> dict[str, object]:
    return {"writes": [change.json() for change in changes]}


def _tell(changes: Sequence[Change], *, json: bool, quiet: bool) -> None:
    """What became of the writes."""
    if json:
        put_json(_told(changes))
    elif not quiet:
        made = table("ref", "before", "after", "", right={"before", "after"})
        for change in changes:
            written = change.written or Written(change.sent)
            words = {None: "written", True: "verified", False: "NOT verified"}[written.verified]
            after = change.value if written.verified is None else written.after
            ref = printable(change.wanted.ref)
            made.add_row(ref, text_of(change.wanted, change.before), text_of(change.wanted, after), words)
        put_table(made)
    for change in changes:
        if change.written is not None and change.written.note:
            say(f"port502: {change.wanted.ref}: {change.written.note}")


def text_of(wanted: Wanted, value: Value | None) -> str:
    """A value with its unit; a question mark where it is not known."""
    unit = f" {wanted.point.unit}" if wanted.point.unit else ""
    return "?" if value is None else printable(format_value(value, wanted.point.type) + unit)


def becomes(change: Change) -> Value:
    """The value that the registers to be sent will mean: a scaled one is the nearest to what was typed."""
    point = change.wanted.point
    if not change.sent or not point.is_number or point.meaning is not None:
        return change.value
    return point.decode(data_of(change.sent))


def registers_text(change: Change) -> str:
    """The registers to be sent in hexadecimal, or the bits."""
    if change.wanted.point.table.is_bits:
        return " ".join(map(str, change.sent))
    return " ".join(f"{register:04X}" for register in change.sent)
