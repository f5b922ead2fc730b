"""A server on the other end of a wire in memory, on which everything goes wrong that a test asks for.

No socket and no real time: a scheduler (a virtual event loop or a manual clock) delivers what is under way.
"""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Callable
from typing import Any, Protocol

from port502.protocol.mbap import MbapFraming
from port502.protocol.message import Response
from port502.protocol.register_access import WriteMultipleRegistersRequest, WriteSingleRegisterRequest
from port502.protocol.server import PendingReply, ServerConnection
from port502.service.call import Call, Session
from port502.service.device import Device

LATENCIES = (0.001, 0.05, 0.3)
"""Seconds that a wire takes in each direction: the slower it is, the more is under way at one time."""

BLOCKS = 6
"""Block ``n`` has the registers from ``50 * n`` on, one or two of them; no value is ever at two places."""

FAULTS = (
    "drop request",
    "drop reply",
    "duplicate",
    "late",
    "reorder",
    "swap ids",
    "zero id",
    "wrong id",
    "wrong unit",
    "cut and reset",
    "drip",
    "junk",
    "half-open",
)


def block(number: int) -> tuple[int, int]:
    """First address and quantity of a block."""
    return 50 * number, 1 + number % 2


class Scheduler(Protocol):
    def time(self) -> float: ...

    def call_later(self, delay: float, call: Callable[..., None], *arguments: Any) -> Any: ...


class Wire:
    """The way to one device: how it is at the moment, what went over it, what the registers held when."""

    def __init__(self, scheduler: Scheduler, seed: int, *, nameless: bool = False) -> None:
        self.scheduler = scheduler
        self.chance = random.Random(seed)
        self.nameless = nameless
        self.latency = self.chance.choice(LATENCIES)
        self.state = "up"
        self.faults: deque[str] = deque()
        self.lines: list[Line] = []
        self.written: Counter[bytes] = Counter()
        self.device = Device(holding={50 * n: [50 * n + 1, 50 * n + 2] for n in range(BLOCKS)})
        self._history: dict[int, list[tuple[float, int]]] = {
            50 * n + k: [(0.0, 50 * n + 1 + k)] for n in range(BLOCKS) for k in range(2)
        }

    def connect(self, received: Callable[[bytes], None], lost: Callable[[Exception | None], None]) -> Line:
        """A new connection; raises ConnectionRefusedError while the peer is down."""
        if self.state == "down":
            raise ConnectionRefusedError(111, "Connection refused")
        line = Line(self, received, lost)
        self.lines.append(line)
        return line

    def heal(self) -> None:
        """From now on all is well; connections that lead nowhere still lead nowhere."""
        self.state = "up"
        self.faults.clear()

    def held(self, address: int, since: float) -> set[int]:
        """The values that a register held at any time since then."""
        history = self._history[address]
        before = [value for when, value in history if when <= since]
        return {before[-1], *(value for when, value in history if when >= since)}

    def note(self, request: Any) -> None:
        """Remember what a write that was carried out put where."""
        now = self.scheduler.time()
        if isinstance(request, WriteSingleRegisterRequest):
            self._history[request.address].append((now, request.value))
        elif isinstance(request, WriteMultipleRegistersRequest):
            for offset, value in enumerate(request.registers):
                self._history[request.address + offset].append((now, value))


