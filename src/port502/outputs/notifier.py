"""Telling people of alarms: each way has a queue of its own, so that a dead one delays no other and nothing else."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from port502.collect.alarms import AlarmEvent
from port502.errors import Port502Error
from port502.outputs.notice import Notice

log = logging.getLogger("port502.outputs")

MOST_WAITING = 200
WAITS = (2.0, 15.0, 60.0)
"""Seconds before a notice is tried again; after the last one it is given up."""


class Way(Protocol):
    """A way to tell somebody."""

    def send(self, notice: Notice) -> None:
        """Tell; blocks, and raises Port502Error where it cannot."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who is told: by which way, of which events and priorities."""

    name: str
    way: Way
    events: frozenset[str] = frozenset({"raised", "cleared"})
    priorities: frozenset[str] = frozenset({"low", "medium", "high", "critical"})

    def wants(self, event: AlarmEvent) -> bool:
        """Whether an event is for them; what is silent is for nobody."""
        return event.what in self.events and event.priority in self.priorities and not event.silent


@dataclass(slots=True)
class NotifierStatus:
    """How a recipient fares: notices ``sent``, ``dropped`` (too many, or tried in vain) and ``waiting``."""

    name: str
    sent: int = 0
    dropped: int = 0
    waiting: int = 0
    last_error: str = ""


@dataclass(slots=True)
class _Desk:
    recipient: Recipient
    status: NotifierStatus
    queue: asyncio.Queue[Notice] = field(default_factory=lambda: asyncio.Queue(MOST_WAITING))
    task: asyncio.Task[None] | None = None


class Notifier:
    """Tells the recipients of a site what happens to its alarms: ``start``, ``tell``, then ``await stop()``."""

    def __init__(self, site: str, recipients: Iterable[Recipient], waits: Sequence[float] = WAITS) -> None:
        self._site = site
        self._waits = tuple(waits)
        self._desks = [_Desk(one, NotifierStatus(one.name)) for one in recipients]

    def start(self) -> None:
        """Begin to send."""
        for desk in self._desks:
            desk.task = asyncio.get_running_loop().create_task(self._work(desk))

    async def stop(self) -> None:
        """Send no more; what waits is dropped."""
        tasks = [desk.task for desk in self._desks if desk.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def tell(self, events: Sequence[AlarmEvent]) -> None:
        """Let the recipients know of some events, soon; returns at once."""
        for event in events:
            for desk in self._desks:
                if desk.recipient.wants(event):
                    try:
                        desk.queue.put_nowait(Notice(self._site, event))
                    except asyncio.QueueFull:
                        desk.status.dropped += 1

    def status(self) -> tuple[NotifierStatus, ...]:
        """How each recipient fares."""
        for desk in self._desks:
            desk.status.waiting = desk.queue.qsize()
        return tuple(desk.status for desk in self._desks)

    async def _work(self, desk: _Desk) -> None:
        while True:
            notice = await desk.queue.get()
            if await self._sent(desk, notice):
                desk.status.sent += 1
            else:
                desk.status.dropped += 1

    async def _sent(self, desk: _Desk, notice: Notice) -> bool:
        for wait in (*self._waits, None):
            try:
                await _in_thread(desk.recipient.way, notice)
            except Port502Error as error:
                desk.status.last_error = str(error)
                level = logging.WARNING if wait == self._waits[0] else logging.INFO
                log.log(level, "%s could not be told: %s", desk.recipient.name, error)
            else:
                return True
            if wait is not None:
                await asyncio.sleep(wait)
        return False


async def _in_thread(way: Way, notice: Notice) -> None:
    """Send in a thread that nobody has to wait for when the program ends."""
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()

    def end(error: BaseException | None) -> None:
        if not ended.done():
            ended.set_exception(error) if error is not None else ended.set_result(None)

    def work() -> None:
        try:
            way.send(notice)
        except Exception as error:
            outcome: BaseException | None = error
        else:
            outcome = None
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(end, outcome)

    threading.Thread(target=work, name="port502-notice", daemon=True).start()
    await ended
