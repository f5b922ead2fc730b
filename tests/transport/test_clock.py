"""Clocks of event loops."""

from __future__ import annotations

import asyncio
import time

import pytest

from port502.transport.clock import clock_of, utc


def test_the_loop_s_own_clock_is_used_where_it_is_fine_enough() -> None:
    loop = asyncio.new_event_loop()
    try:
        assert clock_of(loop) == loop.time
    finally:
        loop.close()


def test_uvloop_s_coarse_clock_is_replaced_by_one_of_the_same_base() -> None:
    uvloop = pytest.importorskip("uvloop")
    loop = uvloop.new_event_loop()
    try:
        assert clock_of(loop) is time.monotonic
        loop.run_until_complete(asyncio.sleep(0))
        assert abs(loop.time() - time.monotonic()) < 1.0
    finally:
        loop.close()


def test_times_are_written_in_utc_to_the_millisecond() -> None:
    assert utc(0.25) == "1970-01-01T00:00:00.250Z"
    assert utc(1_800_000_000.25) == "2027-01-15T08:00:00.250Z"
