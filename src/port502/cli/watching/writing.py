"""A write before it is made: what is there, what will be, and what is sent for it."""

from __future__ import annotations

from port502.cli.exits import Failed
from port502.cli.output import printable
from port502.cli.peer import Peer, Written
from port502.cli.write import Change, becomes, registers_text, text_of
from port502.errors import DeviceError
from port502.protocol.codes import function_name
from port502.registers.writes import request_of


async def prepared(change: Change, peer: Peer) -> Change:
    """The write with the value that stands there now, read afresh; a register that can only be written has none."""
    try:
        change.before = (await peer.read([change.wanted]))[0].value
    except Failed as failed:
        if not isinstance(failed.error, DeviceError):
            raise
    return change


def facts_of(change: Change) -> list[tuple[str, str]]:
    """What to agree to."""
    wanted = change.wanted
    point = wanted.point
    facts = [
        ("what", f"{wanted.ref}  ({point.table}:{point.address}, {point.type})"),
        ("now", text_of(wanted, change.before)),
        ("new", text_of(wanted, becomes(change))),
    ]
    if not change.sent:
        return [*facts, ("registers", "what stands there, with these bits or this scale put in")]
    code = request_of(point, change.value, wanted.function)[0].function
    return [
        *facts,
        ("bits" if point.table.is_bits else "registers", registers_text(change)),
        ("function", f"{code}, {function_name(code)}"),
    ]


def written_words(change: Change) -> str:
    """What became of it."""
    written = change.written or Written(change.sent)
    if written.verified:
        return printable(f"{change.wanted.ref} reads back {text_of(change.wanted, written.after)}")
    return printable(f"{change.wanted.ref} was written; {written.note or 'nobody looked whether it holds'}")
