"""Every target, a few at a time: who is there, who speaks Modbus, and what they are."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from ipaddress import ip_address
from itertools import chain

from port502.discover.examine import Examination, Knowledge
from port502.discover.found import FoundDevice, Inventory, OpenPort
from port502.discover.knock import Closed, Neighbourhood, knock, reason
from port502.discover.line import Line
from port502.discover.lookup import Lookup
from port502.discover.makers import maker_of
from port502.discover.pace import Pace
from port502.discover.settings import ScanSettings
from port502.discover.targets import Targets
from port502.errors import ConfigError, ConnectError, LinkError

log = logging.getLogger("port502.scan")

MOST_FOUND = 1 << 16
"""Devices, and open ports that are none, that one inventory holds at most; the others are only counted."""


@dataclass(slots=True)
class Progress:
    """How far a scan is: ``probed`` of ``total`` addresses; ``alive`` of them had an open or a refusing port."""

    total: int
    probed: int = 0
    alive: int = 0
    devices: int = 0
    connections: int = 0
    requests: int = 0


class Scanner:
    """One scan. ``found`` hears of each device as soon as it is known, ``moved`` of each address that is done."""

    def __init__(
        self,
        targets: Targets,
        settings: ScanSettings,
        knowledge: Knowledge,
        *,
        extra: Iterable[str] = (),
        found: Callable[[FoundDevice], None] = lambda _: None,
        moved: Callable[[Progress], None] = lambda _: None,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._settings = settings
        self._knowledge = knowledge
        self._found = found
        self._moved = moved
        more = tuple(extra)
        self._hosts = chain(targets, more)
        self.progress = Progress(len(targets) + len(more))
        self._pace = Pace(settings.rate)
        self._neighbourhood = Neighbourhood(self._loop.time)
        self._lookup = Lookup()
        self._devices: list[FoundDevice] = []
        self._others: list[OpenPort] = []
        self._began = self._loop.time()
        self._started = datetime.now(UTC)

    async def run(self) -> Inventory:
        """Look at all of them. Where that is cancelled, ``inventory`` has what was found until then."""
        async with asyncio.TaskGroup() as group:
            for _ in range(max(1, min(self._settings.hosts, self.progress.total))):
                group.create_task(self._work())
        return self.inventory()

    def inventory(self) -> Inventory:
        """What was found up to now, in the order of addresses."""
        return Inventory(
            tuple(sorted(self._devices, key=lambda one: (_order(one.address), one.port))),
            tuple(sorted(self._others, key=lambda one: (_order(one.address), one.port))),
            self.progress.probed,
            self.progress.total,
            self._loop.time() - self._began,
            self._started.isoformat(timespec="seconds").replace("+00:00", "Z"),
        )

    async def _work(self) -> None:
        for host in self._hosts:
            alive = False
            async for address in self._addresses(host):
                try:
                    alive = await self._look_at(address, "" if address == host else host) or alive
                except Exception as error:
                    # One host that does what nobody thought of must not cost what was found at the others.
                    log.exception("looking at %s failed in a way that nobody thought of", address)
                    self._note(OpenPort(address, 0, f"could not be looked at: {error!r}"))
            self.progress.alive += alive
            self.progress.probed += 1
            self._moved(self.progress)

    async def _addresses(self, host: str) -> AsyncIterator[str]:
        """The addresses of a host; none where its name is not known."""
        try:
            ip_address(host.partition("%")[0])
        except ValueError:
            pass
        else:
            yield host
            return
        try:
            known = await self._loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            self._note(OpenPort(host, 0, "the name is not known"))
            return
        for address in dict.fromkeys(str(entry[4][0]) for entry in known):
            yield address

    async def _look_at(self, address: str, name: str) -> bool:
        """Try the ports of an address one after the other; whether anything there gave a sign of life."""
        alive = False
        for port in self._settings.ports:
            try:
                self.progress.connections += 1
                line = await knock(address, port, self._settings, self._pace)
            except (ConnectError, ConfigError) as error:
                why = reason(error)
                alive = alive or why in (Closed.REFUSED, Closed.TLS)
                if why is Closed.TLS:
                    self._note(OpenPort(address, port, "TLS that asks for a certificate"))
                if why is Closed.NOBODY or (why is Closed.SILENT and self._neighbourhood.nobody(address)):
                    break
                continue
            alive = True
            await self._talk(line, address, port, name)
        return alive

    def _note(self, port: OpenPort) -> None:
        if len(self._others) < MOST_FOUND:
            self._others.append(port)

    async def _talk(self, line: Line, address: str, port: int, name: str) -> None:
        async def again(tolerate: frozenset[str]) -> Line:
            self.progress.connections += 1
            return await knock(address, port, self._settings, self._pace, tolerate)

        if line.target.scheme == "tls" and self._settings.tls is None:
            line.close()
            self._note(OpenPort(address, port, "TLS"))
            return
        mac = self._neighbourhood.mac(address)
        maker = maker_of(mac) if mac else ""
        examination = Examination(line, again, self._settings, self._knowledge, maker)
        try:
            device = await examination.run()
            says = examination.line.says
        except LinkError:
            device, says = None, line.says or "ends the connection at the first question"
        finally:
            self.progress.requests += examination.line.requests
            examination.line.close()
        if device is None:
            self._note(OpenPort(address, port, says or "silent to every question"))
            return
        if not name and self._settings.names:
            name = await self._lookup.name_of(address)
        device = replace(device, name=name, mac=mac, maker=maker)
        if len(self._devices) < MOST_FOUND:
            self._devices.append(device)
        self.progress.devices += 1
        self._found(device)


def _order(address: str) -> tuple[int, int, str]:
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return 7, 0, address
    return parsed.version, int(parsed), address
