"""Servers under many connections: one server on one core, the load generator on the other."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from bench.errors import NotMeasured
from bench.machine import cores
from bench.measure import Cell, Measurement, run_rounds
from bench.native import program
from bench.processes import Running, python, result
from bench.rows import Row

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.measure import Plan

REGISTERS = 10
GROUP = "server, FC03 of 10 registers"


# Connections, requests in flight, against whom, must, aim.
DEMANDS = [
    (50, 1, "libmodbus", 0.85, 1.0),
    (50, 8, "libmodbus", 2.5, 3.3),
    (1000, 1, "libmodbus", 0.85, 1.0),
    (1000, 8, "libmodbus", 4.5, 6.0),
    (50, 1, "pymodbus", 3.5, 4.5),
    (1000, 1, "pymodbus", 3.5, 4.5),
]


def measure(plan: Plan) -> tuple[list[Row], list[Cell]]:
    """Rates of the servers with one and eight requests in flight on 50 and 1,000 connections."""
    cells = {
        (connections, depth): Cell(
            f"{connections:,} connections, {depth} in flight", _contestants(connections, depth, plan.seconds)
        )
        for connections in (50, 1000)
        for depth in (1, 8)
    }
    run_rounds(list(cells.values()), plan)
    rows = []
    for connections, depth, peer, must, aim in DEMANDS:
        cell = cells[connections, depth]
        mine = cell.of("port502")
        rows.append(
            Row(
                GROUP,
                f"{cell.name}: rate against {peer}",
                cell.ratio("port502", peer),
                must=must,
                aim=aim,
                by_cpu=cell.cpu_ratio(peer, "port502"),
                cpu=statistics.median(m.cpu for m in mine) if mine else None,
                why_not=cell.why_not("port502", peer),
            )
        )
    memory = [m.extra["rss"] for m in cells[1000, 1].of("port502")]
    rows.append(Row(GROUP, "memory with 1,000 connections", memory, "MB", must=34, aim=28, at_most=True))
    return rows, list(cells.values())


def _contestants(connections: int, depth: int, seconds: float) -> dict[str, Callable[[], Measurement]]:
    def against(command: Callable[[], list[str]]) -> Callable[[], Measurement]:
        return lambda: _under_load(command(), connections, depth, seconds)

    chosen = {
        "libmodbus": against(lambda: [program("libmodbus_server")]),
        "port502": against(lambda: python("port502_server")),
    }
    if depth == 1:
        # With several requests in flight pymodbus answers the first of each segment only: nothing to compare.
        chosen["pymodbus"] = against(lambda: python("pymodbus_server"))
    return chosen


def _under_load(command: list[str], connections: int, depth: int, seconds: float) -> Measurement:
    mine, others = cores()
    load = program("load")
    with Running(command, mine) as server:
        arguments = ["127.0.0.1", server.port, connections, depth, REGISTERS, seconds, server.pid]
        told = result([load, *map(str, arguments)], others, 30 + 2 * seconds)
        memory = _resident_megabytes(server.pid)
    if told["faults"] or not told["requests"]:
        raise NotMeasured(f"{told['faults']} wrong replies of {told['requests']}")
    return Measurement(
        told["requests"] / told["seconds"],
        told["cpu"] / told["requests"] * 1e6,
        told["p99"] / 1e3,
        {"rss": memory},
    )


def _resident_megabytes(pid: int) -> float:
    with open(f"/proc/{pid}/status", encoding="utf-8") as status:
        kilobytes = next(line.split()[1] for line in status if line.startswith("VmHWM"))
    return int(kilobytes) / 1024
