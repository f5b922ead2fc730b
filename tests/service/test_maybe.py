from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from port502.service.maybe import Later, Steps, drive, must_wait, then


async def later(value: int) -> int:
    await asyncio.sleep(0)
    return value


async def fail() -> int:
    await asyncio.sleep(0)
    raise ValueError("too late")


def test_a_value_has_not_to_be_waited_for() -> None:
    assert not must_wait(3)
    assert not must_wait(None)


async def test_coroutines_and_futures_have_to_be_waited_for() -> None:
    coroutine = later(1)
    future = asyncio.get_running_loop().create_future()
    assert must_wait(coroutine)
    assert must_wait(future)
    future.set_result(None)
    await coroutine


def test_then_applies_at_once_to_a_value() -> None:
    assert then(3, str) == "3"


async def test_then_waits_for_what_is_not_there_yet() -> None:
    waiting = then(later(3), str)
    assert must_wait(waiting)
    assert await waiting == "3"


def added(*values: Any) -> Steps[int]:
    total = 0
    for value in values:
        total += (yield value) if must_wait(value) else value
    return total


def test_steps_that_never_wait_end_at_once() -> None:
    assert drive(added(1, 2, 3)) == 6


async def test_steps_go_on_in_a_coroutine_from_where_they_wait() -> None:
    rest = drive(added(1, later(2), 3, later(4)))
    assert isinstance(rest, Coroutine)
    assert await rest == 10


async def test_an_error_is_raised_inside_the_steps_where_they_wait() -> None:
    def forgiving() -> Steps[int]:
        try:
            yield fail()
        except ValueError:
            return (yield later(7))
        return 0

    assert await drive(forgiving()) == 7  # type: ignore[misc]


async def test_an_error_that_the_steps_do_not_catch_comes_out() -> None:
    with pytest.raises(ValueError, match="too late"):
        await drive(added(fail()))  # type: ignore[misc]


async def test_cancellation_reaches_the_steps_and_comes_out() -> None:
    seen: list[str] = []
    gate = asyncio.get_running_loop().create_future()

    def guarded() -> Steps[None]:
        try:
            yield gate
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise

    task = asyncio.ensure_future(drive(guarded()))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert seen == ["cancelled"]


async def test_a_value_that_comes_later_is_handed_to_who_waits_for_it_once() -> None:
    heard: list[tuple[str, int]] = []
    coming: Later[int] = Later()
    coming.then(lambda name, value: heard.append((name, value)), "a")
    coming.give(1)
    coming.give(2)
    assert heard == [("a", 1)]


async def test_a_value_that_was_given_already_is_there_at_once() -> None:
    coming: Later[int] = Later()
    coming.give(5)
    heard: list[int] = []
    coming.then(lambda _, value: heard.append(value))
    assert heard == [5]
    assert await coming == 5


async def test_a_value_that_comes_later_can_be_awaited() -> None:
    coming: Later[str] = Later()
    assert must_wait(coming)
    asyncio.get_running_loop().call_soon(coming.give, "here")
    assert await coming == "here"


async def test_who_is_cancelled_while_waiting_gives_the_value_up() -> None:
    coming: Later[int] = Later()

    async def wait() -> int:
        return await coming

    task = asyncio.get_running_loop().create_task(wait())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()
    assert coming.cancelled
    coming.give(1)
    assert not coming.given


def test_a_later_value_is_heard_before_it_is_taken() -> None:
    later: Later[int] = Later()
    heard: list[tuple[str, int]] = []
    later.then(lambda who, value: heard.append((who, value)), "taker")
    assert later.hear(lambda who, value: heard.append((who, value)), "listener")
    assert not later.hear(lambda who, value: heard.append((who, value)), "another")
    later.give(7)
    assert heard == [("listener", 7), ("taker", 7)]


def test_what_is_there_already_is_heard_at_once() -> None:
    later: Later[int] = Later()
    later.give(7)
    heard: list[int] = []
    assert later.hear(lambda _, value: heard.append(value), None)
    assert heard == [7]
