from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from port502.collect.sample import Sample
from port502.history import History, Recorder, Spool

START = 1_760_000_000.0
LONG = 30.0
"""Seconds that a test waits for what must happen long before."""


class SlowSpool(Spool):
    """A spool on a disk that stands still until ``disk`` is set."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, keep=None)
        self.disk = threading.Event()
        self.reached = threading.Event()
        self.batches: list[int] = []

    def append(self, samples: Sequence[Sample]) -> None:
        self.batches.append(len(samples))
        self.reached.set()
        assert self.disk.wait(LONG)
        super().append(samples)


def some(count: int, start: float = START) -> list[Sample]:
    return [Sample("a", start + step, float(step)) for step in range(count)]


def test_everything_put_is_kept_in_order(tmp_path: Path) -> None:
    recorder = Recorder(Spool(tmp_path / "x.sqlite", keep=None))
    for batch in range(50):
        recorder.put(some(70, START + batch * 70))
    assert recorder.flush(LONG)
    assert recorder.backlog == 0
    assert [each.time for each in History(tmp_path / "x.sqlite").query(["a"])] == [
        START + step for step in range(3500)
    ]
    assert recorder.close(LONG)
    assert recorder.close(LONG)


def test_closing_writes_what_waits_and_frees_the_file(tmp_path: Path) -> None:
    recorder = Recorder(Spool(tmp_path / "x.sqlite", keep=None), interval=LONG)
    recorder.put(some(12_345))
    assert recorder.close(LONG)
    with Spool(tmp_path / "x.sqlite", keep=None) as spool:
        assert spool.info().samples == 12_345


def test_samples_are_written_by_themselves_after_the_interval(tmp_path: Path) -> None:
    spool = SlowSpool(tmp_path / "x.sqlite")
    spool.disk.set()
    recorder = Recorder(spool, interval=0.01)
    recorder.put(some(3))
    assert spool.reached.wait(LONG)
    assert recorder.close(LONG)


def test_a_full_batch_does_not_wait_for_the_interval(tmp_path: Path) -> None:
    spool = SlowSpool(tmp_path / "x.sqlite")
    spool.disk.set()
    recorder = Recorder(spool, interval=3600.0, batch=100)
    recorder.put(some(99))
    recorder.put(some(1))
    assert spool.reached.wait(LONG)
    assert spool.batches == [100]
    assert recorder.close(LONG)


def test_putting_never_waits_for_the_disk_and_the_oldest_give_way(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spool = SlowSpool(tmp_path / "x.sqlite")
    recorder = Recorder(spool, batch=100, capacity=1000, interval=0.01)
    recorder.put(some(100))
    assert spool.reached.wait(LONG)
    for batch in range(1, 31):
        recorder.put(some(100, START + batch * 100))
    assert recorder.backlog == 1000
    assert (recorder.overflowed, recorder.lost) == (2000, 2000)
    assert not recorder.flush(0.0)
    assert not recorder.close(0.0)
    spool.disk.set()
    assert recorder.close(LONG)
    assert (recorder.overflowed, recorder.lost) == (2000, 2000), "each is counted once"
    info = History(tmp_path / "x.sqlite").info()
    assert (info.samples, info.lost) == (1100, 2000)
    (gap,) = info.gaps
    assert (gap.since, gap.until, gap.reason) == (START + 100, START + 2099, "the disk was too slow")
    assert sum("too slow" in message for message in caplog.messages) == 1


def test_after_closing_samples_are_counted_not_kept(tmp_path: Path) -> None:
    recorder = Recorder(Spool(tmp_path / "x.sqlite", keep=None))
    assert recorder.close(LONG)
    recorder.put(some(5))
    recorder.put([])
    assert (recorder.overflowed, recorder.lost, recorder.backlog) == (5, 5, 0)


def test_a_batch_that_fails_beyond_all_expectation_does_not_end_the_recording(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spool = Spool(tmp_path / "x.sqlite", keep=None)
    recorder = Recorder(spool)
    recorder.put([None])  # type: ignore[list-item]
    assert recorder.flush(LONG)
    recorder.put(some(5))
    assert recorder.close(LONG)
    assert recorder.lost == 1
    assert History(tmp_path / "x.sqlite").info().samples == 5
    assert "was lost" in caplog.text


async def test_an_event_loop_goes_on_while_the_disk_stands_still(tmp_path: Path) -> None:
    spool = SlowSpool(tmp_path / "x.sqlite")
    recorder = Recorder(spool, batch=10)
    started = time.monotonic()
    for batch in range(100):
        recorder.put(some(10, START + batch * 10))
        await asyncio.sleep(0)
    assert time.monotonic() - started < LONG / 2
    assert recorder.backlog >= 980
    spool.disk.set()
    assert await asyncio.to_thread(recorder.close, LONG)
    assert History(tmp_path / "x.sqlite").info().samples == 1000
