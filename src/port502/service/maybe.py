"""Values that are there at once or have to be waited for; a service that answers at once costs no task."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

if TYPE_CHECKING:
    from typing_extensions import TypeIs

T = TypeVar("T")
U = TypeVar("U")

Maybe: TypeAlias = T | Awaitable[T]

Steps: TypeAlias = Generator[Awaitable[Any], Any, T]
"""A piece of work written straight down that yields whatever it has to wait for, and is sent the result."""


def must_wait(value: Maybe[T]) -> TypeIs[Awaitable[T]]:
    """Whether a value has to be awaited (coroutines, futures, tasks)."""
    return hasattr(value, "__await__")


def then(value: Maybe[T], apply: Callable[[T], U]) -> Maybe[U]:
    """``apply`` to a value: now if it is there, else in a coroutine that waits for it first."""
    if must_wait(value):
        return _then(value, apply)
    return apply(value)


async def _then(waiting: Awaitable[T], apply: Callable[[T], U]) -> U:
    return apply(await waiting)


def drive(steps: Steps[T]) -> Maybe[T]:
    """Run steps to their end; where they first have to wait, the rest becomes a coroutine."""
    try:
        waiting = next(steps)
    except StopIteration as end:
        result: T = end.value
        return result
    return _drive(steps, waiting)


async def _drive(steps: Steps[T], waiting: Awaitable[Any]) -> T:
    try:
        while True:
            try:
                result = await waiting
            except BaseException as error:  # the steps decide what an error means, as with a plain await
                waiting = steps.throw(error)
            else:
                waiting = steps.send(result)
    except StopIteration as end:
        value: T = end.value
        return value
    finally:
        steps.close()
