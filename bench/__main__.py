"""``python -m bench``: measure port502 beside its peers.

Exit status 0 whatever the numbers; with ``--gate`` 1 when a ratio misses its demand by more than 10 %
(absolute figures never decide).
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from typing import TYPE_CHECKING

from bench import report
from bench.machine import facts
from bench.measure import Cell, Plan
from bench.native import ROOT
from bench.scenarios import (
    clients,
    collector,
    gateway,
    guard,
    history,
    maps,
    secure,
    servers,
    startup,
    traffic,
    web,
)

if TYPE_CHECKING:
    from bench.rows import Row

SCENARIOS = {
    "servers": servers.measure,
    "clients": clients.measure,
    "secure": secure.measure,
    "guard": guard.measure,
    "gateway": gateway.measure,
    "collector": collector.measure,
    "history": history.measure,
    "maps": maps.measure,
    "startup": startup.measure,
    "traffic": traffic.measure,
    "web": web.measure,
}
PAGE = ROOT / "docs" / "benchmarks.md"


def main() -> int:
    """Measure, print, and refresh the page after a full run."""
    options = _options()
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"[{time.monotonic() - began:5.0f} s] {text}", file=sys.stderr, flush=True)

    seed = options.seed if options.seed is not None else random.randrange(1 << 32)
    plan = Plan(
        quick=options.quick,
        rounds=2 if options.quick else 9,
        seconds=0.25 if options.quick else 0.8,
        say=say,
        order=random.Random(seed),
    )
    machine = facts()
    rows: list[Row] = []
    cells: list[Cell] = []
    for name in options.only or SCENARIOS:
        say(name)
        more_rows, more_cells = SCENARIOS[name](plan)
        rows += more_rows
        cells += more_cells
    summaries = [summary for cell in cells for summary in cell.summaries()]
    if not options.quick and not options.only:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(report.document(machine, rows, summaries), encoding="utf-8")
        say(f"written: {PAGE.relative_to(ROOT)}")
    print(report.as_json(machine, rows, summaries) if options.json else report.table(rows))
    return 1 if options.gate and any(row.fails for row in rows) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure port502 beside its peers.")
    parser.add_argument("--quick", action="store_true", help="two short rounds; the page is not written")
    parser.add_argument(
        "--only", action="append", choices=list(SCENARIOS), help="measure one part (repeatable)"
    )
    parser.add_argument("--json", action="store_true", help="print all numbers as JSON")
    parser.add_argument("--gate", action="store_true", help="exit 1 when a ratio misses by more than 10 %%")
    parser.add_argument("--seed", type=int, help="order of the rounds")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
