"""How a shared connection fares: its table on a terminal, its fields in JSON, its last words."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from port502.cli.board import count, milliseconds
from port502.cli.output import printable, table
from port502.gateway.share import ClientStatus, ShareStatus
from port502.service.lately import Lately

if TYPE_CHECKING:
    from rich.table import Table

WELL = "ready"


class Board:
    """The table of a shared connection; it remembers its last looks, to tell rates."""

    def __init__(self, listening: str) -> None:
        self._listening = listening
        self._lately = Lately()

    def draw(self, status: ShareStatus, connected: Collection[str], now: float, rows: int) -> RenderableType:
        """The table at a time of the event loop's clock, on so many rows; of the clients those who are connected."""
        head = Text.assemble((printable(status.target), "bold"), f"   shared at {self._listening}")
        clients = [one for one in status.clients if one.name in connected]
        clients.sort(key=lambda one: (-one.requests, one.name))
        made = self._clients(clients, now, max(1, rows - 9))
        hidden = len(clients) - max(1, rows - 9)
        more = [Text(f"and {count(hidden, 'more client')}", "dim")] if hidden > 0 else []
        parts: list[RenderableType] = [head, self._upstream(status, now), saved(status), faults(status)]
        return Group(*parts, Text(), made, *more, Text(), Text("Ctrl-C ends", "dim"))

    def _upstream(self, status: ShareStatus, now: float) -> Text:
        state = (status.state, "" if status.state == WELL else "yellow")
        line = Text.assemble(
            state,
            f"   {self._lately.note('', status.shared.requests, now):.1f} requests/s to the device",
            f"   response {milliseconds(status.median)}, p99 {milliseconds(status.p99)}",
            f"   waiting {status.waiting}   connections {status.connects}",
        )
        line.no_wrap, line.overflow = True, "ellipsis"
        return line

    def _clients(self, clients: list[ClientStatus], now: float, room: int) -> Table:
        made = table("client", "requests", "per s", "writes", right=("requests", "per s", "writes"))
        self._lately.keep({one.name for one in clients} | {""})
        for one in clients[:room]:
            made.add_row(
                Text(printable(one.name)),
                Text(f"{one.requests:,}"),
                Text(f"{self._lately.note(one.name, one.requests, now):.1f}"),
                Text(f"{one.writes:,}" if one.writes else "", "dim"),
            )
        return made


def saved(status: ShareStatus) -> Text:
    """What the device was spared."""
    parts = [count(status.requests, "request"), f"{status.joining.joined:,} joined"]
    parts.append(f"{status.cache.hits:,} from the cache")
    if status.cache.oldest:
        parts.append(f"oldest value {milliseconds(status.cache.oldest)}")
    return Text("   ".join(parts), "dim", no_wrap=True, overflow="ellipsis")


def faults(status: ShareStatus) -> Text:
    """What went wrong so far; empty when nothing did."""
    told = [f"{number:,} {what}" for what, number in errors(status).items() if number]
    text = "   ".join(told)
    if status.last_error and status.state != WELL:
        text = f"{text}   {printable(status.last_error)}" if text else printable(status.last_error)
    return Text(text, "yellow", no_wrap=True, overflow="ellipsis")


def errors(status: ShareStatus) -> dict[str, int]:
    """How many requests could not be answered well, by cause."""
    return {
        "device gone": status.shared.gone,
        "no answer": status.upstream.no_answer,
        "wrong answer": status.upstream.wrong,
        "too old": status.shared.late,
        "queue full": status.upstream.busy,
    }


def summary(status: ShareStatus, seconds: float) -> dict[str, object]:
    """How it fared, by its field names."""
    told: dict[str, object] = {
        "target": status.target,
        "seconds": round(seconds, 3),
        "state": status.state,
        "requests": status.requests,
        "device_requests": status.shared.requests,
        "joined": status.joining.joined,
        "cache_hits": status.cache.hits,
        "oldest_ms": round(status.cache.oldest * 1000, 3),
        "connects": status.connects,
        "errors": {what.replace(" ", "_"): number for what, number in errors(status).items()},
        "clients": [
            {"client": one.name, "requests": one.requests, "writes": one.writes} for one in status.clients
        ],
    }
    if status.median is not None and status.p99 is not None:
        told["response_time_ms"] = {
            "median": round(status.median * 1000, 3),
            "p99": round(status.p99 * 1000, 3),
        }
    if status.last_error:
        told["last_error"] = status.last_error
    return told


def words(status: ShareStatus) -> str:
    """How it fared, in a line."""
    failed = sum(errors(status).values())
    return (
        f"{status.target} was shared: {count(status.requests, 'request')} of"
        f" {count(len(status.clients), 'client')} cost the device {status.shared.requests:,};"
        f" {status.joining.joined:,} joined, {status.cache.hits:,} from the cache,"
        f" {failed:,} could not be answered"
    )
