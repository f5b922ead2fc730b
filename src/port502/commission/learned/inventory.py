"""The inventory: hosts with their roles, units with what is read and written of them and what they are likely to be."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from port502.commission.learned.lesson import Learnt, Lesson, Station
from port502.commission.learned.observer import READS
from port502.commission.learned.polled import is_read, pace_of, rounded
from port502.commission.learned.roles import role_of
from port502.discover.candidates import Candidate
from port502.guard.seen import part_of
from port502.history.export import safe_text
from port502.protocol.codes import function_name
from port502.registers.reference import Table
from port502.traffic.flows import Flow
from port502.traffic.moment import time_text

COLUMNS = (
    "client", "server", "port", "transport", "unit", "device", "map", "function", "function_name", "table", "address",
    "count", "requests", "responses", "refused", "interval_s", "first", "last",
)  # fmt: skip

_FEW = 8


@dataclass(frozen=True, slots=True)
class Written:
    """What a client wrote to one place of a unit, how often, and between which values (None: not told)."""

    client: str
    server: str
    port: int
    unit: int
    function: str
    place: str
    times: int
    lowest: int | None
    highest: int | None

    def record(self) -> dict[str, object]:
        """By its field names."""
        return {
            "client": self.client,
            "server": self.server,
            "port": self.port,
            "unit": self.unit,
            "function": self.function,
            "place": self.place or None,
            "times": self.times,
            "lowest": self.lowest,
            "highest": self.highest,
        }


def written(lesson: Lesson) -> list[Written]:
    """All that clients asked to be written or changed, by server, unit and place."""
    found = []
    for (server, port), recorder in lesson.observer.asked.servers.items():
        for seen, tally in recorder.seen.items():
            part = part_of(seen)
            if part.writes:
                what = seen.operation, part.place, tally.times, tally.lowest, tally.highest
                found.append(Written(seen.client, server, port, seen.unit, *what))
    return sorted(
        found, key=lambda one: (one.server, one.port, one.unit, one.place, one.client, one.function)
    )


def inventory(lesson: Lesson) -> dict[str, Any]:
    """The inventory, ready for JSON."""
    observer = lesson.observer
    clients = {client for one in observer.units.values() for client in one.clients}
    servers = {station.host for station in lesson.stations}
    told: dict[str, Any] = {
        "captures": list(lesson.sources),
        "messages": observer.messages,
        "duration_s": round(observer.seconds, 6),
    }
    if observer.first is not None:
        told |= {"first": time_text(observer.first), "last": time_text(observer.last)}
    return told | {
        "hosts": [
            {"address": host, "role": role_of(host, clients, servers), "name": lesson.clients.get(host)}
            for host in sorted(clients | servers)
        ],
        "servers": [_station(station) for station in lesson.stations],
        "written": [one.record() for one in written(lesson)],
        "uncertain": lesson.uncertain,
    }


def inventory_csv(lesson: Lesson) -> str:
    """One row for each kind of request."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for station, one in lesson.devices:
        for flow in one.flows:
            row = _row(station, one, flow)
            writer.writerow([safe_text(cell) if isinstance(cell, str) else cell for cell in row])
    return out.getvalue()


def functions_of(one: Learnt) -> list[int]:
    """The functions that clients asked a unit for."""
    return sorted(one.unit.functions)


def _station(station: Station) -> dict[str, Any]:
    return {
        "name": station.name,
        "address": station.host,
        "port": station.port,
        "transport": station.speech.transport,
        "framing": station.speech.framing,
        "replayed_at": None if station.replay is None else str(station.replay),
        "units": [_unit(one) for one in station.units],
    }


def _unit(one: Learnt) -> dict[str, Any]:
    unit = one.unit
    return {
        "unit": unit.number,
        "device": one.name,
        "clients": sorted(unit.clients),
        "functions": [{"function": code, "function_name": function_name(code)} for code in functions_of(one)],
        "answered": unit.answers,
        "refused": [
            {"function": function, "exception": code, "times": times}
            for (function, code), times in sorted(unit.refused.items())
        ],
        "read": [
            {
                "table": str(block.table),
                "address": block.address,
                "count": block.count,
                "interval_s": block.interval or None,
                "requests": block.times,
            }
            for block in one.blocks
        ],
        "moving": len(unit.memory.moving),
        "map": one.layout.map or None,
        "likely": [_candidate(found) for found in one.candidates[:_FEW]],
    }


def _candidate(found: Candidate) -> dict[str, Any]:
    return {
        "map": found.map or None,
        "product": found.product,
        "manufacturer": found.manufacturer,
        "confidence": found.confidence,
        "score": found.score,
        "evidence": list(found.evidence),
    }


def _row(station: Station, one: Learnt, flow: Flow) -> Iterator[object]:
    key = flow.key
    table: Table | None = READS.get(key.function) if is_read(flow) else None
    pace = rounded(pace_of(flow)) if flow.intervals.count else ""
    yield from (key.client, key.server, key.port, station.speech.transport, key.unit, one.name)
    yield from (one.layout.map, key.function, function_name(key.function), table or "")
    yield from ("" if key.address is None else key.address, "" if key.quantity is None else key.quantity)
    yield from (flow.requests, flow.responses, flow.exceptions.total(), pace)
    yield from (time_text(flow.first), time_text(flow.last))
