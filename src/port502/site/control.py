"""The control socket of a running site: how other commands ask it, and reach devices through its connections.

A Unix socket for its owner only, one JSON object per line each way. A device often takes one connection, and the
collector has it; what a user reads or writes meanwhile has to go through the collector.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import socket
import stat
import struct
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from port502 import errors
from port502.collect.alarms import AlarmState
from port502.collect.sample import Value
from port502.errors import ConnectError, DeviceError, Port502Error, UsageError, device_error
from port502.site.current import CurrentPoint
from port502.site.overheard import Overheard
from port502.site.status import SiteStatus

MAX_LINE = 4 << 20
MAX_VISITORS = 16
PATIENCE = 30.0
"""Seconds for one question and its answer."""

_LONGEST_PATH = 100
_ONLY_OWNER = 0o600

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class AskStatus:
    """How does the site fare?"""

    ask: Literal["status"] = "status"


@dataclass(frozen=True, slots=True)
class AskRead:
    """Read points (names or globs) and references of a device now; ``timeout`` in seconds bounds each request."""

    device: str
    items: tuple[str, ...]
    timeout: float | None = None
    ask: Literal["read"] = "read"


@dataclass(frozen=True, slots=True)
class AskWrite:
    """Write an engineering value to a point."""

    device: str
    point: str
    value: Value
    timeout: float | None = None
    ask: Literal["write"] = "write"


@dataclass(frozen=True, slots=True)
class AskCall:
    """Send a request to a device: its PDU in hex; ``timeout`` in seconds bounds the whole.

    With ``raw`` the reply is judged by its function code alone.
    """

    device: str
    pdu: str
    timeout: float | None = None
    raw: bool = False
    ask: Literal["call"] = "call"


@dataclass(frozen=True, slots=True)
class AskLock:
    """Stop all writes: of the listeners' clients, and through this socket."""

    why: str = "locked"
    by: str = ""
    ask: Literal["lock"] = "lock"


@dataclass(frozen=True, slots=True)
class AskUnlock:
    """Let writes through again."""

    by: str = ""
    ask: Literal["unlock"] = "unlock"


@dataclass(frozen=True, slots=True)
class AskAlarms:
    """How do the alarms stand?"""

    ask: Literal["alarms"] = "alarms"


@dataclass(frozen=True, slots=True)
class AskAcknowledge:
    """Somebody has seen these alarms."""

    alarms: tuple[str, ...]
    by: str = ""
    comment: str = ""
    ask: Literal["acknowledge"] = "acknowledge"


@dataclass(frozen=True, slots=True)
class AskShelve:
    """Keep an alarm silent until Unix time ``until``; without a time let it be heard again."""

    alarm: str
    until: float | None = None
    by: str = ""
    comment: str = ""
    ask: Literal["shelve"] = "shelve"


@dataclass(frozen=True, slots=True)
class AskCurrent:
    """What is known of points (full names or globs; none: all) now? No device is asked.

    An answer has some of many; the next ones stand ``after`` its last name.
    """

    points: tuple[str, ...] = ()
    after: str = ""
    ask: Literal["current"] = "current"


@dataclass(frozen=True, slots=True)
class AskTraffic:
    """What passed on a connection, of the exchanges behind the number ``after``?

    It is heard from the first question on, until nobody has asked for some seconds.
    """

    connection: str
    after: int = 0
    ask: Literal["traffic"] = "traffic"


Question = (
    AskStatus
    | AskRead
    | AskWrite
    | AskCall
    | AskLock
    | AskUnlock
    | AskAlarms
    | AskAcknowledge
    | AskShelve
    | AskCurrent
    | AskTraffic
)


