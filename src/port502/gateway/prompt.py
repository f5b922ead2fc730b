"""Services whose replies come without a task: at once, or given later by whoever has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from port502.service.call import Call, Reply
from port502.service.maybe import Later

Prompt: TypeAlias = Callable[[Call], Reply | Later[Reply]]
"""A service that never needs a task; every one of them is a Service."""


class Passing(Later[Reply]):
    """A reply on its way from an inner service to an outer one.

    Giving it up gives up its ``source``. ``since`` is when the question left for the device, in seconds of the event
    loop's clock: the values in the reply are at most that old. 0 where it never left.
    """

    __slots__ = ("since", "source")

    def __init__(self, source: Later[Reply], since: float = 0.0) -> None:
        super().__init__()
        self.source = source
        self.since = since

    def cancel(self) -> None:
        """Nobody waits any more, here and further in."""
        if not self.given and not self.cancelled:
            super().cancel()
            self.source.cancel()
