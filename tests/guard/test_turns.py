from __future__ import annotations

from port502.guard.turns import Turns


async def test_turns_are_taken_one_after_the_other() -> None:
    turns = Turns()
    assert turns.enter(1) is None
    second, third = turns.enter(1), turns.enter(1)
    assert second is not None
    assert third is not None
    assert not second.done()
    turns.leave(1)
    assert second.done()
    assert not third.done()
    turns.leave(1)
    assert third.done()
    turns.leave(1)
    assert not turns.taken(1)


async def test_units_do_not_wait_for_each_other() -> None:
    turns = Turns()
    assert turns.enter(1) is None
    assert turns.enter(2) is None
    assert turns.taken(2)


async def test_who_gives_up_is_passed_over() -> None:
    turns = Turns()
    turns.enter(1)
    second, third = turns.enter(1), turns.enter(1)
    assert second is not None
    assert third is not None
    turns.give_up(1, second)
    turns.leave(1)
    assert third.done()


async def test_a_turn_that_comes_just_as_one_gives_up_is_not_lost() -> None:
    turns = Turns()
    turns.enter(1)
    second, third = turns.enter(1), turns.enter(1)
    assert second is not None
    assert third is not None
    turns.leave(1)
    turns.give_up(1, second)
    assert third.done()
