"""Asking a device, one harmless request after the other, on one connection, and noting everything."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from port502.discover.doctor.exchange import Answer, Exchange, Taken, is_whole, take_apart, take_apart_rtu
from port502.discover.doctor.question import Question
from port502.errors import UsageError
from port502.protocol.codes import RETURN_QUERY_DATA
from port502.protocol.diagnostics import DiagnosticsRequest
from port502.protocol.mbap import MbapFraming
from port502.protocol.message import Request
from port502.protocol.rtu import RtuFraming
from port502.transport.probe.attempt import Attempt, Place, attempt
from port502.transport.probe.line import FIN, Line

if TYPE_CHECKING:
    import socket

FIRST_ID = 0x5001
"""The first transaction id: one that nothing answers by chance, and whose two bytes differ."""

LINGER = 0.15
"""Seconds that the right reply is waited for behind a wrong one."""

TAIL = 0.03
"""Seconds that bytes behind the first reply are waited for."""

_REMEMBERED = 64


class Talk:
    """A connection to one place that is opened when it is needed; asks reads only.

    ``attempts`` are those to connect, ``tls_error`` is what the last handshake ended with.
    """

    def __init__(self, question: Question, place: Place) -> None:
        self.question = question
        self.place = place
        self.line: Line | None = None
        self.tls_error: Exception | None = None
        self.requests = 0
        self._serial = question.target.scheme == "rtu+tcp"
        self._next_id = FIRST_ID
        self._given_up: dict[bytes, None] = {}
        self._last = 0.0

    async def open(self, timeout: float | None = None) -> Attempt:
        """Connect anew, whatever there was before; ``line`` is None where that failed."""
        await self.close()
        self._given_up.clear()
        limit = timeout or self.question.pace.connect
        seen, sock = await attempt(self.place, limit, source=self.question.source)
        if sock is not None:
            await self.adopt(sock)
        return seen

    async def adopt(self, sock: socket.socket) -> None:
        """Talk on a socket that is connected already; ``tls_error`` says why that failed."""
        self.tls_error = None
        try:
            async with asyncio.timeout(self.question.pace.connect):
                self.line = await Line.to(self.question.target, sock, self.question.tls)
        except OSError as error:
            sock.close()
            self.tls_error = error

    async def ask(
        self,
        unit: int,
        request: Request[Any],
        *,
        timeout: float | None = None,
        patience: float = 0.0,
        linger: bool = False,
    ) -> Exchange:
        """Send one read and note what came of it; raises UsageError for a request that would change anything.

        The reply is waited for ``timeout`` seconds (the pace's without), and a late one for ``patience``.
        """
        check_harmless(request)
        if self.line is None or not self.line.is_open:
            await self.open()
        line = self.line
        if line is None:
            return Exchange(unit, request, b"", b"", Answer.CLOSED, 0.0, note="it cannot be connected again")
        await self._pause()
        sent = self._frame(unit, request)
        began = time.monotonic()
        after = began - line.opened
        self.requests += 1
        line.send(sent)
        heard, late = await self._hear(line, sent, timeout or self.question.pace.timeout, patience)
        took = time.monotonic() - began
        if heard and linger:
            heard += await line.listen(TAIL)
        self._last = time.monotonic()
        return self._noted(unit, request, sent, heard, took, after, late, line)

    async def close(self) -> None:
        """Let go of the connection."""
        line, self.line = self.line, None
        if line is not None:
            await line.close()

    def _frame(self, unit: int, request: Request[Any]) -> bytes:
        if self._serial:
            return RtuFraming("client").encode(0, unit, request.encode())
        number, self._next_id = self._next_id, self._next_id % 0xFFFF + 1
        return MbapFraming().encode(number, unit, request.encode())

    async def _hear(self, line: Line, sent: bytes, timeout: float, patience: float) -> tuple[bytes, bool]:
        """What comes, and whether it came after its time; late replies to what was given up are passed over."""
        enough = self._enough(sent)
        began = time.monotonic()
        until = began + timeout
        heard, late = b"", False
        while not heard and line.is_open:
            left = until - time.monotonic()
            if left <= 0:
                if late or patience <= timeout:
                    break
                late, until = True, began + patience
                continue
            heard = self._without_late(await line.listen(left, enough))
        late = late and bool(heard)
        if (
            heard
            and not self._serial
            and _frame_of(heard, sent) is None
            and is_whole(heard)
            and heard != sent
        ):
            heard += await line.listen(LINGER, lambda more: _frame_of(heard + more, sent) is not None)
        return heard, late

    def _without_late(self, heard: bytes) -> bytes:
        """What is left behind replies to requests that were given up."""
        while len(heard) >= 8 and heard[2:4] == b"\0\0" and heard[:2] in self._given_up and is_whole(heard):
            del self._given_up[heard[:2]]
            heard = heard[6 + int.from_bytes(heard[4:6], "big") :]
        return heard

    def _enough(self, sent: bytes) -> Callable[[bytes], bool]:
        if self._serial:
            return lambda data: take_apart_rtu(sent, data) is not None
        return is_whole

    def _noted(
        self,
        unit: int,
        request: Request[Any],
        sent: bytes,
        heard: bytes,
        took: float,
        after: float,
        late: bool,
        line: Line,
    ) -> Exchange:
        strays = b""
        if heard:
            if self._serial:
                taken = take_apart_rtu(sent, heard) or Taken(Answer.FOREIGN, note="no RTU frame")
            else:
                place = _frame_of(heard, sent)
                strays, ours = (heard[:place], heard[place:]) if place else (b"", heard)
                taken = take_apart(sent, request, ours)
        elif line.is_open:
            taken = Taken(Answer.SILENT)
            self._give_up(sent)
        else:
            taken = Taken(Answer.CLOSED if line.ending == FIN else Answer.RESET)
        return Exchange(
            unit,
            request,
            sent,
            heard[:512],
            taken.answer,
            took,
            after,
            taken.pdu,
            taken.exception,
            taken.got_id,
            taken.got_unit,
            taken.note,
            line.info(),
            late,
            strays[:64],
        )

    def _give_up(self, sent: bytes) -> None:
        if not self._serial:
            self._given_up[sent[:2]] = None
            while len(self._given_up) > _REMEMBERED:
                self._given_up.pop(next(iter(self._given_up)))

    async def _pause(self) -> None:
        wait = self._last + self.question.pace.pause - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)


def check_harmless(request: Request[Any]) -> None:
    """Raises UsageError for anything but a read or an echo."""
    echo = isinstance(request, DiagnosticsRequest) and request.sub_function == RETURN_QUERY_DATA
    if request.writes or (isinstance(request, DiagnosticsRequest) and not echo):
        raise UsageError(f"the doctor never writes: function {request.function} was not sent")


def _frame_of(data: bytes, sent: bytes) -> int | None:
    """Where in the bytes the frame with our transaction id begins."""
    at = 0
    while at + 8 <= len(data) and data[at + 2 : at + 4] == b"\0\0":
        if data[at : at + 2] == sent[:2]:
            return at
        at += 6 + int.from_bytes(data[at + 4 : at + 6], "big")
    return None
