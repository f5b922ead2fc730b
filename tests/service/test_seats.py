"""Which connection goes first, among many."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from port502.service.seats import Seat, SeatQueue


def seats(count: int) -> list[Seat[int]]:
    return [Seat(number, f"10.0.0.{number}", False, float(number)) for number in range(count)]


def unchanged(seat: Seat[int]) -> None:
    """Seats whose times are set directly."""


def test_what_never_was_used_goes_before_what_was_and_then_the_longest_unused() -> None:
    queue: SeatQueue[int] = SeatQueue(unchanged)
    first, second, third = made = seats(3)
    for seat in made:
        queue.add(seat)
    first.last, second.last = 50.0, 40.0
    gone = []
    while (found := queue.lowest()) is not None:
        gone.append(found)
        queue.remove(found)
    assert gone == [third, second, first]
    assert len(queue) == 0


def test_the_newest_time_is_asked_for_only_where_it_matters() -> None:
    used = {0: 90.0}
    asked: list[int] = []

    def refresh(seat: Seat[int]) -> None:
        asked.append(seat.key)
        seat.last = used.get(seat.key, seat.arrived)

    queue: SeatQueue[int] = SeatQueue(refresh)
    for seat in seats(100):
        queue.add(seat)
    lowest = queue.lowest()
    assert lowest is not None
    assert (lowest.key, asked) == (1, [0, 1])


def test_a_key_that_came_again_is_another_seat() -> None:
    queue: SeatQueue[int] = SeatQueue(unchanged)
    old, new = Seat(1, "10.0.0.1", False, 0.0), Seat(1, "10.0.0.1", False, 9.0)
    queue.add(old)
    queue.remove(old)
    queue.add(new)
    assert queue.lowest() is new


STEPS = st.lists(st.tuples(st.sampled_from("aaur"), st.integers(0, 30), st.integers(1, 50)), max_size=120)


@given(STEPS)
def test_h073_it_agrees_with_looking_at_all_of_them(steps: list[tuple[str, int, int]]) -> None:
    queue: SeatQueue[int] = SeatQueue(unchanged)
    present: dict[int, Seat[int]] = {}
    for now, (step, number, later) in enumerate(steps):
        if step == "a":
            present[now] = Seat(now, "h", False, float(now))
            queue.add(present[now])
        elif present:
            key = sorted(present)[number % len(present)]
            if step == "u":
                present[key].last = max(present[key].last, float(now + later))
            else:
                queue.remove(present.pop(key))
        lowest = queue.lowest()
        assert (lowest is None) == (not present)
        if lowest is not None:
            assert lowest.worth() == min(seat.worth() for seat in present.values())
        assert len(queue) == len(present)


def test_h077_connections_that_come_and_go_leave_nothing_behind() -> None:
    queue: SeatQueue[int] = SeatQueue(unchanged)
    for number in range(10_000):
        seat = Seat(number, "h", False, float(number))
        queue.add(seat)
        queue.remove(seat)
    assert len(queue._heap) <= 65


def test_h073_ten_thousand_seats_cost_no_more_than_a_few() -> None:
    def cost(count: int) -> float:
        queue: SeatQueue[int] = SeatQueue(unchanged)
        for seat in seats(count):
            queue.add(seat)
        began = time.perf_counter()
        for number in range(1000):
            lowest = queue.lowest()
            assert lowest is not None
            queue.remove(lowest)
            queue.add(Seat(count + number, "h", False, float(count + number)))
        return time.perf_counter() - began

    assert min(cost(10_000) for _ in range(3)) < 10 * min(cost(100) for _ in range(3))
