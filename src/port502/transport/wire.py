"""The seam between a listener's replies and the network, for simulations in which the wire misbehaves.

A listener without a wire sends its replies itself and pays nothing for this.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections import deque
from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol, TypeAlias

from port502.protocol.server import PendingReply
from port502.service.call import Session


class Send(NamedTuple):
    """Bytes to send, ``after`` seconds of pause."""

    data: bytes
    after: float = 0.0


class Close(NamedTuple):
    """The end of the connection behind everything that was sent."""

    after: float = 0.0


class Reset(NamedTuple):
    """The end of the connection at once, with a TCP reset."""

    after: float = 0.0


Action: TypeAlias = Send | Close | Reset


class Wire(Protocol):
    """Decides what really happens to the connections of a listener and to its replies."""

    def opened(self, outlet: Outlet) -> None:
        """A client was accepted; the outlet may be used, and closed, from now on."""

    def closed(self, outlet: Outlet) -> None:
        """The connection has ended."""

    def replied(self, outlet: Outlet, place: PendingReply) -> Iterable[Action]:
        """What to do in place of sending ``place.reply``, which is empty for silence."""


class Outlet:
    """One connection as a wire sees it: carries out actions in their order, each after its pause."""

    def __init__(
        self, session: Session, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop
    ) -> None:
        self.session = session
        self._transport = transport
        self._loop = loop
        self._waiting: deque[Action] = deque()
        self._pause: asyncio.TimerHandle | None = None
        self._end: asyncio.TimerHandle | None = None

    def do(self, actions: Iterable[Action]) -> None:
        """Carry out actions behind those that are waiting."""
        self._waiting.extend(actions)
        if self._pause is None:
            self._go_on()

    def close_in(self, seconds: float, told: Callable[[], None]) -> None:
        """Close the connection in so many seconds, unless this is called again before; ``told`` when it is."""

        def close() -> None:
            self._end = None
            self._carry_out(Close())
            told()

        if self._end is not None:
            self._end.cancel()
        self._end = self._loop.call_later(seconds, close)

    def drop(self) -> None:
        """The connection has ended: forget what was waiting."""
        self._waiting.clear()
        for timer in (self._pause, self._end):
            if timer is not None:
                timer.cancel()
        self._pause = self._end = None

    def _go_on(self) -> None:
        self._pause = None
        while self._waiting:
            action = self._waiting[0]
            if action.after > 0:
                self._waiting[0] = action._replace(after=0.0)
                self._pause = self._loop.call_later(action.after, self._go_on)
                return
            self._carry_out(self._waiting.popleft())

    def _carry_out(self, action: Action) -> None:
        if self._transport.is_closing():
            self._waiting.clear()
        elif isinstance(action, Send):
            self._transport.write(action.data)
        elif isinstance(action, Close):
            self._transport.close()
        else:
            self._reset()

    def _reset(self) -> None:
        sock = self._transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()
