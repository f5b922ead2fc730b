"""The alarms of a running site: judged on the newest values, kept in their book, told to those who listen."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Sequence

from port502.collect.alarms import AlarmEvent, Alarms, AlarmSettings, AlarmState
from port502.collect.clock import Clock, LoopClock, Timer
from port502.collect.collector import Collector
from port502.collect.latest import Current
from port502.history.alarm_book import AlarmBook
from port502.transport.complaints import Complaints

log = logging.getLogger("port502.alarms")

TICK = 0.2
"""Seconds between two looks at all alarms."""

Listener = Callable[[Sequence[AlarmEvent]], None]


class CollectorView:
    """What a collector knows, as alarms look at it."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector
        self._dead: dict[str, bool | None] = {}

    def look(self) -> None:
        """Take note of which devices answer."""
        self._dead = self._collector.silent_devices()

    def current(self, point: str) -> Current | None:
        """The newest sample of a point."""
        return self._collector.current(point)

    def offline(self, device: str) -> bool | None:
        """Whether a device does not answer; None as long as nobody asked it."""
        return self._dead.get(device)


class AlarmKeeper:
    """Watches the alarms while it runs: ``start``, then ``await stop()``.

    ``listen`` adds whoever is to be told; what a listener raises is logged and harms nobody else.
    """

    def __init__(
        self,
        collector: Collector,
        book: AlarmBook,
        settings: Iterable[AlarmSettings],
        points: Collection[str],
        *,
        clock: Clock | None = None,
    ) -> None:
        self._clock = clock or LoopClock()
        self._view = CollectorView(collector)
        self._book = book
        self._alarms = Alarms(settings, points, self._view, self._clock.wall())
        self._listeners: list[Listener] = []
        self._complaints = Complaints(log)
        self._timer: Timer | None = None
        self._waiting: list[AlarmEvent] = []
        self._unkept: set[str] = set()
        """Alarms of which the book does not know yet how they stand, or that they are gone."""
        self._writing: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Go on where the alarms stood when the site ran last."""
        states = await asyncio.to_thread(self._book.states)
        self._alarms.restore(states, self._clock.wall())
        self._unkept |= {state.alarm for state in states} - {state.alarm for state in self._alarms.states()}
        self._timer = self._clock.call_at(self._clock.time() + TICK, self._tick)

    async def stop(self) -> None:
        """Watch no more; what happened is kept."""
        if self._timer is not None:
            self._timer.cancel()
        while self._writing is not None:
            await self._writing
        await asyncio.to_thread(self._book.close)

    def apply(self, settings: Iterable[AlarmSettings], points: Collection[str]) -> None:
        """Go on with other alarms; those that watch the same keep their state."""
        before = {state.alarm: state for state in self._alarms.states()}
        events = self._alarms.apply(settings, points, self._clock.wall())
        after = {state.alarm: state for state in self._alarms.states()}
        self._unkept |= {name for name, state in before.items() if after.get(name) != state}
        if self._unkept:
            self._happened(events)

    def listen(self, listener: Listener) -> None:
        """Tell this one about every change from now on."""
        self._listeners.append(listener)

    def unlisten(self, listener: Listener) -> None:
        """Tell this one no more."""
        if listener in self._listeners:
            self._listeners.remove(listener)

    def states(self) -> list[AlarmState]:
        """How all alarms stand, the important ones first."""
        return self._alarms.states()

    def acknowledge(self, names: Sequence[str], by: str, comment: str = "") -> None:
        """Somebody has seen these alarms; raises UsageError where that makes no sense."""
        self._happened(self._alarms.acknowledge(names, by, comment, self._clock.wall()))

    def shelve(self, name: str, until: float, by: str, comment: str = "") -> None:
        """Keep an alarm silent until Unix time ``until``; raises UsageError for a time too far away."""
        self._happened([self._alarms.shelve(name, until, by, comment, self._clock.wall())])

    def unshelve(self, name: str, by: str) -> None:
        """Let an alarm be heard again; raises UsageError where it is not shelved."""
        self._happened([self._alarms.unshelve(name, by, self._clock.wall())])

    def _tick(self) -> None:
        now = self._clock.time()
        self._timer = self._clock.call_at(now + TICK, self._tick)
        self._view.look()
        events = self._alarms.tick(now, self._clock.wall())
        if events:
            self._happened(events)

    def _happened(self, events: list[AlarmEvent]) -> None:
        for event in events:
            log.log(_level(event), "alarm %s %s: %s", event.alarm, event.what, event.text or event.comment)
        for listener in list(self._listeners):
            try:
                listener(events)
            except Exception as error:
                self._complaints.say(
                    "listener", f"somebody could not be told of alarms: {error!r}", self._clock.time()
                )
        self._waiting += events
        if self._writing is None:
            self._writing = asyncio.get_running_loop().create_task(self._write())

    async def _write(self) -> None:
        try:
            while True:
                events, self._waiting = self._waiting, []
                changed = self._unkept | {event.alarm for event in events}
                self._unkept = set()
                states = [state for state in self._alarms.states() if state.alarm in changed]
                gone = changed - {state.alarm for state in states}
                if not await asyncio.to_thread(self._book.record, events, states, gone):
                    self._unkept |= changed  # with what happens next
                if not self._waiting:
                    return
        finally:
            self._writing = None


def _level(event: AlarmEvent) -> int:
    heard = event.what == "raised" and not event.silent
    return logging.WARNING if heard else logging.INFO
