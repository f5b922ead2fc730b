"""Values that are there at once or have to be waited for; a service that answers at once costs no task."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

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


class Later(Generic[T]):
    """A value that somebody gives when it is there: a future without a task and without a turn of the event loop.

    One taker hears of it, by ``then`` or by awaiting it, and one listener before, by ``hear``. ``cancel`` says that
    nobody waits any more.
    """

    __slots__ = ("_argument", "_hear", "_heard", "_then", "_value", "cancelled", "given")

    def __init__(self) -> None:
        self.given = False
        self.cancelled = False
        self._then: Callable[[Any, T], None] | None = None
        self._hear: Callable[[Any, T], None] | None = None

    def give(self, value: T) -> None:
        """The value is there; who waits for it is told at once. It is taken once, and not after ``cancel``."""
        if self.given or self.cancelled:
            return
        self.given = True
        self._value = value
        if self._hear is not None:
            self._hear(self._heard, value)
        if self._then is not None:
            self._then(self._argument, value)

    def then(self, call: Callable[[Any, T], None], argument: Any = None) -> None:
        """Call with the argument and the value as soon as it is there."""
        self._then = call
        self._argument = argument
        if self.given:
            call(argument, self._value)

    def hear(self, call: Callable[[Any, T], None], argument: Any) -> bool:
        """Call with the argument and the value before it is taken; False where somebody else listens already."""
        if self._hear is not None:
            return False
        self._hear = call
        self._heard = argument
        if self.given:
            call(argument, self._value)
        return True

    def cancel(self) -> None:
        """Nobody waits for the value any more."""
        self.cancelled = True

    def __await__(self) -> Generator[Any, None, T]:
        if not self.given:
            arrived: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self.then(_set, arrived)
            try:
                yield from arrived
            except asyncio.CancelledError:
                if not self.given:
                    self.cancel()
                raise
        return self._value


def _set(arrived: asyncio.Future[None], _: object) -> None:
    if not arrived.done():
        arrived.set_result(None)
