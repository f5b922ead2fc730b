"""The spool of port502, filled with samples as the collector makes them."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.peers.appending import FIRST_TIME, POINTS, append_all, time_of, value_of
from port502.collect.sample import Sample
from port502.history.spool import Spool


def main() -> None:
    folder, batches = Path(sys.argv[1]), int(sys.argv[2])
    spool = Spool(folder / "history.sqlite", clock=lambda: FIRST_TIME)
    names = [f"meter{point // 20:02}.value{point % 20:02}" for point in range(POINTS)]

    def make(batch: int) -> list[Sample]:
        return [
            Sample(name, time_of(batch, point), value_of(batch, point)) for point, name in enumerate(names)
        ]

    append_all(folder, batches, make, spool.append, spool.close)


main()
