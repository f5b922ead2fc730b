"""The queue in front of a wire: fair, bounded, and free of what nobody waits for."""

from __future__ import annotations

from collections import Counter

from port502.gateway.queue import LONGEST_ROUND, FairQueue, QueueLimits


def drained(queue: FairQueue[str]) -> list[str]:
    taken = []
    while (item := queue.take()) is not None:
        taken.append(item)
    return taken


def test_each_client_has_one_turn_per_round_however_much_it_asks() -> None:
    queue: FairQueue[str] = FairQueue()
    for number in range(5):
        queue.put("greedy", f"g{number}", 0.0)
    queue.put("modest", "m0", 0.0)
    queue.put("other", "o0", 0.0)
    assert drained(queue) == ["g0", "m0", "o0", "g1", "g2", "g3", "g4"]


def test_who_begins_to_ask_waits_for_nobodys_second_turn() -> None:
    queue: FairQueue[str] = FairQueue()
    for number in range(5):
        queue.put("greedy", f"g{number}", 0.0)
    assert queue.take() == "g0"
    queue.put("modest", "m0", 0.0)
    queue.put("other", "o0", 0.0)
    assert queue.take() == "m0"
    queue.put("modest", "m1", 0.0)  # it had its turn of this round
    assert drained(queue) == ["o0", "g1", "m1", "g2", "g3", "g4"]


def test_ever_new_clients_keep_nobody_waiting_for_ever() -> None:
    queue: FairQueue[str] = FairQueue()
    queue.put("steady", "first", 0.0)
    queue.put("steady", "second", 0.0)
    taken = []
    for number in range(LONGEST_ROUND + 2):
        queue.put(f"new {number}", "new", 0.0)
        taken.append(queue.take())
    assert taken[0] == "first"
    assert taken.index("second") in (LONGEST_ROUND, LONGEST_ROUND + 1)


def test_an_urgent_request_goes_first_but_its_client_gets_no_larger_share() -> None:
    queue: FairQueue[str] = FairQueue()
    for client in ("a", "b", "writer"):
        for _ in range(30):
            queue.put(client, client, 0.0, urgent=client == "writer")
    taken = [queue.take() for _ in range(30)]
    assert taken[:3] == ["writer", "a", "b"]
    assert Counter(taken) == {"a": 10, "b": 10, "writer": 10}


def test_a_writer_that_asks_again_at_once_gets_no_larger_share() -> None:
    queue: FairQueue[str] = FairQueue()
    taken = []
    for client in ("a", "b", "c"):
        queue.put(client, client, 0.0)
    queue.put("writer", "writer", 0.0, urgent=True)
    for _ in range(40):
        item = queue.take()
        assert item is not None
        taken.append(item)
        queue.put(item, item, 0.0, urgent=item == "writer")
    assert Counter(taken) == {"a": 10, "b": 10, "c": 10, "writer": 10}


def test_one_client_keeps_the_order_of_its_requests() -> None:
    queue: FairQueue[str] = FairQueue()
    queue.put("a", "read", 0.0)
    queue.put("a", "write", 0.0, urgent=True)
    queue.put("a", "read again", 0.0)
    assert drained(queue) == ["read", "write", "read again"]


def test_a_client_and_all_together_may_only_have_so_much_waiting() -> None:
    queue: FairQueue[str] = FairQueue(QueueLimits(total=3, per_client=2))
    assert [queue.put("a", "x", 0.0) for _ in range(3)] == [True, True, False]
    assert [queue.put(client, "x", 0.0) for client in ("b", "c")] == [True, False]
    assert (len(queue), queue.clients, queue.counters.full) == (3, 2, 2)


def test_what_nobody_waits_for_is_dropped_and_makes_room() -> None:
    gone = {"a1"}
    queue: FairQueue[str] = FairQueue(QueueLimits(total=2), wanted=lambda item: item not in gone)
    queue.put("a", "a1", 0.0)
    queue.put("b", "b1", 0.0)
    assert queue.put("c", "c1", 0.0)
    assert drained(queue) == ["b1", "c1"]
    assert queue.counters.gone == 1


def test_what_is_too_old_is_taken_out_and_never_has_a_turn() -> None:
    queue: FairQueue[str] = FairQueue(QueueLimits(age=5.0))
    queue.put("a", "old", 0.0)
    queue.put("a", "young", 3.0)
    queue.put("b", "older client", 1.0)
    oldest = queue.oldest()
    assert oldest is not None
    assert oldest.item == "old"
    assert queue.late(5.0) == ["old"]
    assert queue.late(6.5) == ["older client"]
    assert drained(queue) == ["young"]
    assert queue.counters.late == 2
    assert queue.oldest() is None


def test_clearing_gives_back_what_somebody_waits_for() -> None:
    queue: FairQueue[str] = FairQueue(wanted=lambda item: item != "gone")
    for item in ("gone", "here"):
        queue.put("a", item, 0.0)
    assert queue.clear() == ["here"]
    assert len(queue) == 0
    assert queue.take() is None
