from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from port502.web.turns import BURST, LONGEST, SHARE, Turns
from tests.virtual_loop import VirtualLoop


class Work:
    """The seconds of work that were done."""

    def __init__(self) -> None:
        self.done = 0.0

    def __call__(self) -> float:
        return self.done


@pytest.fixture
def loop() -> Iterator[VirtualLoop]:
    loop = VirtualLoop()
    yield loop
    loop.close()


def test_between_two_pieces_the_loop_goes_round(loop: VirtualLoop) -> None:
    rounds: list[int] = []
    count = 0

    def tick() -> None:
        nonlocal count
        count += 1
        loop.call_soon(tick)

    async def piece(turns: Turns) -> None:
        turn = await turns.take("a")
        rounds.append(count)
        turn.end()

    async def main() -> None:
        turns = Turns(clock=loop.time, spent=Work())
        tick()
        await asyncio.gather(*(piece(turns) for _ in range(50)))

    loop.run_until_complete(main())
    assert len(set(rounds)) == 50


def test_who_asks_for_much_waits_behind_who_asks_for_little(loop: VirtualLoop) -> None:
    done: list[str] = []

    async def piece(turns: Turns, asker: str) -> None:
        turn = await turns.take(asker)
        done.append(asker)
        turn.end()

    async def main() -> None:
        turns = Turns(clock=loop.time, spent=Work())
        await asyncio.gather(*(piece(turns, asker) for asker in [*"aaaaaaaaaa", "b", "b", "c"]))

    loop.run_until_complete(main())
    assert done == [*"aabcab", *"aaaaaaa"]


def test_what_is_more_than_a_person_opens_gets_a_share_of_the_time(loop: VirtualLoop) -> None:
    work = Work()
    ends: list[float] = []

    async def piece(turns: Turns) -> None:
        turn = await turns.take("a")
        work.done += 0.05
        ends.append(loop.time())
        turn.end()

    async def main() -> None:
        turns = Turns(clock=loop.time, spent=work)
        began = loop.time()
        await asyncio.gather(*(piece(turns) for _ in range(40)))
        at_once = sum(end == began for end in ends)
        assert at_once * 0.05 == pytest.approx(BURST + 0.05)
        assert ends[-1] - began == pytest.approx((40 * 0.05 - BURST - 0.05) / SHARE)
        await asyncio.sleep(BURST / SHARE)
        began = loop.time()
        await piece(turns)
        assert ends[-1] == began, "who comes later does not pay for it"

    loop.run_until_complete(main())


def test_what_only_waits_keeps_nobody_waiting(loop: VirtualLoop) -> None:
    async def main() -> None:
        turns = Turns(clock=loop.time, spent=Work())
        slow = await turns.take("a")
        began = loop.time()
        other = await turns.take("b")
        assert loop.time() - began == pytest.approx(LONGEST)
        slow.end()  # long after: it is not the other's
        third = asyncio.ensure_future(turns.take("c"))
        await asyncio.sleep(0)
        assert not third.done()
        other.end()
        (await third).end()

    loop.run_until_complete(main())


def test_who_goes_away_is_passed_over(loop: VirtualLoop) -> None:
    async def main() -> None:
        turns = Turns(clock=loop.time, spent=Work())
        first = await turns.take("a")
        gone, given = (asyncio.ensure_future(turns.take("a")) for _ in range(2))
        last = asyncio.ensure_future(turns.take("a"))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.sleep(0)
        first.end()
        given.cancel()  # just when it was given the turn
        (await last).end()
        assert gone.cancelled()
        assert given.cancelled()

    loop.run_until_complete(main())