@dataclass(frozen=True, slots=True)
class ReadValue:
    """One value as the running site read it; ``error`` tells the refusal where the device refused."""

    name: str
    value: Value
    quality: str
    reason: str
    registers: tuple[int, ...]
    time: float
    error: Failure | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What a write did, as in ``collect.writing.WriteResult``."""

    point: str
    before: Value
    sent: tuple[int, ...]
    after: Value
    verified: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """An error on its way through the socket: the name of its class, its words, a device's codes."""

    kind: str
    message: str
    function: int = 0
    code: int = 0

    @classmethod
    def of(cls, error: Port502Error) -> Failure:
        """The description of an error."""
        if isinstance(error, DeviceError):
            return cls("DeviceError", str(error), error.function, error.code)
        return cls(type(error).__name__, str(error))

    def error(self) -> Port502Error:
        """The error again."""
        if self.kind == "DeviceError":
            return device_error(self.function, self.code, self.message)
        kind = getattr(errors, self.kind, Port502Error)
        known = isinstance(kind, type) and issubclass(kind, Port502Error)
        return kind(self.message) if known else Port502Error(self.message)


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes back: exactly one of these; ``reply`` is the PDU of a response in hex."""

    status: SiteStatus | None = None
    values: tuple[ReadValue, ...] | None = None
    written: Written | None = None
    reply: str | None = None
    listeners: tuple[str, ...] | None = None
    alarms: tuple[AlarmState, ...] | None = None
    current: tuple[CurrentPoint, ...] | None = None
    overheard: tuple[Overheard, ...] | None = None
    failure: Failure | None = None


_QUESTION: TypeAdapter[Question] = TypeAdapter(Annotated[Question, Field(discriminator="ask")])
_ANSWER = TypeAdapter(Answer)

Answering = Callable[[Question], Awaitable[Answer]]


def control_path(data: Path) -> Path:
    """Where the socket of the site with that data directory is."""
    path = data.resolve() / "control.sock"
    return path if fits(path) else short_path(path)


def fits(path: Path) -> bool:
    """Whether a socket can have this path: its address has some 100 bytes."""
    return len(os.fsencode(path)) <= _LONGEST_PATH


def short_path(path: Path, user: int | None = None) -> Path:
    """Another place, of this user or that one, for a socket whose own is too deep or not safe."""
    name = hashlib.sha256(os.fsencode(path)).hexdigest()[:24]
    owner = os.getuid() if user is None else user
    return Path(tempfile.gettempdir()) / f"port502-{owner}" / f"{name}.sock"


class ControlSocket:
    """The site's end of the socket."""

    def __init__(self, path: Path, answering: Answering) -> None:
        self.path = path
        self._answering = answering
        self._server: asyncio.Server | None = None
        self._visitors: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen; raises UsageError when this site is running already."""
        check_not_running(self.path)
        _make_private(self.path.parent)
        with contextlib.suppress(FileNotFoundError):
            self.path.unlink()
        listening = socket.socket(socket.AF_UNIX)
        try:
            listening.bind(str(self.path))
            self.path.chmod(_ONLY_OWNER)
            self._server = await asyncio.start_unix_server(self._accept, sock=listening, limit=MAX_LINE)
        except OSError:
            listening.close()
            raise

    async def stop(self) -> None:
        """Answer nobody any more."""
        if self._server is None:
            return
        for listening in self._server.sockets:
            asyncio.get_running_loop().remove_reader(listening.fileno())
        await asyncio.sleep(0)  # who is just being accepted would be left open by a closed server
        self._server.close()
        for visitor in list(self._visitors):
            visitor.cancel()
        await asyncio.gather(*self._visitors, return_exceptions=True)
        await self._server.wait_closed()
        with contextlib.suppress(FileNotFoundError):
            self.path.unlink()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A task of our own: the one that asyncio would make complains, as of 3.11, when it is cancelled.
        task = asyncio.get_running_loop().create_task(self._visit(reader, writer))
        self._visitors.add(task)
        task.add_done_callback(self._visitors.discard)

    async def _visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if len(self._visitors) <= MAX_VISITORS and _is_ours(writer):
                await self._serve(reader, writer)
        except (ConnectionError, TimeoutError, ValueError):
            pass  # a visitor that went away, or asks endlessly
        finally:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            async with asyncio.timeout(PATIENCE):
                line = await reader.readline()
            if not line:
                return
            writer.write(_ANSWER.dump_json(await self._answer(line)) + b"\n")
            async with asyncio.timeout(PATIENCE):
                await writer.drain()

    async def _answer(self, line: bytes) -> Answer:
        try:
            question = _QUESTION.validate_json(line)
        except ValidationError as error:
            return Answer(failure=Failure("UsageError", f"that question is none: {error.errors()[0]['msg']}"))
        try:
            return await self._answering(question)
        except Port502Error as error:
            return Answer(failure=Failure.of(error))


def ask(path: Path, question: Question, *, patience: float = PATIENCE) -> Answer:
    """Ask a running site and wait for its answer; raises ConnectError when it does not run, and its own errors."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(patience)
        try:
            sock.connect(str(path))
            sock.sendall(_QUESTION.dump_json(question) + b"\n")
            line = _line(sock)
        except OSError as error:
            raise _not_running(path, error) from error
    return _answer_in(line, path)


