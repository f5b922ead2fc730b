"""Captures to matched transactions beside tshark, each as a command from its start to its end."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING

from bench.errors import NotMeasured
from bench.machine import cores, pinned
from bench.measure import Cell, Measurement, run_rounds
from bench.native import ROOT
from bench.rows import Row
from bench.traffic_file import capture

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from bench.measure import Plan

PACKETS = 1_000_000
FIELDS = (
    "frame.number",
    "mbtcp.trans_id",
    "mbtcp.unit_id",
    "modbus.func_code",
    "modbus.reference_num",
    "modbus.word_cnt",
    "modbus.request_frame",
    "modbus.regval_uint16",
)
OURS, LINES = "port502 inspect --stats", "port502 inspect --json"
THEIRS, COUNTING = "tshark -T fields", "tshark -z io,stat,0"


def measure(plan: Plan) -> tuple[list[Row], list[Cell]]:
    """Packets per second and memory over a capture of pollers, interpreters and start-up included."""
    packets = PACKETS // 5 if plan.quick else PACKETS
    path = capture(packets)
    ours = [sys.executable, "-m", "port502", "inspect", str(path)]
    fields = [word for field in FIELDS for word in ("-e", field)]
    cell = Cell(
        "inspect",
        {
            OURS: _running([*ours, "--stats", "--json"], packets, counted=True),
            LINES: _running([*ours, "--json"], packets),
            THEIRS: _tshark(path, ["-T", "fields", *fields], packets),
            COUNTING: _tshark(path, ["-q", "-z", "io,stat,0"], packets),
        },
    )
    run_rounds([cell], plan, rounds=min(plan.rounds, 5))
    group = f"captures, {packets:,} packets of pollers"
    mine = cell.of(OURS)
    cpu = statistics.median(one.cpu for one in mine) if mine else None
    rows = [
        _against(group, cell, OURS, THEIRS, must=7, cpu=cpu),
        _against(group, cell, OURS, COUNTING, must=2, cpu=cpu),
        _against(group, cell, LINES, THEIRS),
        Row(
            group,
            f"memory of {OURS}",
            [one.extra["megabytes"] for one in mine],
            "MB",
            must=300,
            at_most=True,
            why_not=cell.why_not(OURS),
        ),
    ]
    return rows, [cell]


def _against(
    group: str, cell: Cell, one: str, other: str, *, must: float | None = None, cpu: float | None = None
) -> Row:
    by_cpu = [1 / ratio for ratio in cell.cpu_ratio(one, other)]
    return Row(
        group,
        f"{one} against {other}",
        cell.ratio(one, other),
        must=must,
        cpu=cpu,
        by_cpu=by_cpu,
        why_not=cell.why_not(one, other),
    )


def _tshark(path: Path, words: Sequence[str], packets: int) -> Callable[[], Measurement]:
    def once() -> Measurement:
        program = shutil.which("tshark")
        if program is None:
            raise NotMeasured("no tshark (Debian package tshark)")
        return _run([program, "-n", "-r", str(path), *words], packets)

    return once


def _running(command: Sequence[str], packets: int, *, counted: bool = False) -> Callable[[], Measurement]:
    return lambda: _run(command, packets, counted=counted)


def _run(command: Sequence[str], packets: int, *, counted: bool = False) -> Measurement:
    """One run to its end; with ``counted`` it must say that every request was matched."""
    with tempfile.TemporaryFile() as out, pinned(cores()[0]):
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL, cwd=ROOT)
        _, status, used = os.wait4(process.pid, 0)
        took = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise NotMeasured(f"ended with status {process.returncode}")
        if counted:
            out.seek(0)
            told = json.loads(out.read())
            if told["transactions"] != packets // 2:
                raise NotMeasured(f"matched {told['transactions']} of {packets // 2} requests")
    cpu = (used.ru_utime + used.ru_stime) / packets * 1e6
    return Measurement(packets / took, cpu, extra={"megabytes": used.ru_maxrss / 1024})