class Line:
    """One connection of the wire."""

    def __init__(
        self, wire: Wire, received: Callable[[bytes], None], lost: Callable[[Exception | None], None]
    ) -> None:
        self._wire = wire
        self._received = received
        self._lost = lost
        self._server = ServerConnection(MbapFraming(), window=64, frame_timeout=None, idle_timeout=None)
        self._session = Session(transport="tcp")
        self._held: list[bytes] = []
        self._behind: list[bytes] = []
        self._dripping = False
        self.leads_nowhere = False
        self.open = True

    def write(self, data: bytes) -> None:
        """Bytes from the client."""
        if not self.open:
            return
        for frame in MbapFraming().receive(data):
            if frame.pdu[0] in (6, 16):
                self._wire.written[frame.pdu] += 1
        if not self.leads_nowhere:
            self._wire.scheduler.call_later(self._wire.latency, self._arrive, data)

    def close(self) -> None:
        """The client closes."""
        self.open = False

    def end(self, error: Exception | None) -> None:
        """The server closes, with an error for a reset."""
        if self.open:
            self.open = False
            self._lost(error)

    def _arrive(self, data: bytes) -> None:
        if self.leads_nowhere or not self.open or self._wire.state == "down":
            return
        waiting = deque(self._server.receive(data, self._wire.scheduler.time()))
        while waiting:
            place = waiting.popleft()
            fault = self._wire.faults.popleft() if self._wire.faults else ""
            self._serve(place, fault)
            self._server.data_to_send()
            waiting.extend(self._server.take_up(self._wire.scheduler.time()))

    def _serve(self, place: PendingReply, fault: str) -> None:
        assert place.request is not None
        if fault == "drop request":
            self._server.answer(place, None)
            return
        reply = self._wire.device(Call(self._session, place.frame.unit, place.request))
        assert isinstance(reply, Response)
        self._wire.note(place.request)
        self._server.answer(place, reply)
        frame = place.reply or b""
        self._send(b"\0\0" + frame[2:] if self._wire.nameless else frame, fault)

    def _send(self, frame: bytes, fault: str) -> None:
        later = self._wire.scheduler.call_later
        chance = self._wire.chance
        latency = self._wire.latency
        match fault:
            case "drop reply":
                return
            case "duplicate":
                later(latency, self._deliver, frame)
            case "late":
                later(latency + chance.choice([0.3, 0.7, 0.9, 1.2, 4.0]), self._deliver, frame)
                return
            case "reorder":
                self._held.append(frame)
                return
            case "swap ids":
                self._swap(frame)
                return
            case "zero id":
                frame = b"\0\0" + frame[2:]
            case "wrong id":
                frame = bytes((frame[0] ^ 0x40,)) + _foreign(frame[1:])
            case "wrong unit":
                frame = frame[:6] + bytes((frame[6] ^ 1,)) + _foreign(frame[7:])
            case "cut and reset":
                later(latency, self._break, frame[: chance.randrange(len(frame))])
                return
            case "junk":
                frame = chance.randbytes(chance.randrange(1, 40))
            case "half-open":
                self.leads_nowhere = True
                return
            case "drip":
                later(latency, self._drip, frame)
                return
        later(latency, self._deliver, frame)
        self._release()

    def _drip(self, frame: bytes) -> None:
        """Byte by byte; what is sent meanwhile comes behind it, as in any stream."""
        if self._dripping:
            self._behind.append(frame)
            return
        self._dripping = True
        for at in range(len(frame)):
            self._wire.scheduler.call_later(0.01 * at, self._hand_over, frame[at : at + 1])
        self._wire.scheduler.call_later(0.01 * len(frame), self._dripped)

    def _dripped(self) -> None:
        self._dripping = False
        behind, self._behind = self._behind, []
        for data in behind:
            self._deliver(data)
        self._release()

    def _release(self) -> None:
        """What was held back goes out behind what was asked later."""
        for frame in self._held:
            self._wire.scheduler.call_later(self._wire.latency, self._deliver, frame)
        self._held.clear()

    def _swap(self, frame: bytes) -> None:
        """Two replies of different length get each other's id: only then can anybody notice."""
        for index, other in enumerate(self._held):
            if len(other) != len(frame):
                self._held[index] = frame[:2] + other[2:]
                frame = other[:2] + frame[2:]
                self._wire.scheduler.call_later(self._wire.latency, self._deliver, frame)
                self._release()
                return
        self._held.append(frame)

    def _deliver(self, data: bytes) -> None:
        """To the client, cut into pieces."""
        if self._dripping:
            self._behind.append(data)
            return
        place = self._wire.chance.randrange(len(data)) if data else 0
        for piece in (data[:place], data[place:]):
            self._hand_over(piece)

    def _hand_over(self, piece: bytes) -> None:
        if piece and self.open and not self.leads_nowhere:
            self._received(piece)

    def _break(self, part: bytes) -> None:
        self._deliver(part)
        self.end(ConnectionResetError(104, "Connection reset by peer"))


def _foreign(tail: bytes) -> bytes:
    """The same reply with values that are nobody's here."""
    return tail[:-1] + bytes((tail[-1] ^ 0xFF,))
