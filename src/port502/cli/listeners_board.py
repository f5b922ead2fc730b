"""How the listeners of a running site fare, in tables: who asks, what the shared devices were spared, the lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from port502.cli.board import milliseconds
from port502.cli.gateway_board import buses_table, units_of, units_table
from port502.cli.output import printable, table
from port502.cli.share_board import errors
from port502.gateway.share import ShareStatus
from port502.site.status import ListenerStatus, SiteStatus

if TYPE_CHECKING:
    from rich.table import Table

MOST_UNITS = 32
MOST_CALLERS = 4
"""So many units of all lines, and clients of a listener, have lines of their own; JSON tells of more."""


def listeners_tables(status: SiteStatus) -> Iterator[Table]:
    """The tables of a site with listeners; none without."""
    if status.listeners:
        yield listeners_table(status.listeners)
    shared = [(one, one.share) for one in status.listeners if one.share is not None]
    if shared:
        yield shares_table(shared)
    if status.lines:
        yield buses_table(status.lines)
        units = units_of(status.lines)
        if units:
            yield units_table(units[:MOST_UNITS], several=len(status.lines) > 1)


def listeners_table(listeners: Sequence[ListenerStatus]) -> Table:
    """A line for each listener, and for those who ask most there."""
    right = ("clients", "requests", "per s", "refused")
    made = table("listener", "answers", "at", *right, "", right=right)
    for one in listeners:
        made.add_row(
            Text(printable(one.name)),
            Text(one.answers),
            Text(printable(one.url)),
            Text(f"{one.clients:,}"),
            Text(f"{one.requests:,}"),
            Text(f"{one.per_second:.1f}"),
            Text(f"{one.refused:,}" if one.refused else "", "yellow"),
            Text(_note(one), "yellow" if one.locked else "dim"),
        )
        for caller in one.callers[:MOST_CALLERS]:
            made.add_row(
                Text(""),
                Text(""),
                Text(f"  {printable(caller.name)}", "dim"),
                Text(""),
                Text(f"{caller.requests:,}", "dim"),
                Text(f"{caller.per_second:.1f}", "dim"),
                Text(f"{caller.refused:,}" if caller.refused else "", "yellow"),
                Text(f"{caller.writes:,} writes" if caller.writes else "", "dim"),
            )
    return made


def shares_table(shared: Sequence[tuple[ListenerStatus, ShareStatus]]) -> Table:
    """A line for each shared connection: what it was spared, and what went wrong."""
    right = ("to the device", "joined", "from cache", "p50", "p99", "waiting")
    made = table("shared", "state", *right, "", right=right)
    for one, share in shared:
        told = "   ".join(f"{number:,} {what}" for what, number in errors(share).items() if number)
        made.add_row(
            Text(printable(one.name)),
            Text(share.state, "" if share.state == "ready" else "yellow"),
            Text(f"{share.shared.requests:,}"),
            Text(f"{share.joining.joined:,}"),
            Text(f"{share.cache.hits:,}"),
            Text(milliseconds(share.median)),
            Text(milliseconds(share.p99)),
            Text(f"{share.waiting:,}" if share.waiting else ""),
            Text(told, "yellow"),
        )
    return made


def _note(one: ListenerStatus) -> str:
    parts = [f"writes stopped: {printable(one.locked)}"] if one.locked else []
    parts += [", ".join(one.routes)] if one.routes else []
    parts += [f"{one.unmapped:,} to no unit of ours"] if one.unmapped else []
    return "   ".join(parts)
