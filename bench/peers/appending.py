"""How a history program counts: batches of one sample of 1,000 points; making them is not counted."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Item = TypeVar("Item")

POINTS = 1000
FIRST_TIME = 1_700_000_000.0


def time_of(batch: int, point: int) -> float:
    """A poll each second, the points spread over it."""
    return FIRST_TIME + batch + point / POINTS


def value_of(batch: int, point: int) -> float:
    """A measured value that changes a little, as they do."""
    return 200.0 + point + (batch * 7 + point * 3) % 100 / 100


def append_all(
    folder: Path,
    batches: int,
    make: Callable[[int], list[Item]],
    append: Callable[[list[Item]], None],
    close: Callable[[], None],
) -> None:
    """Append every batch, close, and print samples, seconds, CPU and the bytes of all files in the folder."""
    seconds = cpu = 0.0
    for batch in range(batches):
        items = make(batch)
        start, used = time.perf_counter(), time.process_time()
        append(items)
        seconds += time.perf_counter() - start
        cpu += time.process_time() - used
    start, used = time.perf_counter(), time.process_time()
    close()
    seconds += time.perf_counter() - start
    cpu += time.process_time() - used
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    print(json.dumps({"samples": batches * POINTS, "seconds": seconds, "cpu": cpu, "bytes": size}))
