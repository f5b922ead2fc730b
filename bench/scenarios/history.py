"""The history's append rate and size, beside the same rows put into SQLite with nothing around it."""

from __future__ import annotations

import statistics
import tempfile
from typing import TYPE_CHECKING

from bench.machine import cores
from bench.measure import Cell, Measurement, run_rounds
from bench.native import BUILD
from bench.processes import python, result
from bench.rows import Row

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.measure import Plan

GROUP = "history, batches of 1,000 samples"
OURS, BARE = "port502 spool", "bare SQLite executemany"


def measure(plan: Plan) -> tuple[list[Row], list[Cell]]:
    """Samples per second into a fresh file on disk, and bytes per sample in it."""
    batches = 100 if plan.quick else 1000
    cell = Cell(
        "append",
        {OURS: _appending("port502_history", batches), BARE: _appending("sqlite_history", batches)},
    )
    run_rounds([cell], plan, rounds=min(plan.rounds, 5))
    mine = cell.of(OURS)
    why_not = cell.why_not(OURS, BARE)
    cpu = statistics.median(m.cpu for m in mine) if mine else None
    ratios, rates = cell.ratio(OURS, BARE), [m.rate for m in mine]
    sizes = [m.extra["bytes"] for m in mine]
    rows = [
        Row(GROUP, f"rate against {BARE}", ratios, must=0.6, cpu=cpu, why_not=why_not),
        Row(GROUP, "samples per second", rates, "", must=1_000_000, cpu=cpu, why_not=why_not),
        Row(GROUP, "size of a sample", sizes, "bytes", must=30, at_most=True, why_not=why_not),
    ]
    return rows, [cell]


def _appending(module: str, batches: int) -> Callable[[], Measurement]:
    def once() -> Measurement:
        BUILD.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=BUILD) as folder:
            told = result(python(module, folder, batches), cores()[0], 300)
        return Measurement(
            told["samples"] / told["seconds"],
            told["cpu"] / told["samples"] * 1e6,
            extra={"bytes": told["bytes"] / told["samples"]},
        )

    return once
