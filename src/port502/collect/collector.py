"""The collector: polls every connection of a site, and keeps, checks and passes on what comes in."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from port502.collect import calling, demand, writing
from port502.collect.bus import DELAY, Bus, Sink
from port502.collect.clock import Clock, LoopClock, Timer
from port502.collect.demand import Reading
from port502.collect.derived import Derived, names_of
from port502.collect.knowledge import KnowledgeBook
from port502.collect.latest import Current, Latest
from port502.collect.outlet import Outlet
from port502.collect.poller import Layout, Poller, Workshop
from port502.collect.reads import bands_of, point_of
from port502.collect.report import detail, report, silent_devices
from port502.collect.response_times import Spread
from port502.collect.sample import Value
from port502.collect.schedule import Chore, Schedule, grain
from port502.collect.settings import ConnectionSettings, DeviceSettings
from port502.collect.status import CollectorStatus, ConnectionDetail
from port502.collect.wire import Connect, Wire, connect
from port502.collect.writing import WriteResult
from port502.errors import UsageError
from port502.protocol.message import Request, Response
from port502.registers.reference import Reference
from port502.transport.complaints import Complaints
from port502.transport.states import Traffic

log = logging.getLogger("port502.collect")

SWEEP = 1.0
LOOK_AFTER = 5.0
LEAST_STALE = 5.0


@dataclass(slots=True)
class _Change:
    """Other settings, checked: the connections to make, and what changes on those that stay."""

    connections: list[ConnectionSettings]
    devices: dict[str, DeviceSettings]
    derived: Derived
    fresh: dict[str, Poller]
    layouts: dict[str, Layout]


class Collector:
    """Reads all points of ``connections`` on their schedules, and gives every sample to the sinks.

    It lives in the running event loop: ``start``, then ``await stop()``. ``knowledge`` is the file that keeps what
    devices taught by refusing. Raises UsageError or ConfigError for settings that cannot work.
    """

    def __init__(
        self,
        connections: Iterable[ConnectionSettings],
        *,
        knowledge: str | Path | None = None,
        connect: Connect = connect,
        clock: Clock | None = None,
    ) -> None:
        self._clock = clock or LoopClock()
        self._timer: Timer | None = None
        self._timer_at = 0.0
        self._grain = 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        self._complaints = Complaints(log)
        self.latest = Latest()
        self._bus = Bus(self._complaints)
        self._shop = Workshop(
            clock=self._clock,
            schedule=Schedule(self._clock.time, self._callback_failed, self._arm),
            outlet=Outlet(self.latest, self._bus),
            complaints=self._complaints,
            knowledge=KnowledgeBook(knowledge),
            connect=connect,
            spawn=self._spawn,
        )
        self._started: float | None = None
        self._stopped = False
        self._devices: dict[str, DeviceSettings] = {}
        self._derived = Derived(())
        self._pollers: dict[str, Poller] = {}
        self._commit(self._prepare(connections))

    # Its life

    def start(self) -> None:
        """Connect to everything and begin to poll; raises UsageError the second time."""
        if self._started is not None:
            raise UsageError("a collector is started once")
        self._started = self._clock.time()
        schedule = self._shop.schedule
        schedule.every(SWEEP, 0.0, Chore(self._sweep))
        schedule.every(DELAY, 0.0, Chore(lambda due, now: self._bus.flush(now)))
        schedule.every(LOOK_AFTER, 0.0, Chore(self._look_after))
        for poller in self._pollers.values():
            poller.start()

    async def stop(self, grace: float = 1.0) -> None:
        """Start nothing new, give what runs ``grace`` seconds to end, close all connections together."""
        if self._stopped:
            return
        self._stopped = True
        pollers = list(self._pollers.values())
        if self._started is not None:
            for poller in pollers:
                poller.halt()
            await self._idle(pollers, grace)
            await asyncio.gather(*(poller.close() for poller in pollers))
        self._bus.flush(self._clock.time())
        if self._timer is not None:
            self._timer.cancel()
        self._save_knowledge()
        await asyncio.gather(*self._tasks)

    async def __aenter__(self) -> Self:
        self.start()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.stop()

    async def _idle(self, pollers: list[Poller], grace: float) -> None:
        """Wait until no cycle runs, or the time is up."""
        idle = asyncio.Event()
        until = self._clock.time() + grace

        def look() -> None:
            now = self._clock.time()
            if now >= until or not any(poller.running for poller in pollers):
                idle.set()
            else:
                self._clock.call_at(now + 0.01, look)

        look()
        await idle.wait()

    # Its settings

    async def apply(self, connections: Iterable[ConnectionSettings]) -> None:
        """Go on with other settings: connections and devices that did not change are not disturbed.

        Raises UsageError or ConfigError for settings that cannot work; nothing has changed then.
        """
        change = self._prepare(connections)
        gone = [poller for name, poller in self._pollers.items() if name not in change.layouts]
        for poller in gone:
            poller.halt()
        if self._started is not None:
            await asyncio.gather(*(poller.close() for poller in gone))
        self._commit(change)
        if self._started is not None:
            for poller in change.fresh.values():
                poller.start()

    def _prepare(self, connections: Iterable[ConnectionSettings]) -> _Change:
        connections = list(connections)
        devices = _devices_of(connections)
        change = _Change(connections, devices, Derived(devices.values()), {}, {})
        for settings in connections:
            old = self._pollers.get(settings.name)
            if old is not None and replace(old.settings, devices=()) == replace(settings, devices=()):
                change.layouts[settings.name] = old.lay_out(settings.devices)
            else:
                change.fresh[settings.name] = Poller(settings, self._shop)
        return change

    def _commit(self, change: _Change) -> None:
        new = [device for name, device in change.devices.items() if self._devices.get(name) != device]
        self._announce(change, new)
        intervals = [one.interval for device in change.devices.values() for one in device.points]
        self._grain = grain(min(intervals, default=1.0))
        self._derived = change.derived
        self._devices = change.devices
        pollers = {}
        for settings in change.connections:
            name = settings.name
            if name in change.fresh:
                pollers[name] = change.fresh[name]
                if name in self._pollers:
                    pollers[name].listen(self._pollers[name].heard_by)
                pollers[name].feed(change.derived)
            else:
                pollers[name] = self._pollers[name]
                pollers[name].adopt(settings, change.layouts[name], change.derived)
        self._pollers = pollers
        self._shop.schedule.prune()

    def _announce(self, change: _Change, new: list[DeviceSettings]) -> None:
        """Bring everything that is kept by name in line with the points there are now."""
        knowledge, bands = self._shop.knowledge, self._shop.outlet.bands
        limits = {
            f"{device.name}.{one.name}": one.stale or max(3.0 * one.interval, LEAST_STALE)
            for device in change.devices.values()
            for one in device.points
        }
        limits |= change.derived.limits(limits)
        for device in new:
            knowledge.of(device.name).fit_to(point_of(one) for one in device.points)
        knowledge.keep(change.devices)
        for name in [name for name in self.latest if name not in limits]:
            self.latest.forget([name])
            bands.pop(name, None)
        for device in new:
            for one in device.points:
                bands.pop(f"{device.name}.{one.name}", None)
        bands |= bands_of(new)
        for node in self._derived.nodes.values():
            self.latest.displace(node)
        self.latest.announce(limits, self._clock.wall())
        for node in change.derived.nodes.values():
            self.latest.place(node)

    # What it gives

    def add_sink(self, name: str, sink: Sink) -> None:
        """Give a sink all samples from now on, in batches; one of the same name is replaced."""
        self._bus.add(name, sink)

    def remove_sink(self, name: str) -> None:
        """Give a sink nothing more."""
        self._bus.remove(name)

    def current(self, point: str) -> Current | None:
        """What is known of ``DEVICE.POINT`` now, stale or not; None for a point that is not collected."""
        return self.latest.current(point, self._clock.time(), self._clock.wall())

    def qualities(self) -> Counter[str]:
        """How many of all points have which quality now."""
        return self.latest.qualities(self._clock.time())

    async def read(self, device: str, *items: str | Reference, timeout: float | None = None) -> list[Reading]:
        """Read points (names or globs) and references from a device now, ahead of the polling.

        ``timeout`` bounds each request, in seconds. Raises UsageError for what names nothing, and the typed error
        of the link, the unit or the device when nothing could be read.
        """
        poller, settings = self._find(device)
        return await demand.read(poller, settings, items, timeout)

    async def write(
        self, device: str, point: str, value: Value, *, timeout: float | None = None
    ) -> WriteResult:
        """Write an engineering value to a point that may be written, ahead of everything, and read it back.

        Raises UsageError when that is not allowed, LinkError and NoReplyError when nothing was sent, and the
        device's own error when it refused. It is never sent twice.
        """
        poller, settings = self._find(device)
        return await writing.write(poller, settings, point, value, timeout)

    async def call(self, device: str, request: Request[Any], *, timeout: float | None = None) -> Response:
        """Send any request to a device now, ahead of the polling; what may change the device is sent once at most.

        ``timeout`` bounds the whole, in seconds. Raises UsageError for a write to a device that is not open for
        them, and the typed error of the link, the unit or the device.
        """
        poller, settings = self._find(device)
        return await calling.call(poller, settings, request, timeout)

    def wire(self, connection: str) -> Wire:
        """A connection by its name, for requests of others beside the polling; raises UsageError."""
        poller = self._pollers.get(connection)
        if poller is None or self._started is None or self._stopped:
            raise UsageError(f"no connection {connection!r} is at work")
        return poller.wire

    def listen(self, connection: str, heard: Traffic | None) -> None:
        """From now on this hears what passes on a connection, in place of what did before; None: nothing does.

        Raises UsageError for a name that is none.
        """
        self._poller(connection).listen(heard)

    def status(self) -> CollectorStatus:
        """How it fares, down to each unit."""
        uptime = 0.0 if self._started is None else self._clock.time() - self._started
        return report(self._shop, self._pollers.values(), self._bus.status(), uptime)

    def detail(self, connection: str) -> ConnectionDetail:
        """How one connection fares, closely looked at; raises UsageError for a name that is none."""
        return detail(self._poller(connection))

    def response_times(self) -> dict[str, Spread]:
        """How long the replies on each connection took, since the start."""
        return {name: poller.response.ever() for name, poller in self._pollers.items()}

    def silent_devices(self) -> dict[str, bool | None]:
        """Of each device, whether it does not answer; None as long as nobody asked it."""
        return silent_devices(self._pollers.values())

    def _poller(self, connection: str) -> Poller:
        poller = self._pollers.get(connection)
        if poller is None:
            raise UsageError(f"there is no connection {connection!r}")
        return poller

    def _find(self, device: str) -> tuple[Poller, DeviceSettings]:
        if self._started is None or self._stopped:
            raise UsageError("the collector is not running")
        for poller in self._pollers.values():
            for settings in poller.settings.devices:
                if settings.name == device:
                    return poller, settings
        raise UsageError(f"no device {device!r}; there are {', '.join(sorted(self._devices)) or 'none'}")

    # Its clockwork

    def _arm(self, when: float) -> None:
        """Wake up at this time at the latest."""
        if self._stopped:
            return
        if self._timer is not None:
            if self._timer_at <= when:
                return
            self._timer.cancel()
        self._timer_at = when
        self._timer = self._clock.call_at(when, self._wake)

    def _wake(self) -> None:
        began = self._timer_at
        self._timer = None
        following = self._shop.schedule.run()
        if following is not None:
            self._arm(max(following, began + self._grain))

    def _sweep(self, due: float, now: float) -> None:
        time = self._clock.wall()
        stale = self.latest.sweep(now, time)
        if stale:
            feeds = self._derived.fed_by([sample.point for sample in stale])
            self._shop.outlet.put(stale, feeds, now, time)

    def _look_after(self, due: float, now: float) -> None:
        for poller in self._pollers.values():
            poller.look_after(now, LOOK_AFTER)
        self._complaints.forget(now)
        self._save_knowledge()

    def _save_knowledge(self) -> None:
        book = self._shop.knowledge
        if book.changed:
            self._spawn(self._saved(book, book.text()))

    async def _saved(self, book: KnowledgeBook, text: str) -> None:
        try:
            await asyncio.to_thread(book.save, text)
        except OSError as error:
            text = f"{book.path}: what was learned about devices could not be saved: {error}"
            self._complaints.say("knowledge", text, self._clock.time())

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _callback_failed(self, error: Exception) -> None:
        self._shop.tally.failures += 1
        cause = f"{type(error).__name__} at {_place(error)}"
        log.debug("a callback of the schedule failed", exc_info=error)
        text = f"a callback failed: {cause}: {error}"
        self._complaints.say(f"callback {cause}", text, self._clock.time(), logging.ERROR)


def _place(error: Exception) -> str:
    """The file and line where an error was raised."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return (
        f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else "an unknown place"
    )


def _devices_of(connections: Iterable[ConnectionSettings]) -> dict[str, DeviceSettings]:
    """All devices by name; raises UsageError for names given twice."""
    devices: dict[str, DeviceSettings] = {}
    seen: set[str] = set()
    for connection in connections:
        if connection.name in seen:
            raise UsageError(f"two connections are called {connection.name!r}")
        seen.add(connection.name)
        for device in connection.devices:
            if device.name in devices:
                raise UsageError(f"two devices are called {device.name!r}")
            devices[device.name] = device
            points = names_of(device)
            if len(set(points)) < len(points):
                twice = next(name for name in points if points.count(name) > 1)
                raise UsageError(f"{device.name}: two points are called {twice!r}")
    return devices
