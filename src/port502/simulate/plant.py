"""A plant: hundreds of devices in one process, each behind its own address, with faults and pollers."""

from __future__ import annotations

import asyncio
import time as time_module
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from port502.errors import UsageError
from port502.server import Server
from port502.service.admission import Limits
from port502.service.call import Service
from port502.service.device import Device
from port502.service.units import Units
from port502.simulate.bus import Line, SerialBus
from port502.simulate.faults import Faults
from port502.simulate.polling import Poll, Poller
from port502.simulate.pty_line import PtyLine
from port502.simulate.rule import Rule
from port502.transport.url import parse_url

ROOMY = Limits(connections=256, per_client=256, idle=None)
"""A plant's devices are as patient as they can be; faults make them otherwise."""

PATIENCE = 3600.0
"""Seconds that a fault may hold an answer back."""

Clock = Callable[[], float]
Make = Callable[[object, Clock], Device]
"""Makes a device of its own from a seed and a clock."""


@dataclass(frozen=True, slots=True)
class Place:
    """What listens at one url: devices by unit id (None: a single one that answers any), maybe behind a serial line.

    With ``pty`` the plant makes a serial line of its own, and the url is where its other end will be.
    ``seed`` makes the values its own. ``rules`` are its faults, ``polls`` what its first device polls.
    """

    name: str
    url: str
    units: Mapping[int, Make] | None
    any_unit: Make | None = None
    line: Line | None = None
    rules: tuple[Rule, ...] = ()
    polls: tuple[Poll, ...] = ()
    seed: object = 0
    pty: bool = False

    @property
    def on_line(self) -> bool:
        """Whether its units are on a serial line themselves, where one that is not there has to be silent."""
        return parse_url(self.url).is_serial


@dataclass(frozen=True, slots=True)
class RuleStatus:
    """How often a fault struck."""

    name: str
    hits: int


@dataclass(frozen=True, slots=True)
class PlaceStatus:
    """How one place of a plant fares: clients now, requests answered so far, faults that struck, polls made."""

    name: str
    url: str
    devices: int
    connections: int
    requests: int
    rules: tuple[RuleStatus, ...] = ()
    polls: int = 0
    failed_polls: int = 0

    @property
    def hits(self) -> int:
        """How often its faults struck."""
        return sum(rule.hits for rule in self.rules)


@dataclass(slots=True)
class _Running:
    place: Place
    server: Server
    devices: list[Device]
    faults: Faults | None
    pollers: list[Poller] = field(default_factory=list)
    line: PtyLine | None = None

    @property
    def url(self) -> str:
        """Where it is asked."""
        return self.place.url if self.line is not None else self.server.url


class Plant:
    """Runs the places of a plant: ``async with Plant(places)``. Raises UsageError for polls of unknown places.

    ``clock`` gives unix seconds to every device. Raises ConnectError at the start when an address cannot be had;
    then nothing runs.
    """

    def __init__(
        self, places: Sequence[Place], *, name: str = "plant", clock: Clock = time_module.time
    ) -> None:
        self.name = name
        self.places = tuple(places)
        self._clock = clock
        self._running: list[_Running] = []
        self._tasks: list[asyncio.Task[None]] = []
        known = [place.name for place in self.places]
        if len(set(known)) < len(known):
            raise UsageError("two devices of the plant have one name")
        for place in self.places:
            for poll in place.polls:
                if poll.device not in known:
                    raise UsageError(f"{place.name} polls {poll.device}, which is no device of this plant")

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def urls(self) -> dict[str, str]:
        """Where each place listens, with the ports that the system chose."""
        return {one.place.name: one.url for one in self._running}

    def device(self, name: str, unit: int | None = None) -> Device:
        """A device of a running plant; raises UsageError for a name or unit that there is not."""
        for one in self._running:
            if one.place.name == name:
                numbers = list(one.place.units or {})
                if unit is None or not numbers:
                    return one.devices[0]
                if unit in numbers:
                    return one.devices[numbers.index(unit)]
        raise UsageError(
            f"the plant has no device {name}" + (f" with unit {unit}" if unit is not None else "")
        )

    async def start(self) -> None:
        """Start every device, then the pollers."""
        began = asyncio.get_running_loop().time()
        try:
            for place in self.places:
                await self._start(place, began)
            for running in self._running:
                self._start_pollers(running)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """End everything."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        await asyncio.gather(*(one.server.stop(grace=0.2) for one in self._running))
        for one in self._running:
            if one.line is not None:
                one.line.stop()
        self._running.clear()

    def status(self) -> list[PlaceStatus]:
        """How every place fares."""
        return [_status(one) for one in self._running]

    async def _start(self, place: Place, began: float) -> None:
        line = None
        url = place.url
        if place.pty:
            target = parse_url(url)
            line = PtyLine(Path(target.device))
            line.start()
            url = url.replace(target.device, line.ends[1], 1)
        try:
            running = self._made(place, url, began)
            await running.server.start()
        except BaseException:
            if line is not None:
                line.stop()
            raise
        running.line = line
        self._running.append(running)

    def _made(self, place: Place, url: str, began: float) -> _Running:
        service, devices = self._service(place)
        if not place.rules:
            return _Running(place, Server(service, url, limits=ROOMY, answer_within=PATIENCE), devices, None)
        faults = Faults(place.rules, seed=f"{place.seed}/{place.name}", began=began)
        server = Server(faults.around(service), url, limits=ROOMY, answer_within=PATIENCE, wire=faults)
        return _Running(place, server, devices, faults)

    def _service(self, place: Place) -> tuple[Service, list[Device]]:
        if place.any_unit is not None:
            device = place.any_unit(place.seed, self._clock)
            return Units({}, any_unit=device), [device]
        units = place.units or {}
        alone = place.line is None and len({id(make) for make in units.values()}) == 1
        shared: dict[int, Device] = {}
        made: dict[int, Device] = {}
        for unit, make in units.items():
            if id(make) not in shared or place.line is not None:
                shared[id(make)] = make(place.seed if alone else f"{place.seed}/{unit}", self._clock)
            made[unit] = shared[id(make)]
        devices = list({id(device): device for device in made.values()}.values())
        if place.line is not None:
            bus = Units(dict(made)) if place.on_line else SerialBus(made, place.line)
            return bus, list(made.values())
        return Units(dict(made)), devices

    def _start_pollers(self, running: _Running) -> None:
        urls = self.urls
        for poll in running.place.polls:
            poller = Poller(poll, urls[poll.device], running.devices[0])
            running.pollers.append(poller)
            self._tasks.append(asyncio.get_running_loop().create_task(poller.run()))


def _status(one: _Running) -> PlaceStatus:
    counters = one.server.counters
    rules = (
        ()
        if one.faults is None
        else tuple(RuleStatus(armed.rule.name, armed.hits) for armed in one.faults.armed)
    )
    return PlaceStatus(
        name=one.place.name,
        url=one.url,
        devices=len(one.devices),
        connections=counters.accepted - counters.closed,
        requests=(
            sum(device.counters.server_messages for device in one.devices)
            if one.faults is None
            else one.faults.asked
        ),
        rules=rules,
        polls=sum(poller.polls for poller in one.pollers),
        failed_polls=sum(poller.failures for poller in one.pollers),
    )
