"""What a task awaits: resumed on the spot, in its own context, and with the manners of asyncio's future."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from typing import Any

import pytest

from port502.client.answer import Answer

NAME: ContextVar[str] = ContextVar("NAME", default="nobody")


def answer() -> Answer[Any]:
    return Answer(asyncio.get_running_loop())


async def wait_for(one: Answer[Any], log: list[Any]) -> Any:
    log.append("waits")
    try:
        value = await one
    except BaseException as error:
        log.append(type(error))
        raise
    log.append(value)
    return value


async def call(action: Any, *arguments: Any) -> None:
    """As the event loop calls what a socket has to tell: no task is running meanwhile."""
    called = asyncio.Event()

    def calls() -> None:
        try:
            action(*arguments)
        finally:
            called.set()

    asyncio.get_running_loop().call_soon(calls)
    await called.wait()


async def test_the_task_goes_on_in_the_moment_of_the_answer() -> None:
    one, log = answer(), []
    task = asyncio.create_task(wait_for(one, log))
    await asyncio.sleep(0)

    def arrives() -> None:
        one.set_result(42)
        log.append("handed out")

    await call(arrives)
    assert log == ["waits", 42, "handed out"]
    assert await task == 42
    assert asyncio.isfuture(one)


async def test_it_goes_on_in_its_own_context() -> None:
    one, seen = answer(), []

    async def work() -> None:
        NAME.set("the task")
        await one
        seen.append(NAME.get())

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    await call(one.set_result, None)
    assert seen == ["the task"]
    assert NAME.get() == "nobody"
    await task


async def test_while_another_task_runs_it_waits_for_the_next_round() -> None:
    one, log = answer(), []
    task = asyncio.create_task(wait_for(one, log))
    await asyncio.sleep(0)
    one.set_result(42)
    assert log == ["waits"]
    assert await task == 42


async def test_what_is_there_already_is_not_waited_for() -> None:
    one = answer()
    one.set_result(7)
    assert await one == 7
    other = answer()
    other.set_exception(ValueError("no"))
    with pytest.raises(ValueError, match="no"):
        await other


async def test_an_error_takes_the_next_round() -> None:
    one, log = answer(), []
    task = asyncio.create_task(wait_for(one, log))
    await asyncio.sleep(0)

    def fails() -> None:
        one.set_exception(ValueError("no"))
        log.append("handed out")

    await call(fails)
    with pytest.raises(ValueError, match="no"):
        await task
    assert log == ["waits", "handed out", ValueError]


async def test_a_task_that_waits_can_be_cancelled() -> None:
    one, log = answer(), []
    task = asyncio.create_task(wait_for(one, log))
    await asyncio.sleep(0)
    assert task.cancel("enough")
    with pytest.raises(asyncio.CancelledError, match="enough"):
        await task
    assert one.done()
    assert not one.cancel()
    assert log == ["waits", asyncio.CancelledError]


async def test_a_task_cancelled_between_answer_and_resumption_ends_cancelled() -> None:
    one, log = answer(), []
    task = asyncio.create_task(wait_for(one, log))
    await asyncio.sleep(0)
    one.set_result(42)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert log == ["waits", asyncio.CancelledError]


async def test_a_deadline_ends_the_wait() -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.001):
            await answer()


async def test_a_task_that_fails_when_it_goes_on_harms_nobody_else() -> None:
    one = answer()

    async def work() -> None:
        await one
        raise ValueError("mine")

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    await call(one.set_result, None)
    with pytest.raises(ValueError, match="mine"):
        await task
