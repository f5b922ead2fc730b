"""What a task awaits until its answer arrives: it goes on in that moment, not in the event loop's next round."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from contextvars import Context
from typing import Any, Generic, TypeVar

R = TypeVar("R")


class Answer(Generic[R]):
    """A future that one task awaits; one for ``asyncio.isfuture``, though not the whole of asyncio's own.

    asyncio lets a task go on in the next round of the event loop. That round, with its look at all sockets, costs
    more than the rest of a request's bookkeeping, so a task that waits for nothing else goes on where its reply is
    handed out. Errors take the usual way. Other event loops have cheap rounds: there their own future is better.
    """

    __slots__ = ("_asyncio_future_blocking", "_context", "_done", "_error", "_loop", "_resume", "_value")
    _value: R
    _context: Context

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._resume: Callable[[Answer[R]], object] | None = None
        self._error: BaseException | None = None
        self._asyncio_future_blocking = self._done = False

    def __await__(self) -> Generator[Answer[R], None, R]:
        if not self._done:
            self._asyncio_future_blocking = True
            yield self
        return self.result()

    def done(self) -> bool:
        """Whether there is a result, an error, or nobody who waits."""
        return self._done

    def set_result(self, value: R) -> None:
        """The task goes on with this now; or soon, where another one is running."""
        self._value = value
        self._done = True
        if self._resume is None:
            return
        if asyncio.current_task(self._loop) is None:
            self._context.run(self._resume, self)
        else:
            self._loop.call_soon(self._resume, self, context=self._context)

    def set_exception(self, error: BaseException) -> None:
        """The task goes on with this error in the event loop's next round."""
        self._error = error
        self._done = True
        if self._resume is not None:
            self._loop.call_soon(self._resume, self, context=self._context)

    # What a task asks of a future

    def get_loop(self) -> asyncio.AbstractEventLoop:
        """The event loop."""
        return self._loop

    def add_done_callback(self, resume: Callable[[Answer[R]], object], *, context: Context) -> None:
        """The task waits from now on, and goes on by ``resume``."""
        self._resume = resume
        self._context = context

    def result(self) -> R:
        """What was set; raises the error."""
        if self._error is not None:
            raise self._error
        return self._value

    def cancel(self, msg: Any | None = None) -> bool:
        """The task is not to wait any longer; False when it does not."""
        if self._done:
            return False
        self.set_exception(asyncio.CancelledError() if msg is None else asyncio.CancelledError(msg))
        return True