async def inquire(path: Path, question: Question, *, patience: float = PATIENCE) -> Answer:
    """Ask as ``ask`` does, while the event loop goes on."""
    try:
        async with asyncio.timeout(patience):
            reader, writer = await asyncio.open_unix_connection(str(path), limit=MAX_LINE)
            try:
                writer.write(_QUESTION.dump_json(question) + b"\n")
                line = await reader.readuntil(b"\n")
            finally:
                writer.close()
    except (OSError, EOFError, asyncio.LimitOverrunError) as error:
        raise _not_running(path, error) from error
    return _answer_in(line, path)


def _answer_in(line: bytes, path: Path) -> Answer:
    """What a line says; raises the error that it tells of."""
    try:
        answer = _ANSWER.validate_json(line)
    except ValidationError as error:
        raise ConnectError(f"what answers at {path} is no port502 of this version") from error
    if answer.failure is not None:
        raise answer.failure.error()
    return answer


def _not_running(path: Path, error: Exception) -> ConnectError:
    return ConnectError(f"the site does not run, or does not answer at {path}: {error}")


def check_not_running(path: Path) -> None:
    """Raise UsageError when the site whose control socket this is runs already."""
    if is_answered(path):
        raise UsageError(f"this site is running already ({path} is answered); see `port502 status`")


def is_answered(path: Path) -> bool:
    """Whether a running site listens there."""
    if not hasattr(socket, "AF_UNIX") or not path.exists():
        return False
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(1.0)
        try:
            sock.connect(str(path))
        except OSError:
            return False
    return True


def ask_status(path: Path) -> SiteStatus:
    """How the site fares; raises ConnectError when it does not run."""
    status = ask(path, AskStatus()).status
    assert status is not None
    return status


def ask_read(
    path: Path, device: str, items: tuple[str, ...], timeout: float | None = None
) -> tuple[ReadValue, ...]:
    """Read through the running site's connection; raises what the collector raises."""
    return ask(path, AskRead(device, items, timeout)).values or ()


def ask_write(path: Path, device: str, point: str, value: Value, timeout: float | None = None) -> Written:
    """Write through the running site's connection; raises what the collector raises."""
    written = ask(path, AskWrite(device, point, value, timeout)).written
    assert written is not None
    return written


def ask_call(
    path: Path, device: str, pdu: bytes, timeout: float | None = None, *, raw: bool = False
) -> bytes:
    """Send a request through the running site's connection, and return the PDU of the response.

    Raises what the collector raises; a refusal of the device is its DeviceError.
    """
    patience = max(PATIENCE, (timeout or 0.0) + 5.0)
    reply = ask(path, AskCall(device, pdu.hex(), timeout, raw), patience=patience).reply
    assert reply is not None
    return bytes.fromhex(reply)


def ask_lock(path: Path, why: str, by: str = "") -> tuple[str, ...]:
    """Stop all writes of the running site; returns the names of its listeners."""
    return ask(path, AskLock(why, by)).listeners or ()


def ask_unlock(path: Path, by: str = "") -> tuple[str, ...]:
    """Let writes through again at the running site; returns the names of its listeners."""
    return ask(path, AskUnlock(by)).listeners or ()


def ask_alarms(path: Path) -> tuple[AlarmState, ...]:
    """How the alarms of the running site stand, the important ones first."""
    return ask(path, AskAlarms()).alarms or ()


def ask_acknowledge(
    path: Path, alarms: tuple[str, ...], by: str = "", comment: str = ""
) -> tuple[AlarmState, ...]:
    """Acknowledge alarms of the running site; raises UsageError where that makes no sense."""
    return ask(path, AskAcknowledge(alarms, by, comment)).alarms or ()


def ask_shelve(
    path: Path, alarm: str, until: float | None, by: str = "", comment: str = ""
) -> tuple[AlarmState, ...]:
    """Shelve an alarm of the running site until a Unix time; None takes it off the shelf."""
    return ask(path, AskShelve(alarm, until, by, comment)).alarms or ()


def _line(sock: socket.socket) -> bytes:
    data = bytearray()
    while not data.endswith(b"\n"):
        more = sock.recv(65536)
        if not more or len(data) > MAX_LINE:
            raise ConnectionError("it ended before its answer did")
        data += more
    return bytes(data)


def _make_private(directory: Path) -> None:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = directory.stat()
    if found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o002:
        raise UsageError(
            f"{directory} is not ours alone to write; the control socket would not be safe there"
        )


def _is_ours(writer: asyncio.StreamWriter) -> bool:
    """Whether the visitor is the same user, or root, where the system tells."""
    sock: Any = writer.get_extra_info("socket")
    if sys.platform != "linux" or sock is None:
        return True
    _, user, _ = struct.unpack(
        "3i", sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    )
    return user in (os.getuid(), 0)
