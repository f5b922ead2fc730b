"""How long a user waits before anything happens: the import, and the command's help."""

from __future__ import annotations

import statistics
import sys
from typing import TYPE_CHECKING

from bench.machine import cores
from bench.measure import Cell, Measurement, run_rounds
from bench.processes import result
from bench.rows import Row

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.measure import Plan

GROUP = "start of a fresh process"

# Timed inside, so that the interpreter's own start is not in it.
IMPORT = """
import json, sys, time
before = set(sys.modules)
start, cpu = time.perf_counter(), time.process_time()
{statement}
took, used = time.perf_counter() - start, time.process_time() - cpu
roots = {{name.partition(".")[0] for name in set(sys.modules) - before}}
foreign = sorted(roots - set(sys.stdlib_module_names) - {{"port502"}})
print(json.dumps({{"took": took, "cpu": used, "foreign": foreign}}))
"""

# Timed outside, interpreter included: this is what the user waits for.
HELP = """
import json, resource, subprocess, sys, time
start = time.perf_counter()
subprocess.run([sys.executable, "-m", "port502", "--help"], check=True, stdout=subprocess.DEVNULL)
took, used = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({"took": took, "cpu": used.ru_utime + used.ru_stime, "foreign": []}))
"""

PACKAGE = "import port502"
CLASSES = "from port502 import Client, SyncClient, Server"
COMMAND = "port502 --help"


def measure(plan: Plan) -> tuple[list[Row], list[Cell]]:
    """Times of fresh processes, and which modules outside the standard library an import pulls in."""
    foreign: set[str] = set()
    cell = Cell(
        "fresh processes",
        {
            PACKAGE: _timed(IMPORT.format(statement=PACKAGE), foreign),
            CLASSES: _timed(IMPORT.format(statement=CLASSES), foreign),
            COMMAND: _timed(HELP, set()),
        },
    )
    run_rounds([cell], plan, rounds=5 if plan.quick else 15)
    rows = [_row(cell, PACKAGE, 60), _row(cell, CLASSES, None), _row(cell, COMMAND, 250)]
    counted = [float(len(foreign))] if cell.of(CLASSES) else []
    names = f" ({', '.join(sorted(foreign))})" if foreign else ""
    rows.append(
        Row(GROUP, f"modules from outside the standard library{names}", counted, "", must=0, at_most=True)
    )
    return rows, [cell]


def _row(cell: Cell, name: str, must: float | None) -> Row:
    measured = cell.of(name)
    milliseconds = [1e3 / m.rate for m in measured]
    cpu = statistics.median(m.cpu for m in measured) if measured else None
    return Row(GROUP, name, milliseconds, "ms", must=must, at_most=True, cpu=cpu, why_not=cell.why_not(name))


def _timed(script: str, foreign: set[str]) -> Callable[[], Measurement]:
    def once() -> Measurement:
        told = result([sys.executable, "-c", script], cores()[0], 30)
        foreign.update(told["foreign"])
        return Measurement(1 / told["took"], told["cpu"] * 1e6)

    return once
