"""The server's side of one connection: bytes in, requests out; replies in, bytes out. No I/O, no clock.

Time is an argument everywhere, in seconds of any monotonic clock. Replies leave in the order of their requests
(TCP Implementation Guide V1.0b, clause 4.4.1.2), whatever the order in which they became ready.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from struct import Struct
from typing import Final, Protocol

from port502.errors import DeviceError, FrameError
from port502.protocol.codes import MAX_PDU
from port502.protocol.framing import Frame, Framing
from port502.protocol.message import LongRequest, Request, Response
from port502.protocol.pdu import decode_request

_SIMPLE_REQUEST: Final = Struct(">HHHBBHH")
_HEADER: Final = Struct(">HHHB")
_SIMPLE_LENGTH: Final = 6
_SIMPLE_SIZE: Final = 12
_unpack_simple = _SIMPLE_REQUEST.unpack_from
_pack_header = _HEADER.pack


class Quick(Protocol):
    """What answers plain reads and single writes at once, or says that it cannot."""

    def quick_read(self, function: int, address: int, quantity: int) -> bytes | None:
        """The response PDU of a read (functions 1-4), or None: take the long way."""

    def quick_write(self, function: int, address: int, value: int) -> bool:
        """Whether a single write (functions 5 and 6) was done; False: take the long way."""


class PendingReply:
    """A request that waits for its reply, and its place in the order of replies.

    Where the request could not be decoded it is None, and ``error`` says what to answer.
    """

    __slots__ = ("error", "frame", "reply", "request")

    def __init__(
        self, frame: Frame, request: Request[Response] | None, error: DeviceError | None = None
    ) -> None:
        self.frame = frame
        self.request = request
        self.error = error
        self.reply: bytes | None = None


class ServerConnection:
    """Requests out of bytes, replies into bytes, and the limits of one connection.

    ``window`` is how many requests may wait for their reply; beyond it nothing is read until one left.
    ``frame_timeout`` bounds the time from a frame's first byte to its last, ``idle_timeout`` the time without any
    request (None: no bound). ``quick`` finds, for a unit id, whatever answers its plain requests at once.
    """

    def __init__(
        self,
        framing: Framing,
        *,
        window: int = 16,
        frame_timeout: float | None = 3.0,
        idle_timeout: float | None = 60.0,
        quick: Callable[[int], Quick | None] | None = None,
        now: float = 0.0,
    ) -> None:
        self._framing = framing
        self._window = window
        self._frame_timeout = frame_timeout
        self._idle_timeout = idle_timeout
        self._quick = quick
        self._pending: deque[PendingReply] = deque()
        self._backlog: deque[Frame] = deque()
        self._out: list[bytes] = []
        self._partial_since: float | None = None
        self.last_used = now
        self.requests = 0

    @property
    def in_flight(self) -> int:
        """Requests handed out and not yet answered."""
        return len(self._pending)

    @property
    def is_full(self) -> bool:
        """Whether more bytes should not be read before a reply has left."""
        return bool(self._backlog) or len(self._pending) >= self._window

    @property
    def is_amid_frame(self) -> bool:
        """Whether a frame has begun that is not complete."""
        return self._partial_since is not None

    @property
    def failure(self) -> FrameError | None:
        """Why the connection has to be closed, if the peer sent what is no frame."""
        return self._framing.failure

    def receive(self, data: bytes, now: float) -> list[PendingReply]:
        """The requests in these bytes that a service has to answer; plain ones may be answered already."""
        replies, data = self.serve_plain(data, now)
        if replies:
            self._out.append(replies)
            if not data:
                return []
        frames = self._framing.receive(data)
        self._watch_partial(bool(frames), now)
        self._backlog.extend(frames)
        return self._advance(now)

    def silence(self, now: float) -> list[PendingReply]:
        """Serial lines: the frame gap has passed, so what is buffered is all there is."""
        self._backlog.extend(self._framing.silence())
        self._watch_partial(True, now)
        return self._advance(now)

    def answer(self, pending: PendingReply, reply: Response | None) -> None:
        """Fill a request's place with its reply; None is silence."""
        frame = pending.frame
        pdu = b"" if reply is None else reply.encode()
        pending.reply = self._framing.encode(frame.transaction_id, frame.unit, pdu) if pdu else b""

    def take_up(self, now: float) -> list[PendingReply]:
        """The requests that had to wait for the window, now that there is room."""
        return self._advance(now) if self._backlog else []

    def resume(self, now: float) -> None:
        """Reading goes on: the time in which nothing was read does not count against the client."""
        if self._partial_since is not None:
            self._partial_since = now

    def data_to_send(self) -> bytes:
        """All replies that are ready and whose turn it is, as one piece."""
        pending = self._pending
        out = self._out
        while pending and pending[0].reply is not None:
            out.append(pending.popleft().reply or b"")
        if not out:
            return b""
        data = out[0] if len(out) == 1 else b"".join(out)
        out.clear()
        return data

    def replies_to_send(self) -> list[PendingReply]:
        """All replies that are ready and whose turn it is, one by one, in place of ``data_to_send``.

        For connections without ``quick``, whose replies have no place of their own.
        """
        ready: list[PendingReply] = []
        while self._pending and self._pending[0].reply is not None:
            ready.append(self._pending.popleft())
        return ready

    def next_deadline(self) -> float | None:
        """When ``overdue`` has something to say, if nothing happens before."""
        if self._partial_since is not None and self._frame_timeout is not None:
            return self._partial_since + self._frame_timeout
        if self._idle_timeout is not None and not self._pending:
            return self.last_used + self._idle_timeout
        return None

    def overdue(self, now: float) -> str | None:
        """The reason to close the connection now because its time is up, if there is one."""
        deadline = self.next_deadline()
        if deadline is None or now < deadline:
            return None
        if self._partial_since is not None:
            return f"{self._framing.pending} bytes of a frame and no more within {self._frame_timeout:g} s"
        return f"no request for {self._idle_timeout:g} s"

    def serve_plain(self, data: bytes, now: float) -> tuple[bytes, bytes]:
        """Answer the plain requests that ``data`` begins with; returns their replies and what is left of ``data``.

        What is left is for ``receive``: other requests, parts of one, or everything when something else is pending.
        """
        find = self._quick
        if find is None or self._pending or self._framing.pending:
            return b"", data
        out: list[bytes] = []
        position = 0
        size = len(data)
        while size - position >= _SIMPLE_SIZE:
            number, protocol, length, unit, function, address, value = _unpack_simple(data, position)
            if length != _SIMPLE_LENGTH or protocol or function > 6:
                break
            device = find(unit)
            if device is None:
                break
            if function <= 4:
                pdu = device.quick_read(function, address, value)
                if pdu is None:
                    break
                out.append(_pack_header(number, 0, len(pdu) + 1, unit) + pdu)
            elif device.quick_write(function, address, value):
                out.append(data[position : position + _SIMPLE_SIZE])
            else:
                break
            position += _SIMPLE_SIZE
        if not position:
            return b"", data
        self.last_used = now
        self.requests += len(out)
        return (out[0] if len(out) == 1 else b"".join(out)), (b"" if position == size else data[position:])

    def _advance(self, now: float) -> list[PendingReply]:
        backlog = self._backlog
        handed_out: list[PendingReply] = []
        while backlog and len(self._pending) < self._window:
            frame = backlog.popleft()
            self.requests += 1
            self.last_used = now
            try:
                pending = PendingReply(frame, decode_request(frame.pdu))
            except DeviceError as error:
                pending = self._undecoded(frame, error)
            self._pending.append(pending)
            handed_out.append(pending)
        return handed_out

    def _undecoded(self, frame: Frame, error: DeviceError) -> PendingReply:
        """What is no request, or one that is longer than all others, which the framing let pass by exception."""
        if len(frame.pdu) > MAX_PDU:
            return PendingReply(frame, LongRequest.decode(frame.pdu))
        return PendingReply(frame, None, error)

    def _watch_partial(self, completed: bool, now: float) -> None:
        """Remember when the frame that is still incomplete began: its deadline counts from its first byte."""
        if not self._framing.pending:
            self._partial_since = None
        elif completed or self._partial_since is None:
            self._partial_since = now
