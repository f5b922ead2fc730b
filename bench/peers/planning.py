"""Plans the reads of 1,000 points, once, as a program does that starts."""

from __future__ import annotations

import json
import random
import time

from port502.registers.planner import plan
from port502.registers.point import Point
from port502.registers.reference import Table

POINTS = 1000
WIDTHS = {"uint16": 1, "float32": 2, "uint64": 4}


def points() -> list[Point]:
    """Points of three widths over two tables, most of them close together, now and then with a wide gap."""
    dice = random.Random(502)
    found: list[Point] = []
    for table in (Table.HOLDING, Table.INPUT):
        address = 0
        for number in range(POINTS // 2):
            address += dice.choice((0, 0, 0, 2, 10, 30))
            kind = dice.choice(tuple(WIDTHS))
            found.append(Point(f"{table}{number}", table, address, type=kind))
            address += WIDTHS[kind]
    return found


def main() -> None:
    made = points()
    began, used = time.perf_counter(), time.process_time()
    blocks = plan(made)
    took, cpu = time.perf_counter() - began, time.process_time() - used
    print(json.dumps({"took": took, "cpu": cpu, "requests": len(blocks)}))


if __name__ == "__main__":
    main()
