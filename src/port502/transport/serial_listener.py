"""Being a device on a serial line: requests for our units are answered, everything else is overheard."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Coroutine

from port502.errors import DeviceError, LinkError
from port502.protocol.codes import SERVER_DEVICE_FAILURE
from port502.protocol.message import ExceptionResponse
from port502.protocol.server import PendingReply, ServerConnection
from port502.protocol.timing import t3_5
from port502.service.call import Call, Reply, Service, Session
from port502.service.ending import EndConnection
from port502.service.maybe import must_wait
from port502.transport.backoff import Backoff
from port502.transport.complaints import Complaints
from port502.transport.dial import dial
from port502.transport.framings import framing_for
from port502.transport.listener import ListenerCounters
from port502.transport.stream import Stream
from port502.transport.url import Target

log = logging.getLogger("port502.listener")


class SerialListener:
    """A serial port in front of a service; a port that vanishes is opened again.

    One request at a time, as on any bus. Unit 0 is a broadcast: carried out, never answered (Serial Line V1.02,
    clause 2.1). A unit that the service does not know gets silence, since it may be another device's.
    """

    def __init__(
        self, service: Service, target: Target, *, answer_within: float = 10.0, name: str = ""
    ) -> None:
        self.service = service
        self.target = target
        self.answer_within = answer_within
        self.counters = ListenerCounters()
        self.complaints = Complaints(log)
        self.port = 0
        self._session = Session(transport=target.scheme, listener=name or str(target))
        self._gap = max(t3_5(target.serial.baud), 0.005)
        self._backoff = Backoff(0.5, 10.0)
        self._stream: Stream | None = None
        self._connection: ServerConnection
        self._silence: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False

    async def start(self) -> None:
        """Open the port; raises ConnectError."""
        self._loop = asyncio.get_running_loop()
        await self._open()

    async def stop(self, grace: float = 5.0) -> None:
        """Answer what is being answered within ``grace`` seconds, then close the port."""
        self._stopping = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._silence is not None:
            self._silence.cancel()
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.detach()
            await stream.wait_closed()

    def stream_received(self, stream: Stream, data: bytes) -> None:
        """Bytes arrived (called by the stream)."""
        if self._silence is not None:
            self._silence.cancel()
        self._serve(self._connection.receive(data, self._loop.time()))
        self._silence = self._loop.call_later(self._gap, self._silent)

    def stream_lost(self, stream: Stream, error: Exception | None) -> None:
        """The port is gone (called by the stream): come back until it is there again."""
        self._stream = None
        if not self._stopping:
            log.warning("%s was lost: %s", self.target, error or "closed")
            self._start(self._reopen())

    async def _open(self) -> None:
        self._connection = ServerConnection(
            framing_for(self.target.scheme, "server"), window=1, frame_timeout=None, idle_timeout=None
        )
        self._stream = await dial(self.target, self, timeout=5.0)

    async def _reopen(self) -> None:
        while not self._stopping:
            await asyncio.sleep(self._backoff.failed())
            try:
                await self._open()
            except LinkError as error:
                self.complaints.say("reopen", str(error), self._loop.time())
            else:
                self._backoff.reset()
                self.complaints.over("reopen", f"{self.target} is back")
                return

    def _silent(self) -> None:
        self._silence = None
        self._serve(self._connection.silence(self._loop.time()))

    def _serve(self, pending: list[PendingReply]) -> None:
        for place in pending:
            self.counters.requests += 1
            reply = self._reply_to(place)
            if must_wait(reply):
                self._start(self._wait_for(place, reply))
            else:
                self._answer(place, reply)

    def _reply_to(self, place: PendingReply) -> Reply | Awaitable[Reply]:
        unit = place.frame.unit
        if place.request is None:
            assert place.error is not None
            refuse = getattr(self.service, "refuse_malformed", None)
            if refuse is not None:
                with contextlib.suppress(EndConnection):
                    answer: Reply = refuse(self._session, unit, place.error)
                    return answer
                return None
            malformed = getattr(self.service, "malformed", None)
            if malformed is not None:
                refusal: Reply = malformed(unit, place.error, self._session.transport)
                return refusal
            return ExceptionResponse(place.error.function, place.error.code)
        call = Call(self._session, unit, place.request, self._loop.time(), broadcast=unit == 0)
        try:
            return self.service(call)
        except DeviceError as error:
            return ExceptionResponse(place.request.function, error.code)
        except EndConnection:
            return None  # a line cannot be closed: silence is the nearest to it
        except Exception:
            log.exception("%s: the service failed", self.target)
            return ExceptionResponse(place.request.function, SERVER_DEVICE_FAILURE)

    async def _wait_for(self, place: PendingReply, waiting: Awaitable[Reply]) -> None:
        assert place.request is not None
        reply: Reply
        try:
            async with asyncio.timeout(self.answer_within):
                reply = await waiting
        except DeviceError as error:
            reply = ExceptionResponse(place.request.function, error.code)
        except EndConnection:
            reply = None
        except Exception:
            log.exception("%s: the service failed", self.target)
            reply = ExceptionResponse(place.request.function, SERVER_DEVICE_FAILURE)
        self._answer(place, reply)

    def _answer(self, place: PendingReply, reply: Reply) -> None:
        self._connection.answer(place, None if place.frame.unit == 0 else reply)
        data = self._connection.data_to_send()
        if data and self._stream is not None:
            self._stream.write(data)
        self._serve(self._connection.take_up(self._loop.time()))

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
