"""The grid of slots: spread, without drift, without bursts, and deaf to jobs that fail."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from port502.collect.schedule import Chore, Schedule, grain, phase
from tests.collect.wire import ManualClock


class Run:
    """A schedule with a clock that is set by hand."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.errors: list[Exception] = []
        self.sooner: list[float] = []
        self.schedule = Schedule(self.clock.time, self.errors.append, self.sooner.append)
        self.calls: list[tuple[float, float]] = []

    def every(
        self, interval: float, offset: float, function: Callable[[float, float], None] | None = None
    ) -> Chore:
        chore = Chore(function or self.note)
        self.schedule.every(interval, offset, chore)
        return chore

    def once(self, when: float, function: Callable[[float, float], None] | None = None) -> Chore:
        chore = Chore(function or self.note)
        self.schedule.at(when, chore)
        return chore

    def note(self, due: float, now: float) -> None:
        self.calls.append((due, now))

    def at(self, now: float) -> float | None:
        self.clock.now = now
        return self.schedule.run()


@pytest.fixture
def run() -> Run:
    return Run()


def test_phases_are_stable_and_spread_evenly_over_the_interval() -> None:
    phases = [phase(f"meter-{number}", 5.0) for number in range(1000)]
    assert phases == [phase(f"meter-{number}", 5.0) for number in range(1000)]
    assert all(0 <= one < 5.0 for one in phases)
    fifths = [sum(start <= one < start + 1 for one in phases) for start in range(5)]
    assert all(150 < count < 250 for count in fifths)
    assert phase("meter-1", 5.0) == pytest.approx(3.2600, abs=1e-4)


def test_slots_lie_on_a_grid_that_does_not_drift(run: Run) -> None:
    run.every(0.1, 0.03)
    random.seed(1)
    for slot in range(10_000):
        run.at(1000.03 + slot * 0.1 + random.random() * 0.09)
    dues = [due for due, _ in run.calls]
    assert len(dues) == 10_000
    assert dues == [pytest.approx(0.03 + (10_000 + slot) * 0.1, abs=1e-9) for slot in range(10_000)]


def test_slots_that_a_stalled_process_slept_through_are_skipped_and_counted(run: Run) -> None:
    run.every(1.0, 0.5)
    run.at(1000.5)
    run.at(1007.2)
    assert run.at(1007.4) == 1007.5
    run.at(1007.5)
    assert [due for due, _ in run.calls] == [1000.5, 1006.5, 1007.5]
    assert run.schedule.missed == 5


def test_a_single_job_runs_once_and_a_cancelled_one_never(run: Run) -> None:
    run.once(1000.2)
    run.once(1000.3).cancel()
    beat = run.every(1.0, 0.4)
    beat.cancel()
    run.at(1001.0)
    assert [due for due, _ in run.calls] == [1000.2]
    run.schedule.prune()
    assert len(run.schedule) == 0
    assert run.schedule.next_due() is None


def test_a_job_that_fails_is_reported_and_keeps_its_slots(run: Run) -> None:
    def fail(due: float, now: float) -> None:
        raise ValueError("a fault of ours")

    run.every(1.0, 0.1, fail)
    run.every(1.0, 0.2)
    run.at(1000.5)
    run.at(1001.5)
    assert [str(error) for error in run.errors] == ["a fault of ours"] * 2
    assert len(run.calls) == 2


def test_what_a_job_schedules_for_now_waits_for_the_next_run(run: Run) -> None:
    def again(due: float, now: float) -> None:
        run.note(due, now)
        run.once(now, again)

    run.once(1000.0, again)
    assert run.at(1000.0) == 1000.0
    assert len(run.calls) == 1


def test_the_owner_is_told_of_what_is_due_before_all_else(run: Run) -> None:
    run.once(1005.0)
    run.once(1006.0)
    run.once(1004.0)
    assert run.sooner == [1005.0, 1004.0]


def test_lateness_is_measured_against_the_slot(run: Run) -> None:
    run.every(1.0, 0.0)
    run.at(1001.003)
    assert run.schedule.late.longest == pytest.approx(0.003)


def test_wake_ups_are_as_far_apart_as_the_shortest_interval_allows() -> None:
    assert grain(60.0) == 0.012
    assert grain(0.1) == pytest.approx(0.005)


def test_any_mix_of_beats_keeps_each_to_its_own_grid(run: Run) -> None:
    """Beats come and go at any time; what a plain list of all slots says is what happens."""
    random.seed(7)
    beats: list[tuple[float, float, float, list[float], Chore]] = []
    now = 1000.0
    for _ in range(300):
        now += random.random() * 0.4
        run.at(now)
        if random.random() < 0.3:
            interval, offset = random.choice([0.1, 0.25, 1.0, 7.0]), random.random() * 10
            calls: list[float] = []
            beat = run.every(interval, offset, lambda due, now, calls=calls: calls.append(due))
            beats.append((interval, offset, now, calls, beat))
        if beats and random.random() < 0.1:
            interval, offset, born, calls, beat = beats.pop(random.randrange(len(beats)))
            beat.cancel()
            check(interval, offset, born, now, calls)
            run.schedule.prune()
    for interval, offset, born, calls, _ in beats:
        check(interval, offset, born, now, calls)
    assert len(run.schedule) == len(beats)


def check(interval: float, offset: float, born: float, died: float, calls: list[float]) -> None:
    slots = [slot * interval + offset % interval for slot in range(int(1300 / interval))]
    expected = [slot for slot in slots if born < slot <= died]
    if interval >= 0.4:
        assert calls == pytest.approx(expected)
    else:
        assert {round(call, 6) for call in calls} <= {round(slot, 6) for slot in expected}
        assert len(calls) == len(set(calls))


def test_what_was_due_is_not_lost_when_a_beat_joins(run: Run) -> None:
    run.every(1.0, 0.50)
    run.clock.now = 1000.505
    run.every(1.0, 0.9)
    run.every(1.0, 0.2)
    run.at(1000.51)
    assert [due for due, _ in run.calls] == [1000.5]
    run.at(1001.6)
    assert [due for due, _ in run.calls] == [1000.5, 1000.9, 1001.2, 1001.5]
