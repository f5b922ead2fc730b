"""One connection at work: its wire, the groups that are read through it, and the health of its units."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from port502.collect.clock import Clock
from port502.collect.derived import Derived, Node
from port502.collect.group import PRIORITY_TEST, Group, Tally
from port502.collect.health import OFFLINE, ONLINE, SILENCE
from port502.collect.knowledge import KnowledgeBook
from port502.collect.outlet import Outlet
from port502.collect.reading import LiveBlock
from port502.collect.reads import Reads
from port502.collect.response_times import ResponseTimes
from port502.collect.schedule import Chore, Schedule, phase
from port502.collect.settings import ConnectionSettings, DeviceSettings
from port502.collect.standing import Standing
from port502.collect.unit import Unit
from port502.collect.wire import AnyTransaction, Connect, Wire
from port502.errors import DeviceError, LinkError, NoReplyError, UsageError
from port502.transport.complaints import Complaints
from port502.transport.states import LinkState, Traffic

log = logging.getLogger("port502.collect")

QUEUE_PATIENCE = 60.0
"""Seconds that a poll may wait for its turn on a busy connection."""
STUCK = 30.0
"""Seconds beyond every deadline after which a worker without progress is restarted ..."""
RESTART_PAUSE = 300.0
"""... but not more often than this."""
FULL = 0.9
"""The load from which on a connection is called full."""


@dataclass(slots=True)
class Workshop:
    """What all pollers of a collector share; ``spawn`` runs a coroutine in the background."""

    clock: Clock
    schedule: Schedule
    outlet: Outlet
    complaints: Complaints
    knowledge: KnowledgeBook
    connect: Connect
    spawn: Callable[[Coroutine[Any, Any, None]], None]
    tally: Tally = field(default_factory=Tally)


@dataclass(slots=True)
class Layout:
    """The groups of a connection, by device and interval, and the units that they ask."""

    groups: dict[tuple[str, float], Group]
    units: dict[int, Unit]


class Poller:
    """Polls all devices of one connection; it is the ``Line`` of their groups. Raises UsageError for a bad device.

    ``refusals`` are the exceptions that came, counted by their code.
    """

    def __init__(self, settings: ConnectionSettings, shop: Workshop) -> None:
        # What each poll looks at comes first and thus lies together in memory.
        self.ready = False
        self.parallel = settings.window
        self.response_timeout = settings.response_timeout
        self.tally = shop.tally
        self.time = shop.clock.time
        self.wall = shop.clock.wall
        self.response = ResponseTimes(shop.clock.time())
        self.outlet = shop.outlet
        self.wire: Wire
        self.settings = settings
        self.shop = shop
        self.retries = settings.retries
        self.down: str | None = None
        self.units: dict[int, Unit] = {}
        self.groups: dict[tuple[str, float], Group] = {}
        self.wasted = 0.0
        self.load = 0.0
        self.refusals: dict[int, int] = {}
        self.restarts = 0
        self.standing = Standing(shop.clock.time())
        self.heard_by: Traffic | None = None
        self._derived = Derived(())
        self._serial = settings.url.startswith(("rtu", "ascii"))
        self._down_since: float | None = None
        self._busy_before = 0.0
        self._restarted = float("-inf")
        self._generation = 0
        self._active = False
        layout = self.lay_out(settings.devices)
        self.groups, self.units = layout.groups, layout.units

    # What it polls

    def lay_out(self, devices: Sequence[DeviceSettings]) -> Layout:
        """The groups of these devices; those that exist and did not change are taken over.

        Raises UsageError, before anything has changed, for points that cannot be read.
        """
        before = {device.name: device for device in self.settings.devices} if self.groups else {}
        now = self.time()
        layout = Layout({}, {})
        for device in devices:
            unit = layout.units.get(device.unit) or self.units.get(device.unit) or Unit(device.unit, now)
            layout.units[device.unit] = unit
            same = before.get(device.name) == device
            for interval in sorted({one.interval for one in device.points}):
                key = (device.name, interval)
                layout.groups[key] = self.groups[key] if same else self._group(device, interval, unit)
        return layout

    def _group(self, device: DeviceSettings, interval: float, unit: Unit) -> Group:
        if not interval > 0:
            raise UsageError(f"{device.name}: an interval is longer than nothing, got {interval:g} s")
        points = [one for one in device.points if one.interval == interval]
        reads = Reads(device, points, self.shop.knowledge.of(device.name), self.outlet)
        return Group(device.name, interval, unit, reads, self)

    def adopt(self, settings: ConnectionSettings, layout: Layout, derived: Derived) -> None:
        """Go on with other devices on the same connection; groups taken over are not disturbed."""
        now = self.time()
        for key, group in self.groups.items():
            if layout.groups.get(key) is not group:
                group.stop(now)
        fresh = [key for key, group in layout.groups.items() if self.groups.get(key) is not group]
        self.settings = settings
        self.groups = layout.groups
        self.units = layout.units
        self.feed(derived)
        self._schedule(fresh)
        for key in fresh:
            self.groups[key].begin(now)

    def feed(self, derived: Derived) -> None:
        """The expressions of the site, which may need points of this connection."""
        self._derived = derived
        for group in self.groups.values():
            group.reads.feed(derived)

    def start(self) -> None:
        """Connect, and poll from then on."""
        self._active = True
        self._new_wire()
        self._schedule(self.groups)
        if not self.settings.keep_open:
            self._begin_missed()

    def halt(self) -> None:
        """Start no cycle any more; those that run may end."""
        self._active = self.ready = False
        for group in self.groups.values():
            group.cancel()

    async def close(self) -> None:
        """End everything at once."""
        self.halt()
        now = self.time()
        for group in self.groups.values():
            group.stop(now)
        await self.wire.close()

    @property
    def running(self) -> bool:
        """Whether a cycle runs."""
        return any(group.running for group in self.groups.values())

    @property
    def shared(self) -> bool:
        """Whether more than one unit lives on this connection."""
        return len(self.units) > 1

    def _schedule(self, keys: Sequence[tuple[str, float]] | Mapping[tuple[str, float], Group]) -> None:
        for key in keys:
            device, interval = key
            offset = phase(f"{self.settings.name}/{device}", interval)
            self.shop.schedule.every(interval, offset, self.groups[key])

    # The wire

    def _new_wire(self) -> None:
        self._generation += 1
        generation = self._generation

        def on_state(state: LinkState, why: str) -> None:
            if generation == self._generation and self._active:
                self._turned(state, why)

        self.wire = self.shop.connect(self.settings, on_state)
        if self.heard_by is not None:
            self.wire.listen(self.heard_by)
        if self.settings.keep_open:
            self.wire.keep()

    def listen(self, heard: Traffic | None) -> None:
        """From now on this hears what passes on the wire, and on one that comes after it; None: nothing does."""
        self.heard_by = heard
        if self._generation:
            self.wire.listen(heard)

    def _turned(self, state: LinkState, why: str) -> None:
        now = self.time()
        self.standing.turn(state, now)
        self.ready = state == LinkState.READY
        name = self.settings.name
        if state == LinkState.READY:
            if self._down_since is not None:
                self.shop.complaints.over(f"link {name}", f"{name}: connected again")
                if now - self._down_since >= SILENCE:
                    for unit in self.units.values():
                        unit.health.hurry(now)
            self.down = self._down_since = None
            self._begin_missed()
        elif state == LinkState.BACKING_OFF:
            self.down = f"link down: {self.wire.counters.last_error or why}"
            self.shop.complaints.say(f"link {name}", f"{name}: {self.down}", now)
            self._lost(now)
            if self._down_since is None:
                self._down_since = now

    def _begin_missed(self) -> None:
        now = self.time()
        for group in sorted(self.groups.values(), key=lambda group: group.priority):
            if group.missed and not group.running:
                group.begin(now)

    def _lost(self, now: float) -> None:
        """The wire is gone: every cycle ends now. A unit that was being asked alone may be what ended it."""
        assert self.down is not None
        for unit in self.units.values():
            unit.tester = None
            unit.waiting.clear()
        asked = [
            (group.unit, transaction)
            for group in self.groups.values()
            for transaction in group.outstanding
            if transaction.attempts
        ]
        if len(asked) == 1 and self.shared:
            unit, transaction = asked[0]
            if unit.failed(now, self.down, now - transaction.sent_at, shared=True):
                self.turned(unit, now)
        first = self._down_since is None
        for group in self.groups.values():
            if group.running or (first and group.missed):
                group.missed = True
                group.fail(self.down, now)

    # What its groups ask of it

    def learned(self, device: str) -> None:
        """What is known about a device has changed: its groups have to look at their plans."""
        for group in self.groups.values():
            if group.device == device:
                group.replan()

    def blocked(self) -> str | None:
        """Why nothing can be asked now: in words, empty while that is not known yet; None when it can."""
        if not self._active:
            return ""
        state = self.wire.state
        if state == LinkState.READY:
            return None
        if not self.settings.keep_open and state not in (LinkState.BACKING_OFF, LinkState.CLOSED):
            return None
        return self.down or ""

    def submit(self, group: Group, block: LiveBlock, priority: int, now: float) -> AnyTransaction:
        """Ask for a block; a unit that may be dead gets less of the others' time than one that answers."""
        timeout = self.response_timeout
        if priority == PRIORITY_TEST and self.shared:
            timeout = group.unit.health.timeout(timeout, self._usual())
        self.tally.polls += 1
        return self.wire.submit(
            group.number,
            block.request,
            group.replied,
            timeout=timeout,
            deadline=now + QUEUE_PATIENCE + timeout,
            priority=priority,
            context=block,
        )

    def _usual(self) -> float | None:
        """What slow replies take here. A serial line cannot tell a late reply from the next, so it never says."""
        if self._serial:
            return None
        lately = self.response.lately()
        return lately.percentiles(0.99)[0] if lately.count >= 10 else None

    def cancel(self, transaction: AnyTransaction) -> None:
        """Nobody waits for it any more."""
        self.wire.cancel(transaction)

    def later(self, group: Group, block: LiveBlock, when: float) -> None:
        """Have the group ask again for a block."""
        self.shop.schedule.at(when, Chore(lambda due, now: group.ask_again(block, now)))

    def heard(self, transaction: AnyTransaction, now: float) -> None:
        """A request is over: it was answered, whatever the reply says, or its time is up."""
        if not transaction.attempts:
            return
        error = transaction.error
        if error is None:
            self.response.add(now - transaction.sent_at)
        elif isinstance(error, DeviceError):
            self.refusals[error.code] = self.refusals.get(error.code, 0) + 1
            self.response.add(now - transaction.sent_at)
        else:
            self.wasted += now - transaction.sent_at

    def overrun(self, group: Group, now: float) -> None:
        """The group is not done when its next slot comes: say so, once a minute."""
        self.tally.overruns += 1
        text = f"{self.settings.name}: {group} takes longer than its interval; slots are skipped"
        self.shop.complaints.say(f"overrun {self.settings.name} {group}", text, now)

    def turned(self, unit: Unit, now: float) -> None:
        """The state of a unit has changed."""
        name = f"{self.settings.name}: unit {unit.number}"
        health = unit.health
        if health.state == OFFLINE:
            unit.mourned = True
            self.shop.complaints.say(f"unit {name}", f"{name} is offline: {health.reason}", now)
        elif health.state == ONLINE and unit.mourned:
            unit.mourned = False
            log.info("%s answers again", name)

    # What is asked on demand

    def unit_of(self, device: DeviceSettings) -> Unit:
        """The unit that a device of this connection is."""
        return self.units[device.unit]

    def may_write(self, unit: Unit) -> bool:
        """Whether any device allows writes to a unit."""
        return any(device.writes for device in self.settings.devices if device.unit == unit.number)

    def fed_by(self, point: str) -> tuple[Node, ...]:
        """The expressions that depend on a point."""
        return self._derived.fed_by([point])

    # Its supervision

    def look_after(self, now: float, elapsed: float) -> None:
        """Every few seconds: how busy the wire is, and whether anything hangs."""
        self.response.turn(now)
        busy = self.response.total + self.wasted
        recent = min(1.0, max(0.0, busy - self._busy_before) / elapsed)
        self._busy_before = busy
        self.load += (recent - self.load) * min(1.0, elapsed / 30.0)
        if self.load > FULL:
            name = self.settings.name
            self.shop.complaints.say(
                f"load {name}", f"{name} is {self.load:.0%} busy: poll less, or slower", now
            )
        limit = STUCK + QUEUE_PATIENCE + self.settings.response_timeout
        if now - self._restarted >= RESTART_PAUSE and any(
            group.running and now - group.heard > limit for group in self.groups.values()
        ):
            self.restart(now)

    def restart(self, now: float) -> None:
        """Begin afresh with a new wire; what was running ends as failed."""
        self._restarted = now
        self.restarts += 1
        self.shop.complaints.say(
            f"restart {self.settings.name}", f"{self.settings.name}: no progress, the worker starts anew", now
        )
        old = self.wire
        self._generation += 1
        self.down = "restarted: the worker made no progress"
        self._lost(now)
        self.shop.spawn(old.close())
        self.down = self._down_since = None
        self._new_wire()

    def check_link(self) -> None:
        """Raise LinkError when the connection is known to be down."""
        if self.down is not None and self.wire.state == LinkState.BACKING_OFF:
            raise LinkError(f"{self.settings.name}: {self.down}; nothing was sent")

    def check_alive(self, unit: Unit, now: float) -> None:
        """Raise the reason why a write to this unit would be in vain: LinkError or NoReplyError."""
        self.check_link()
        if unit.health.state == OFFLINE:
            raise NoReplyError(
                f"{self.settings.name}: unit {unit.number} is offline ({unit.health.reason}); nothing was sent"
            )
