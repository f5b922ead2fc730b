"""A thousand devices polled every second, everything on one core.

The devices share the collector's core because here they are a process of the same machine: on another core each
request would pay for waking that core up, a cost that no real device causes and that hides the collector's own.
The schedule is judged from the devices' side: the C server notes when each request arrives. A device's grid
is laid through its earliest arrival, and lateness is the distance of every other arrival from that grid.
"""

from __future__ import annotations

import statistics
import struct
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from bench.errors import NotMeasured
from bench.machine import cores
from bench.measure import Cell, Measurement, run_rounds
from bench.native import BUILD, program
from bench.processes import Running, python, result
from bench.rows import Row

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.measure import Plan

GROUP = "collector, 20 points of each device every second"
INTERVAL = 1.0
OURS, OTHER = "port502", "pymodbus"


def measure(plan: Plan) -> tuple[list[Row], list[Cell]]:
    """Lateness, missed polls, CPU per poll and memory, beside the obvious program on pymodbus."""
    devices, seconds = (300, 3) if plan.quick else (1000, 12)
    programs = {OURS: "port502_collector", OTHER: "pymodbus_collector"}
    cell = Cell(
        f"{devices:,} devices",
        {name: _collecting(module, devices, seconds) for name, module in programs.items()},
    )
    run_rounds([cell], plan, rounds=1 if plan.quick else 3)
    mine = cell.of(OURS)
    cpu = statistics.median(m.cpu for m in mine) if mine else None
    ratios = cell.cpu_ratio(OTHER, OURS)
    why_not = cell.why_not(OURS)
    rows = [
        Row(GROUP, f"{cell.name}: CPU of pymodbus", ratios, must=5, cpu=cpu, why_not=cell.why_not(*programs)),
        *(
            Row(GROUP, what, values, unit, must=must, at_most=True, why_not=why_not)
            for what, values, unit, must in (
                ("lateness of 99 in 100 polls", [m.p99 or 0.0 for m in mine], "ms", 20),
                ("polls missed or doubled", [m.extra["astray"] for m in mine], "", 0),
                ("share of one core", [m.rate * m.cpu / 1e4 for m in mine], "%", None),
                ("memory of a device", [m.extra["memory"] for m in mine], "KB", None),
            )
        ),
    ]
    return rows, [cell]


def _collecting(module: str, devices: int, seconds: float) -> Callable[[], Measurement]:
    def once() -> Measurement:
        core, _ = cores()
        BUILD.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=BUILD) as folder:
            arrivals = Path(folder) / "arrivals"
            with Running([program("fast_server"), str(devices), "1", str(arrivals)], core) as server:
                told = result(python(module, server.port, devices, INTERVAL, seconds), core, 60 + seconds)
            late, astray = schedule(arrivals.read_bytes(), told["start"], told["end"], devices)
        if told["samples"] < told["polls"]:
            raise NotMeasured(f"{told['polls']} polls gave only {told['samples']} samples")
        return Measurement(
            told["polls"] / told["seconds"],
            told["cpu"] / told["polls"] * 1e6,
            late,
            {"astray": astray, "memory": told["memory"] / devices / 1024},
        )

    return once


def schedule(arrivals: bytes, start: float, end: float, devices: int) -> tuple[float, float]:
    """The 99th percentile of lateness in ms, and how many polls are missing or too many in a window.

    ``arrivals`` are pairs of 64-bit numbers (device, monotonic nanoseconds); ``start`` and ``end`` are in
    monotonic seconds.
    """
    seen: dict[int, list[float]] = defaultdict(list)
    for device, nanoseconds in struct.iter_unpack("<QQ", arrivals):
        if start <= nanoseconds / 1e9 < end:
            seen[device].append(nanoseconds / 1e9)
    lateness: list[float] = []
    astray = 0
    for times in seen.values():
        slots = [round((time - times[0]) / INTERVAL) for time in times]
        offsets = [time - slot * INTERVAL for time, slot in zip(times, slots, strict=True)]
        lateness += [offset - min(offsets) for offset in offsets]
        astray += (slots[-1] + 1 - len(set(slots))) + (len(slots) - len(set(slots)))
    astray += (devices - len(seen)) * int((end - start) / INTERVAL)
    if not lateness:
        raise NotMeasured("no poll arrived")
    lateness.sort()
    return lateness[int(len(lateness) * 0.99)] * 1e3, float(astray)
