"""Conversations and figures of captures: told once all was read, as tables or as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from port502.cli.inspect_output import Quiet
from port502.cli.inspect_view import end_text
from port502.cli.output import printable, put, put_json, put_table, table
from port502.protocol.codes import exception_name, function_name
from port502.traffic.captures import Captures
from port502.traffic.flows import Flow, Flows
from port502.traffic.message import Message
from port502.traffic.moment import time_text
from port502.traffic.statistics import Statistics, Tally

if TYPE_CHECKING:
    from rich.table import Table


class FlowsOutput(Quiet):
    """Who polls whom."""

    def __init__(self, *, json: bool) -> None:
        self._flows = Flows()
        self._json = json

    def messages(self, messages: Sequence[Message]) -> None:
        """Sort them into flows."""
        self._flows.add(messages)

    def end(self) -> None:
        """Print the flows, one object per line with --json."""
        found = self._flows.sorted()
        if self._json:
            for flow in found:
                put_json(flow.record())
        elif found:
            put_table(flows_table(found))
        if self._flows.left_out and not self._json:
            put(f"and {self._flows.left_out} requests of further flows")


class StatisticsOutput(Quiet):
    """How much of what there is."""

    def __init__(self, reading: Captures, *, json: bool) -> None:
        self._reading = reading
        self._statistics = Statistics()
        self._json = json

    def messages(self, messages: Sequence[Message]) -> None:
        """Count them."""
        self._statistics.add(messages)

    def end(self) -> None:
        """Print the figures."""
        statistics = self._statistics
        statistics.settle()
        if self._json:
            put_json(summary(self._reading, statistics))
            return
        put("\n".join(summary_lines(self._reading, statistics)))
        if statistics.messages:
            put("")
            put_table(functions_table(statistics))
            put("")
            put_table(pairs_table(statistics))


def summary(reading: Captures, statistics: Statistics) -> dict[str, object]:
    """The figures by their names."""
    dissector = reading.dissector
    counts = dissector.counts
    found: dict[str, object] = {
        "packets": counts.packets,
        "messages": statistics.messages,
        "transactions": statistics.matched,
        "unanswered": len(dissector.unanswered()),
        "problems": statistics.faulty,
        "no_modbus": statistics.no_modbus,
        "conversations": dissector.conversations.seen,
        "encrypted": len(dissector.secured),
        "retransmissions": counts.retransmissions,
        "lost_bytes": counts.lost_bytes,
        "cut_packets": counts.cut_packets,
    }
    if statistics.first is not None:
        found |= {"first": time_text(statistics.first), "last": time_text(statistics.last)}
    found["duration_s"] = round(statistics.seconds, 6)
    found["functions"] = [
        {"func_code": code, "func_name": function_name(code)} | _tally(tally)
        for code, tally in sorted(statistics.functions.items())
    ]
    found["pairs"] = [
        {"client": client, "server": server, "port": port, "units": sorted(tally.units)} | _tally(tally)
        for (client, server, port), tally in sorted(statistics.pairs.items())
    ]
    return found


def summary_lines(reading: Captures, statistics: Statistics) -> list[str]:
    """The same for people, without the tables."""
    told = summary(reading, statistics)
    rest = [
        f"{told[name]} {words}"
        for name, words in (
            ("problems", "messages have problems"),
            ("no_modbus", "of them are no Modbus"),
            ("encrypted", "conversations are encrypted"),
            ("retransmissions", "segments were sent again"),
            ("lost_bytes", "bytes are missing"),
            ("cut_packets", "packets were cut by the capture"),
        )
        if told[name]
    ]
    lines = [
        f"{told['packets']} packets, {told['conversations']} conversations, "
        f"{told['messages']} messages in {statistics.seconds:.1f} s",
        f"{told['transactions']} requests with their response, {told['unanswered']} without",
    ]
    return [*lines, ", ".join(rest)] if rest else lines


def _tally(tally: Tally) -> dict[str, object]:
    found: dict[str, object] = {"requests": tally.requests, "responses": tally.responses}
    if tally.exceptions:
        found["exceptions"] = {str(code): count for code, count in sorted(tally.exceptions.items())}
    return found


def flows_table(flows: Sequence[Flow]) -> Table:
    """Who polls whom, one row for each kind of request."""
    right = (
        "unit",
        "requests",
        "every ms",
        "jitter",
        "p50 ms",
        "p99 ms",
        "refused",
        "no answer",
        "sent again",
    )
    made = table("client", "server", "unit", "request", *right[1:], right=right)
    for flow in flows:
        key = flow.key
        times, intervals = flow.response_times, flow.intervals
        place = "" if key.address is None else f" {key.address}"
        size = "" if key.quantity in (None, 1) else f" *{key.quantity}"
        made.add_row(
            printable(key.client),
            printable(end_text(key.server, key.port)),
            str(key.unit),
            f"{function_name(key.function)}{place}{size}",
            f"{flow.requests}",
            f"{intervals.quantile(0.5):.1f}" if intervals.count else "",
            f"{intervals.deviation:.1f}" if intervals.count else "",
            f"{times.quantile(0.5):.2f}" if times.count else "",
            f"{times.quantile(0.99):.2f}" if times.count else "",
            f"{flow.exceptions.total() or ''}",
            f"{flow.unanswered or ''}",
            f"{flow.retransmissions or ''}",
        )
    return made


def functions_table(statistics: Statistics) -> Table:
    """How often each function was asked for and how it was answered."""
    right = ("code", "requests", "responses", "refused")
    made = table("code", "function", "requests", "responses", "refused", "exceptions", right=right)
    for code, tally in sorted(statistics.functions.items()):
        refused = ", ".join(
            f"{number} {exception_name(number)} ({count})"
            for number, count in sorted(tally.exceptions.items())
        )
        made.add_row(
            str(code),
            function_name(code),
            str(tally.requests),
            str(tally.responses),
            f"{tally.exceptions.total() or ''}",
            refused,
        )
    return made


def pairs_table(statistics: Statistics) -> Table:
    """Clients and servers."""
    right = ("requests", "responses", "refused")
    made = table("client", "server", "units", *right, right=right)
    for (client, server, port), tally in sorted(statistics.pairs.items()):
        units = sorted(tally.units)
        shown = " ".join(map(str, units[:8])) + (f" ... ({len(units)})" if len(units) > 8 else "")
        made.add_row(
            printable(client),
            printable(end_text(server, port)),
            shown,
            str(tally.requests),
            str(tally.responses),
            f"{tally.exceptions.total() or ''}",
        )
    return made
