"""Reads that leave together and come back together: transactions that nobody had to make, as long as all goes well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from port502.protocol.message import Request, Response

R = TypeVar("R", bound=Response)


class Burst(Generic[R]):
    """Requests to one unit in ``frames`` whose ids are ``first`` and those behind it, alone on their connection.

    ``expires`` is when all of them time out. With the first surprise ``ClientConnection.unfold`` makes a burst
    the transactions that it stands for; nothing else may be asked of its connection before that or its answer.
    """

    __slots__ = ("expires", "first", "frames", "order", "requests", "sent_at", "unit")

    def __init__(
        self,
        unit: int,
        requests: Sequence[Request[R]],
        frames: list[bytes],
        first: int,
        order: int,
        sent_at: float,
        expires: float,
    ) -> None:
        self.unit = unit
        self.requests = requests
        self.frames = frames
        self.first = first
        self.order = order
        self.sent_at = sent_at
        self.expires = expires
