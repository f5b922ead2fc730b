"""Clients with one connection: client and server share one core, so no wake-up between cores is measured."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from bench.machine import cores
from bench.measure import Cell, Measurement, run_rounds
from bench.native import program
from bench.processes import Running, python, result
from bench.rows import Row

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.measure import Plan

REGISTERS = 10
BASE = "libmodbus, one at a time"
GROUP = "client, FC03 of 10 registers"

# What is shown, program, its way of working.
PYTHON_CLIENTS = [
    ("SyncClient, one at a time", "port502_sync_client", "single"),
    ("SyncClient.read_many, 16 in flight", "port502_sync_client", "many"),
    ("pymodbus sync, one at a time", "pymodbus_client", "sync"),
    ("Client, one at a time", "port502_async_client", "single"),
    ("Client, 16 tasks, coalesce", "port502_async_client", "tasks-coalesce"),
    ("Client, gather of 16, coalesce", "port502_async_client", "gather-coalesce"),
    ("Client, 16 tasks", "port502_async_client", "tasks"),
    ("Client, gather of 16", "port502_async_client", "gather"),
    ("Client on uvloop, one at a time", "port502_async_client", "single-uvloop"),
    ("Client on uvloop, 16 tasks, coalesce", "port502_async_client", "tasks-coalesce-uvloop"),
    ("pymodbus async, one at a time", "pymodbus_client", "async"),
    ("pymodbus async, gather of 16", "pymodbus_client", "gather"),
    ("pymodbus async on uvloop, one at a time", "pymodbus_client", "async-uvloop"),
]

# What is judged, against what, must, aim (None: reported only).
DEMANDS: list[tuple[str, str, float | None, float | None]] = [
    ("SyncClient, one at a time", BASE, 1.0, 1.1),
    ("SyncClient, one at a time", "pymodbus sync, one at a time", 1.4, 1.5),
    ("SyncClient.read_many, 16 in flight", BASE, 9.0, 12.0),
    ("Client, one at a time", BASE, 0.75, 0.85),
    ("Client, one at a time", "pymodbus async, one at a time", 2.3, 2.5),
    ("Client, 16 tasks, coalesce", BASE, 3.5, 5.5),
    ("Client, 16 tasks, coalesce", "pymodbus async, gather of 16", 12.0, 20.0),
    ("Client, gather of 16, coalesce", BASE, None, None),
    ("Client, 16 tasks", BASE, 1.3, None),
    ("Client, gather of 16", BASE, None, None),
    ("Client on uvloop, one at a time", BASE, 0.9, 1.0),
    ("Client on uvloop, one at a time", "pymodbus async on uvloop, one at a time", 1.4, 1.6),
    ("Client on uvloop, 16 tasks, coalesce", BASE, None, None),
]


def measure(plan: Plan) -> tuple[list[Row], list[Cell]]:
    """Rates of blocking and async clients, one at a time and with 16 in flight, against the same C server."""
    contestants: dict[str, Callable[[], Measurement]] = {BASE: lambda: _libmodbus(plan.seconds)}
    for name, module, way in PYTHON_CLIENTS:
        contestants[name] = _client(module, way, plan.seconds)
    cell = Cell("one connection, one core", contestants)
    run_rounds([cell], plan)
    rows = []
    for name, base, must, aim in DEMANDS:
        mine = cell.of(name)
        rows.append(
            Row(
                GROUP,
                f"{name}: rate against {base}",
                cell.ratio(name, base),
                must=must,
                aim=aim,
                by_cpu=cell.cpu_ratio(base, name),
                cpu=statistics.median(m.cpu for m in mine) if mine else None,
                why_not=cell.why_not(name, base),
            )
        )
    return rows, [cell]


def _libmodbus(seconds: float) -> Measurement:
    return _against_fast_server(
        lambda port: [program("libmodbus_client"), "127.0.0.1", str(port), str(REGISTERS), str(seconds)],
        seconds,
    )


def _client(module: str, way: str, seconds: float) -> Callable[[], Measurement]:
    return lambda: _against_fast_server(lambda port: python(module, way, port, REGISTERS, seconds), seconds)


def _against_fast_server(command: Callable[[int], list[str]], seconds: float) -> Measurement:
    core, _ = cores()
    with Running([program("fast_server"), "1", "0"], core) as server:
        told = result(command(server.port), core, 30 + 3 * seconds)
    return Measurement(told["requests"] / told["seconds"], told["cpu"] / told["requests"] * 1e6)
