"""Ten thousand points every second, with nobody and with ten browsers looking at the dashboard.

The site, its dashboard and the C server that is all devices share one core; the browsers have the other. The schedule
is judged from the devices' side, as in the collector's scenario.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench.errors import NotMeasured
from bench.machine import cores
from bench.measure import Cell, Measurement, run_rounds
from bench.native import BUILD, program
from bench.peers.collecting import POINTS
from bench.processes import Running, python, result
from bench.rows import Row
from bench.scenarios.collector import schedule

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.measure import Plan

GROUP = "dashboard, 10,000 points every second"
ALONE, WATCHED = "nobody looks", "ten browsers"
BROWSERS = 10


def measure(plan: Plan) -> tuple[list[Row], list[Cell]]:
    """Lateness of the polls without and with browsers, their cost, the first page, and changes until they are seen."""
    devices, seconds = (100, 5) if plan.quick else (500, 15)
    cell = Cell(
        f"{devices * POINTS:,} points",
        {ALONE: _looking(devices, 0, seconds), WATCHED: _looking(devices, BROWSERS, seconds)},
    )
    run_rounds([cell], plan, rounds=1 if plan.quick else 3)
    alone, watched = cell.of(ALONE), cell.of(WATCHED)
    why_not = cell.why_not(ALONE, WATCHED)
    demands: tuple[tuple[str, list[float], str, float | None], ...] = (
        (f"lateness of 99 in 100 polls, {ALONE}", [m.p99 or 0.0 for m in alone], "ms", None),
        (f"lateness of 99 in 100 polls, {WATCHED}", [m.p99 or 0.0 for m in watched], "ms", None),
        (f"polls missed or doubled, {WATCHED}", [m.extra["astray"] for m in watched], "", 0),
        (f"share of one core, {ALONE}", [m.cpu for m in alone], "%", None),
        (f"share of one core, {WATCHED}", [m.cpu for m in watched], "%", 100),
        ("first page in Chromium", [m.extra["first"] for m in watched], "ms", 1500),
        ("a change until it is on the screen, half of them", [m.extra["half"] for m in watched], "ms", 300),
        ("a change until it is on the screen, 95 in 100", [m.extra["most"] for m in watched], "ms", None),
    )
    rows = [
        Row(GROUP, what, values, unit, must=must, at_most=True, why_not=why_not)
        for what, values, unit, must in demands
    ]
    return rows, [cell]


def _looking(devices: int, browsers: int, seconds: int) -> Callable[[], Measurement]:
    def once() -> Measurement:
        mine, theirs = cores()
        BUILD.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=BUILD) as folder:
            arrivals = Path(folder) / "arrivals"
            with (
                Running([program("fast_server"), str(devices), "1", str(arrivals)], mine) as server,
                Running(python("port502_dashboard", server.port, devices), mine) as web,
            ):
                command = python("browsers", web.port, web.pid, browsers, seconds)
                told = result(command, theirs, 300 + seconds)
            late, astray = schedule(arrivals.read_bytes(), told["start"], told["end"], devices)
        extra = {"astray": astray}
        if browsers:
            changes = told["changes"]
            if len(changes) < seconds / 2:
                raise NotMeasured(f"{len(changes)} changes were seen in {seconds} s")
            extra["first"] = told["first"] * 1e3
            extra["half"] = statistics.median(changes) * 1e3
            extra["most"] = changes[int(len(changes) * 0.95)] * 1e3
        return Measurement(float(devices), told["cpu"] * 100, late, extra)

    return once
