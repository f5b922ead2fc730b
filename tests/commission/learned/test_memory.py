"""What one unit was seen to hold, and when that changed."""

from __future__ import annotations

from port502.commission.learned.memory import MOST_REPLIES, Budget, Memory, Unit
from port502.registers.reference import Table
from port502.simulate.replay import Change

S = 1_000_000_000


def test_the_first_values_stay_and_changes_have_their_times() -> None:
    memory = Memory()
    memory.hold(10 * S, Table.HOLDING, 5, [1, 2, 3])
    memory.hold(11 * S, Table.HOLDING, 5, [1, 7, 8])
    memory.hold(12 * S, Table.HOLDING, 6, [7])
    memory.hold(13 * S, Table.COIL, 0, [True, False])
    memory.hold(14 * S, Table.COIL, 1, [True])
    assert memory.first[Table.HOLDING] == {5: 1, 6: 2, 7: 3}
    assert memory.taken(Table.HOLDING, 5, 3) == [1, 7, 8]
    assert memory.taken(Table.HOLDING, 5, 4) is None
    assert memory.moving == {(Table.HOLDING, 6), (Table.HOLDING, 7), (Table.COIL, 1)}
    assert memory.course(10 * S) == (
        Change(1.0, Table.HOLDING, 6, (7, 8)),
        Change(4.0, Table.COIL, 1, (1,)),
    )


def test_a_course_goes_forward_whatever_the_order_of_the_messages() -> None:
    memory = Memory()
    for time, value in ((0, 1), (5, 2), (3, 3), (9, 4)):
        memory.hold(time * S, Table.INPUT, 0, [value])
    assert [change.seconds for change in memory.course(1 * S)] == [2, 4, 8]


def test_a_reply_that_says_nothing_new_is_known_until_something_changes() -> None:
    memory = Memory()
    memory.hold(0, Table.HOLDING, 0, [1])
    memory.remember(b"ask", b"reply")
    assert memory.is_known(b"ask", b"reply")
    assert not memory.is_known(b"ask", b"other")
    memory.hold(1, Table.HOLDING, 0, [2])
    assert not memory.is_known(b"ask", b"reply")
    for number in range(2 * MOST_REPLIES):
        memory.remember(b"%d" % number, b"reply")
    assert len(memory._replies) <= MOST_REPLIES


def test_what_is_written_is_marked() -> None:
    memory = Memory()
    memory.write(0, Table.HOLDING, 3, [5])
    assert memory.written == {(Table.HOLDING, 3)}
    assert memory.first[Table.HOLDING] == {3: 5}


def test_memory_is_bounded_and_says_so() -> None:
    budget = Budget(places=4, moves=2)
    memory = Memory(budget)
    memory.write(0, Table.HOLDING, 0, [1, 2, 3, 4, 5, 6])
    assert len(memory.first[Table.HOLDING]) == len(memory.written) == 4
    for value in range(10, 20):
        memory.hold(value, Table.HOLDING, 0, [value])
    assert len(memory.moves) == 2
    memory.keep_records(1, 0, [1, 2])
    memory.keep_queue(9, [1])
    assert not memory.records[1]
    assert not memory.queues
    assert budget.refused == 2 + 8 + 2 + 1


def test_files_and_queues_are_kept() -> None:
    memory = Memory()
    assert memory.is_empty
    memory.keep_records(4, 10, [1, 2])
    memory.keep_records(4, 11, [7])
    memory.keep_queue(9, [1, 2, 3])
    memory.keep_queue(9, [4])
    assert memory.records == {4: {10: 1, 11: 7}}
    assert memory.queues == {9: (4,)}
    assert not memory.is_empty


def test_a_unit_has_a_key() -> None:
    assert Unit("10.0.0.2", 502, 7, Memory()).key == ("10.0.0.2", 502, 7)
