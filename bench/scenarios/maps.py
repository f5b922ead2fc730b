"""Maps at work: decoding beside pymodbus's converters, finding and loading, planning, and a plant of meters."""

from __future__ import annotations

import statistics
import sys
import tempfile
from typing import TYPE_CHECKING

from bench.errors import NotMeasured
from bench.machine import cores
from bench.measure import Cell, Measurement, run_rounds
from bench.processes import Running, python, result
from bench.rows import Row

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.measure import Plan

GROUP = "maps"
OURS, OTHER = "port502", "pymodbus"
POINTS = 100
METER = "eastron/sdm630"
METERS = 500

# A fresh process each: what is timed is the first call, with nothing read or remembered before it.
FIRST_CALL = """
import json, time
from port502.registers.maps.library import Library
library = Library.default()
start, cpu = time.perf_counter(), time.process_time()
{statement}
print(json.dumps({{"took": time.perf_counter() - start, "cpu": time.process_time() - cpu}}))
"""

# Interpreter and command line included: this is what the user waits for.
COMMAND = """
import json, resource, subprocess, sys, time
start = time.perf_counter()
subprocess.run([sys.executable, "-m", "port502", "maps", "list"], check=True, stdout=subprocess.DEVNULL)
took, used = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({"took": took, "cpu": used.ru_utime + used.ru_stime}))
"""

LOAD, LIST, LIST_COMMAND = "loading one map", "listing all maps", "listing them by `port502 maps list`"
PLANNING = "planning 1,000 points"


def measure(plan: Plan) -> tuple[list[Row], list[Cell]]:
    """Decoding, first calls of the library in fresh processes, a plan, and meters polled every second."""
    parts = [_decoding(plan), _first_calls(plan), _simulating(plan)]
    return [row for rows, _ in parts for row in rows], [cell for _, cell in parts]


def _decoding(plan: Plan) -> tuple[list[Row], Cell]:
    cell = Cell(
        f"decoding {POINTS} points of a block",
        {
            OURS: lambda: _counting("port502_decoding", plan.seconds),
            OTHER: lambda: _counting("pymodbus_decoding", plan.seconds),
        },
    )
    run_rounds([cell], plan, rounds=min(plan.rounds, 5))
    mine = cell.of(OURS)
    cpu = statistics.median(m.cpu for m in mine) if mine else None
    against = Row(
        GROUP,
        f"{cell.name}: rate against pymodbus's converters",
        cell.ratio(OURS, OTHER),
        must=5,
        cpu=cpu,
        by_cpu=cell.cpu_ratio(OTHER, OURS),
        why_not=cell.why_not(OURS, OTHER),
    )
    each_ten = [1e6 / m.rate / (POINTS / 10) for m in mine]
    absolute = Row(
        GROUP,
        f"{cell.name}: time of each 10 points",
        each_ten,
        "µs",
        must=40,
        at_most=True,
        why_not=cell.why_not(OURS),
    )
    return [against, absolute], cell


def _counting(module: str, seconds: float) -> Measurement:
    told = result(python(module, seconds), cores()[0], 30 + 2 * seconds)
    return Measurement(told["requests"] / told["seconds"], told["cpu"] / told["requests"] * 1e6)


def _first_calls(plan: Plan) -> tuple[list[Row], Cell]:
    commands = {
        LOAD: _script(FIRST_CALL.format(statement=f"library.load({METER!r}).points['voltage_l1']")),
        LIST: _script(FIRST_CALL.format(statement="assert len(library.list()) >= 300")),
        LIST_COMMAND: _script(COMMAND),
        PLANNING: python("planning"),
    }
    _once(commands[LIST])()  # makes the index anew where a source is newer, which is no part of any of this
    cell = Cell("first calls of a fresh process", {name: _once(told) for name, told in commands.items()})
    run_rounds([cell], plan, rounds=3 if plan.quick else 9)
    musts = {LOAD: 5, LIST: 300, LIST_COMMAND: 300, PLANNING: 50}
    rows = []
    for name, must in musts.items():
        measured = cell.of(name)
        cpu = statistics.median(m.cpu for m in measured) if measured else None
        taken = [1e3 / m.rate for m in measured]
        why_not = cell.why_not(name)
        rows.append(Row(GROUP, name, taken, "ms", must=must, at_most=True, cpu=cpu, why_not=why_not))
    return rows, cell


def _script(text: str) -> list[str]:
    return [sys.executable, "-c", text]


def _once(command: list[str]) -> Callable[[], Measurement]:
    def once() -> Measurement:
        told = result(command, cores()[0], 30)
        return Measurement(1 / told["took"], told["cpu"] * 1e6)

    return once


def _simulating(plan: Plan) -> tuple[list[Row], Cell]:
    seconds = 2.0 if plan.quick else 6.0
    cell = Cell(
        f"{METERS} simulated meters polled every second", {OURS: lambda: polled(METERS, METER, seconds)}
    )
    run_rounds([cell], plan, rounds=1 if plan.quick else 3)
    mine = cell.of(OURS)
    cpu = statistics.median(m.cpu for m in mine) if mine else None
    shares = [m.rate * m.cpu / 1e4 for m in mine]
    lost = [m.extra["lost"] for m in mine]
    why_not = cell.why_not(OURS)
    core = Row(
        GROUP,
        f"{cell.name}: share of one core",
        shares,
        "%",
        must=100,
        at_most=True,
        cpu=cpu,
        why_not=why_not,
    )
    polls = Row(GROUP, f"{cell.name}: polls lost", lost, "", must=0, at_most=True, why_not=why_not)
    return [core, polls], cell


def polled(meters: int, name: str, seconds: float) -> Measurement:
    """One plant, with all points of each meter asked for once a second from the other core."""
    mine, others = cores()
    with (
        tempfile.TemporaryDirectory() as folder,
        Running(python("port502_plant", folder, name, meters), mine) as plant,
    ):
        told = result(python("plant_polls", folder, name, seconds, plant.pid), others, 30 + 2 * seconds)
    if not told["polls"]:
        raise NotMeasured("no poll came to its end")
    return Measurement(
        told["polls"] / told["seconds"],
        told["cpu"] / told["polls"] * 1e6,
        told["p99"] * 1e3,
        {"lost": told["lost"]},
    )
