"""What passes on the wire, on stderr: ``-v`` decoded, ``-vv`` with the bytes."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from typing import Any, Literal

from port502.cli.output import printable
from port502.errors import Port502Error
from port502.protocol.describe import describe
from port502.protocol.framing import Frame
from port502.protocol.message import Request
from port502.protocol.pdu import decode_request, decode_response
from port502.transport.framings import framing_for

_KEPT = 64
_NUMBERED = ("tcp", "tls")
_ARROWS = {"sent": "->", "received": "<-"}
_ROLES: dict[Literal["sent", "received"], Literal["client", "server"]] = {
    "sent": "server",
    "received": "client",
}


class Frames:
    """Listens to the bytes of one connection and tells what they say; ``scheme`` is that of its url."""

    def __init__(
        self, scheme: str, *, show_bytes: bool, write: Callable[[str], object] | None = None
    ) -> None:
        self._scheme = scheme
        self._show_bytes = show_bytes
        self._write = write or _to_stderr
        self._listening = {direction: framing_for(scheme, role) for direction, role in _ROLES.items()}
        self._asked: dict[tuple[int, int], tuple[Request[Any], float]] = {}

    def __call__(self, direction: Literal["sent", "received"], data: bytes) -> None:
        if self._show_bytes:
            self._write(f"{_ARROWS[direction]} {data.hex(' ')}")
        framing = self._listening[direction]
        frames = framing.receive(data)
        if direction == "sent":
            # A frame is sent whole; and a request ends whatever of an older reply never became a frame.
            frames += framing.silence()
            self._tell("received", self._listening["received"].silence())
        self._tell(direction, frames)
        if framing.failure is not None:
            self._write(f"{_ARROWS[direction]} {printable(str(framing.failure))}")
            self._listening[direction] = framing_for(self._scheme, _ROLES[direction])

    def _tell(self, direction: Literal["sent", "received"], frames: Iterable[Frame]) -> None:
        for frame in frames:
            said = self._request(frame) if direction == "sent" else self._reply(frame)
            number = f"id {frame.transaction_id}, " if self._scheme in _NUMBERED else ""
            self._write(f"{_ARROWS[direction]} {number}unit {frame.unit}: {printable(said)}")

    def _request(self, frame: Frame) -> str:
        try:
            request = decode_request(frame.pdu)
        except Port502Error as error:
            return f"malformed: {error}"
        if len(self._asked) >= _KEPT:
            self._asked.pop(next(iter(self._asked)))
        self._asked[frame.transaction_id, frame.unit] = (request, time.perf_counter())
        return describe(request)

    def _reply(self, frame: Frame) -> str:
        request, sent = self._asked.pop((frame.transaction_id, frame.unit), (None, 0.0))
        took = f" ({(time.perf_counter() - sent) * 1000:.1f} ms)" if request is not None else ""
        try:
            return describe(decode_response(frame.pdu, request)) + took
        except Port502Error as error:
            return f"{error}{took}"


def listener(scheme: str, verbosity: int) -> Frames | None:
    """The listener for so many ``-v``; None without any."""
    return Frames(scheme, show_bytes=verbosity > 1) if verbosity else None


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201 (this is where the program speaks)
