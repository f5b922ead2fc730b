"""A server with and without the guard before it: what the guard adds, and what many rules cost.

What is measured, guard or bare server, has a core to itself. On the other one is the load and, behind the guard,
the same server once more as its device: so a rate is that of the guard, not of the device.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench.errors import NotMeasured
from bench.machine import cores
from bench.measure import Cell, Measurement, run_rounds
from bench.native import program
from bench.processes import Running, python, result
from bench.rows import Row

if TYPE_CHECKING:
    from bench.measure import Plan

GROUP = "guard, FC03 of 10 registers"
REGISTERS = 10
DEPTH = 8
CONNECTIONS = 8
WINDOW = 16
"""Requests that may be on their way to the device at once: as many as the implementation guide lets a server take."""

BARE, GUARD, DIRECT = "bare server", "guard", "without guard"
FEW, MANY = 10, 1000


def measure(plan: Plan) -> tuple[list[Row], list[Cell]]:
    """Rates with eight requests in flight, latency with one, and decisions by policies of two sizes."""
    parts = [_throughput(plan), _latency(plan), _policies(plan)]
    return [row for row, _ in parts], [cell for _, cell in parts]


def _throughput(plan: Plan) -> tuple[Row, Cell]:
    cell = Cell(
        f"{CONNECTIONS} connections, {DEPTH} in flight, guard",
        {
            BARE: lambda: _bare(plan.seconds),
            GUARD: lambda: guarded(CONNECTIONS, DEPTH, WINDOW, plan.seconds),
        },
    )
    run_rounds([cell], plan, rounds=min(plan.rounds, 7))
    mine = cell.of(GUARD)
    row = Row(
        GROUP,
        f"{DEPTH} in flight: rate against the bare server",
        cell.ratio(GUARD, BARE),
        must=0.35,
        aim=0.5,
        by_cpu=cell.cpu_ratio(BARE, GUARD),
        cpu=statistics.median(one.cpu for one in mine) if mine else None,
        why_not=cell.why_not(GUARD, BARE),
    )
    return row, cell


def _latency(plan: Plan) -> tuple[Row, Cell]:
    cell = Cell(
        "1 connection, 1 in flight, guard",
        {DIRECT: lambda: _direct(plan.seconds), GUARD: lambda: guarded(1, 1, 1, plan.seconds)},
    )
    run_rounds([cell], plan, rounds=min(plan.rounds, 5))
    added = [
        one[GUARD].extra["p50"] - one[DIRECT].extra["p50"]
        for one in cell.rounds
        if GUARD in one and DIRECT in one
    ]
    what = "1 in flight: latency added (median request)"
    return Row(GROUP, what, added, "µs", at_most=True, why_not=cell.why_not(GUARD, DIRECT)), cell


def _policies(plan: Plan) -> tuple[Row, Cell]:
    few, many = f"{FEW} rules", f"{MANY:,} rules"
    cell = Cell(
        "decisions of a policy",
        {few: lambda: _deciding(FEW, plan.seconds), many: lambda: _deciding(MANY, plan.seconds)},
    )
    run_rounds([cell], plan, rounds=min(plan.rounds, 5))
    mine = cell.of(many)
    row = Row(
        GROUP,
        f"cost of a decision with {many} against {few}",
        cell.cpu_ratio(many, few),
        must=2,
        at_most=True,
        cpu=statistics.median(one.cpu for one in mine) if mine else None,
        why_not=cell.why_not(few, many),
    )
    return row, cell


def guarded(connections: int, depth: int, window: int, seconds: float) -> Measurement:
    """The guard under load, before a server on the core of the load."""
    mine, others = cores()
    with tempfile.TemporaryDirectory() as folder, Running(python("port502_server"), others) as device:
        audit = Path(folder, "audit.jsonl")
        with Running(python("port502_guard", device.port, FEW, window, audit), mine) as guard:
            return _under_load(guard, connections, depth, seconds)


def _bare(seconds: float) -> Measurement:
    with Running(python("port502_server"), cores()[0]) as server:
        return _under_load(server, CONNECTIONS, DEPTH, seconds)


def _direct(seconds: float) -> Measurement:
    with Running(python("port502_server"), cores()[1]) as server:
        return _under_load(server, 1, 1, seconds)


def _under_load(server: Running, connections: int, depth: int, seconds: float) -> Measurement:
    arguments = ["127.0.0.1", server.port, connections, depth, REGISTERS, seconds, server.pid]
    told = result([program("load"), *map(str, arguments)], cores()[1], 30 + 2 * seconds)
    if told["faults"] or not told["requests"]:
        raise NotMeasured(f"{told['faults']} wrong replies of {told['requests']}")
    return Measurement(
        told["requests"] / told["seconds"],
        told["cpu"] / told["requests"] * 1e6,
        told["p99"] / 1e3,
        {"p50": told["p50"]},
    )


def _deciding(rules: int, seconds: float) -> Measurement:
    told = result(python("policy_decisions", seconds, rules), cores()[0], 30 + 2 * seconds)
    return Measurement(told["requests"] / told["seconds"], told["cpu"] / told["requests"] * 1e6)
