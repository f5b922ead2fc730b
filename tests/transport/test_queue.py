"""Requests that wait."""

from __future__ import annotations

from port502.protocol.register_access import ReadHoldingRegistersRequest
from port502.transport.queue import MAX_QUEUED, AnyTransaction, RequestQueue

READ = ReadHoldingRegistersRequest(0, 1)


def asked(priority: int = 0, deadline: float = 1.0) -> AnyTransaction:
    return AnyTransaction(1, READ, lambda transaction: None, 1.0, deadline, 0, priority)


def test_the_urgent_go_first_and_among_those_alike_the_first() -> None:
    queue = RequestQueue()
    slow, first, second = asked(3), asked(2), asked(2)
    for transaction in (slow, first, second):
        queue.put(transaction)
    assert [queue.take() for _ in range(3)] == [first, second, slow]
    assert not queue


def test_those_whose_deadline_has_passed_are_taken_out_and_the_others_keep_their_order() -> None:
    queue = RequestQueue()
    transactions = [asked(priority % 3, 10.0 - priority) for priority in range(9)]
    for transaction in transactions:
        queue.put(transaction)
    assert queue.first_deadline() == 2.0
    late = queue.take_late(5.0)
    assert sorted(transaction.deadline for transaction in late) == [2.0, 3.0, 4.0, 5.0]
    assert queue.take_late(5.0) == []
    left = [queue.take() for _ in range(len(queue))]
    assert [(one.priority, one.deadline) for one in left] == [
        (0, 10.0),
        (0, 7.0),
        (1, 9.0),
        (1, 6.0),
        (2, 8.0),
    ]
    assert queue.first_deadline() is None


def test_all_can_be_taken_at_once() -> None:
    queue = RequestQueue()
    transactions = {asked(), asked(1)}
    for transaction in transactions:
        queue.put(transaction)
    assert set(queue.take_all()) == transactions
    assert not queue


def test_it_is_full_some_time() -> None:
    queue = RequestQueue()
    transaction = asked()
    for _ in range(MAX_QUEUED):
        assert not queue.is_full
        queue.put(transaction)
    assert queue.is_full
