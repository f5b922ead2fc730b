"""The listeners of a running site: started, stopped, changed one by one, and locked all together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from port502.collect.collector import Collector
from port502.errors import Port502Error, UsageError
from port502.gateway.gateway import Gateway
from port502.gateway.own_units import OwnUnits
from port502.gateway.remote import AFTER_POLLS
from port502.gateway.routing import RoutingTable
from port502.gateway.share import Concentrator, ShareStatus
from port502.gateway.status import BusStatus
from port502.guard.gate import Gate
from port502.guard.guard import SWEEP, guarded, upstream_for
from port502.guard.layer import policy_layer
from port502.guard.lock_file import LOCKED, LockFile
from port502.guard.operations import OPERATIONS
from port502.guard.policy import Policy, Rule
from port502.guard.recall import Recall
from port502.guard.record import Record
from port502.guard.settings import GuardSettings
from port502.guard.watch import TURNED_AWAY
from port502.server import Server
from port502.service.access import Networks, plain_host
from port502.service.call import Service, Session
from port502.service.lately import Lately
from port502.service.units import Units
from port502.site.buses import Buses, SiteBus
from port502.site.findings import ListenerFindings
from port502.site.gateways import GatewaySettings
from port502.site.listeners import ListenerSettings
from port502.site.served_points import served_device
from port502.site.status import CallerStatus, FindingStatus, ListenerStatus, Refusal, SessionStatus
from port502.transport.states import LinkState

log = logging.getLogger("port502.site")

EVERYTHING = Policy((Rule("everything", OPERATIONS),), read_before="never")
"""What holds for a listener without a policy: the device itself says what it allows."""

LOCK_FILE = "locked.json"
ALL = ""
"""Stands for all clients of a listener, in rates."""

MOST_FINDINGS = 10
"""So many findings of a listener are told of in its status, those that were seen last."""

MOST_CALLERS = 64
"""So many clients of a listener are told of, those that asked most."""


class Listening:
    """One listener at work."""

    def __init__(
        self, settings: ListenerSettings, collector: Collector, buses: Buses, recall: Recall
    ) -> None:
        self.settings = settings
        self.gate = Gate(settings.policy or EVERYTHING, settings.audit.auditor())
        recall.hear(self.gate.auditor, settings.name)
        self.findings = (
            ListenerFindings(settings.name, settings.url, self.gate.auditor, settings.baseline)
            if settings.findings
            else None
        )
        self._collector = collector
        self._buses = buses
        self._concentrator: Concentrator | None = None
        self._gateway: Gateway | None = None
        self._server: Server | None = None
        self._sweeper: asyncio.TimerHandle | None = None
        self._lately = Lately()

    async def start(self) -> None:
        """Listen; raises ConnectError when the port cannot be had."""
        settings = self.settings
        stack = self._stack()
        server = Server(
            stack if self.findings is None else self.findings.layer(stack),
            settings.url,
            limits=settings.limits,
            allow=settings.allow,
            tls=settings.tls.context(server_side=True) if settings.tls is not None else None,
            watch=self._connection,
            answer_within=self._answer_within(),
            long_frames=settings.long_frames,
            name=settings.name,
        )
        try:
            await server.start()
        except BaseException:
            self.gate.auditor.close()
            raise
        self._server = server
        log.info("%s: listening on %s", settings.name, server.url)
        self._sweep()

    def _connection(self, cause: str, session: Session, text: str) -> None:
        self.gate.watch.connection(cause, session, text)
        if self.findings is not None:
            self.findings.connection(cause, session, text)

    async def stop(self, grace: float = 1.0) -> None:
        """Let nobody in any more, and answer what is on its way."""
        if self._sweeper is not None:
            self._sweeper.cancel()
        if self._server is not None:
            await self._server.stop(grace)
            self.gate.auditor.close()

    @property
    def url(self) -> str:
        """Where it listens."""
        return self._server.url if self._server is not None else self.settings.url

    def status(self) -> ListenerStatus:
        """How it fares."""
        settings, watch, server = self.settings, self.gate.watch, self._server
        return ListenerStatus(
            settings.name,
            self.url,
            clients=len(server.sessions) if server is not None else 0,
            refused=watch.counters[TURNED_AWAY],
            last_refusal=_refusal(settings.name, watch.last_refusal),
            locked=self.gate.locked,
            answers=settings.answers,
            requests=server.requests if server is not None else 0,
            per_second=self._lately.of(ALL),
            callers=self._callers(),
            routes=tuple(str(route) for route in settings.gateway.routes) if settings.gateway else (),
            unmapped=self._gateway.unmapped if self._gateway is not None else 0,
            share=self._share_status(),
            findings=self.findings.newest(MOST_FINDINGS) if self.findings is not None else (),
        )

    def sessions(self, now: float) -> list[SessionStatus]:
        """Who is connected, whoever came first first; ``now`` is the event loop's time."""
        return [self._told(one, now) for one in self._sessions]

    def _told(self, one: Session, now: float) -> SessionStatus:
        names = self.gate.engine.names_of(one)
        shaking_hands = one.transport == "tls" and not one.fingerprint
        return SessionStatus(
            self.settings.name,
            plain_host(one.host),
            one.port,
            one.transport,
            max(0.0, now - one.opened),
            one.requests,
            names=tuple(sorted(names)),
            expected=bool(names) or shaking_hands or not self.gate.policy.clients,
            role=one.role,
            role_fault=one.role_fault,
            subject=one.subject,
            fingerprint=one.fingerprint,
        )

    def _callers(self) -> tuple[CallerStatus, ...]:
        """Who asks, whoever asked most first."""
        if self._gateway is not None:
            told = [
                CallerStatus(one.client, one.requests, one.writes, one.refused)
                for one in self._gateway.clients
            ]
        elif self._concentrator is not None:
            clients = self._concentrator.told(self._sessions)
            told = [CallerStatus(one.name, one.requests, one.writes) for one in clients]
        else:
            told = [CallerStatus(str(one), one.requests) for one in self._sessions]
        told.sort(key=lambda one: -one.requests)
        return tuple(replace(one, per_second=self._lately.of(one.name)) for one in told[:MOST_CALLERS])

    @property
    def _sessions(self) -> list[Session]:
        return self._server.sessions if self._server is not None else []

    def _share_status(self) -> ShareStatus | None:
        if self._concentrator is None:
            return None
        name = self.settings.connection
        known = self._buses.status([name])
        return self._concentrator.status(
            known[0].url if known else name,
            self._wire_state(),
            connects=self._buses.counters(name).connects,
            last_error=self._buses.counters(name).last_error,
            sessions=self._sessions,
        )

    def _stack(self) -> Service:
        """What stands behind the listener: the policy, and inside of it a device, or the way to one."""
        settings = self.settings
        if settings.gateway is not None:
            self._gateway = self._gateway_of(settings.gateway)
            return OwnUnits(policy_layer(self.gate)(self._gateway), self._gateway)
        if settings.share is not None:
            self._concentrator = Concentrator(
                lambda: self._collector.wire(settings.connection),
                settings.share,
                state=self._wire_state,
                rights=policy_layer(self.gate),
                priority=AFTER_POLLS,
            )
            return self._concentrator
        if settings.connection:
            timing = GuardSettings(timeout=settings.timeout, age=settings.age, pending=settings.pending)
            upstream = upstream_for(lambda: self._collector.wire(settings.connection), self.gate, timing)
            return guarded(upstream, self.gate)
        device = (
            settings.device.device()
            if settings.device is not None
            else served_device(settings.points, self._collector.current, settings.status)
        )
        units = (
            Units({}, any_unit=device)
            if settings.units is None
            else Units(dict.fromkeys(settings.units, device))
        )
        return policy_layer(self.gate)(units)

    def _gateway_of(self, wanted: GatewaySettings) -> Gateway:
        table = RoutingTable(wanted.routes)
        return Gateway(table, self._buses_of(wanted, table), silent=wanted.silent, zero=wanted.zero)

    def _buses_of(self, wanted: GatewaySettings, table: RoutingTable) -> dict[str, Service]:
        first = Networks(wanted.first) if wanted.first else None
        return {name: SiteBus(self._buses, name, wanted.within, first) for name in table.buses}

    def _answer_within(self) -> float:
        """Seconds after which a client may be sure that no reply comes."""
        settings = self.settings
        if settings.share is not None:
            return settings.share.answer_within
        if settings.gateway is None:
            return settings.age + settings.timeout
        return settings.gateway.answer_within

    def adopt(self, settings: ListenerSettings) -> bool:
        """Go on with other settings where that disturbs no client: another policy, other routes. False: it would."""
        old = self.settings
        if replace(old, policy=None, gateway=None) != replace(settings, policy=None, gateway=None):
            return False
        new, before = settings.gateway, old.gateway
        if new != before:
            if new is None or self._gateway is None or new.answer_within > self._answer_within():
                return False
            table = RoutingTable(new.routes)
            self._gateway.change(table, self._buses_of(new, table), silent=new.silent, zero=new.zero)
        if old.policy != settings.policy:
            self.gate.replace(settings.policy or EVERYTHING, settings.name)
        self.settings = settings
        return True

    def written(self) -> None:
        """The site itself wrote to a device: what was read before does not count any more."""
        if self._concentrator is not None:
            self._concentrator.written()

    def heard(self, connection: str, state: LinkState, why: str) -> None:
        """A connection of the site turned: who waits for it is told at once."""
        if self._concentrator is not None and self.settings.connection == connection:
            self._concentrator.shared.heard(state, why)

    def _wire_state(self) -> LinkState:
        with suppress(UsageError):
            return self._collector.wire(self.settings.connection).state
        return LinkState.BACKING_OFF

    def _sweep(self) -> None:
        self.gate.auditor.sweep()
        if self.findings is not None:
            self.findings.sweep(self._sessions)
        loop = asyncio.get_running_loop()
        callers = self._callers()
        self._lately.keep({ALL, *(one.name for one in callers)})
        if self._server is not None:
            self._lately.note(ALL, self._server.requests, loop.time())
        for one in callers:
            self._lately.note(one.name, one.requests, loop.time())
        self._sweeper = loop.call_later(SWEEP, self._sweep)


class Listeners:
    """All listeners of a site, and the lock on their writes, which outlives the process (``data`` is where)."""

    def __init__(self, collector: Collector, buses: Buses, data: Path) -> None:
        self.running: dict[str, Listening] = {}
        self.locked = ""
        self.recall = Recall()
        self._collector = collector
        self._buses = buses
        buses.on_state = self._heard
        self._lock_file = LockFile(data / LOCK_FILE)
        self._ended: tuple[ListenerStatus, ...] = ()
        self._ended_lines: tuple[BusStatus, ...] = ()
        self._looking: asyncio.TimerHandle | None = None

    async def start(self, settings: Iterable[ListenerSettings]) -> None:
        """Start all of them, locked if they were when the site was stopped; raises ConnectError."""
        self.locked = self._lock_file.read()
        if self.locked:
            log.warning("all writes are stopped (%s); `port502 guard unlock` frees them", self.locked)
        for one in settings:
            await self._start(one)
        self._look()

    async def stop(self) -> None:
        """Stop all of them; how they fared is still known."""
        if self._looking is not None:
            self._looking.cancel()
        self._ended, self._ended_lines = self.status(), self.lines()
        await asyncio.gather(*(one.stop() for one in self.running.values()))
        self.running.clear()

    def status(self) -> tuple[ListenerStatus, ...]:
        """How each of them fares, or fared when they were stopped."""
        return tuple(one.status() for one in self.running.values()) or self._ended

    def sessions(self) -> list[SessionStatus]:
        """Who is connected to any of them."""
        now = asyncio.get_running_loop().time()
        return [session for one in self.running.values() for session in one.sessions(now)]

    def findings(self, most: int = 100) -> list[FindingStatus]:
        """What was seen last at any of them that is suspicious, newest first."""
        watching = [one.findings for one in self.running.values() if one.findings is not None]
        found = [finding for one in watching for finding in one.newest(most)]
        return sorted(found, key=lambda one: one.last, reverse=True)[:most]

    def worst_findings(self, since: float) -> dict[str, FindingStatus]:
        """The most serious that was seen at each of them after a time in Unix seconds, where anything was."""
        worst = {
            name: one.findings.worst(since) for name, one in self.running.items() if one.findings is not None
        }
        return {name: found for name, found in worst.items() if found is not None}

    @property
    def watching(self) -> dict[str, bool]:
        """Each of them, and whether anybody looks there for what is suspicious."""
        return {name: one.findings is not None for name, one in self.running.items()}

    def lines(self) -> tuple[BusStatus, ...]:
        """How the connections fare that gateways among them lead to."""
        return self._buses.status(self._led_to()) or self._ended_lines

    def _led_to(self) -> list[str]:
        """The connections that gateways lead to, each once."""
        gateways = (one.settings.gateway for one in self.running.values())
        routes = (route.bus for gateway in gateways if gateway is not None for route in gateway.routes)
        return list(dict.fromkeys(routes))

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        self._buses.look(self._led_to(), loop.time())
        self._looking = loop.call_later(SWEEP, self._look)

    async def apply(self, settings: Iterable[ListenerSettings]) -> None:
        """Go on with other settings: a listener of which only the policy or the routes changed keeps its clients.

        One that cannot start is logged; the others go on.
        """
        wanted = {one.name: one for one in settings}
        for name in list(self.running):
            old = self.running[name]
            new = wanted.get(name)
            if new is None or not old.adopt(new):
                await old.stop()
                del self.running[name]
        for name, one in wanted.items():
            if name not in self.running:
                try:
                    await self._start(one)
                except Port502Error as error:
                    log.error("listener %s cannot start: %s", name, error)

    def written(self) -> None:
        """The site itself wrote to a device."""
        for one in self.running.values():
            one.written()

    def _heard(self, connection: str, state: LinkState, why: str) -> None:
        for one in self.running.values():
            one.heard(connection, state, why)

    def lock(self, why: str, by: str) -> tuple[str, ...]:
        """Stop all writes; returns the names of the listeners. Raises ConfigError when a restart would free them."""
        self.locked = why or LOCKED
        for one in self.running.values():
            one.gate.lock(self.locked, by)
        self._lock_file.write(self.locked, by)
        return tuple(self.running)

    def unlock(self, by: str) -> tuple[str, ...]:
        """Let writes through again; returns the names of the listeners."""
        self._lock_file.remove()
        self.locked = ""
        for one in self.running.values():
            one.gate.unlock(by)
        return tuple(self.running)

    async def _start(self, settings: ListenerSettings) -> None:
        one = Listening(settings, self._collector, self._buses, self.recall)
        if self.locked:
            one.gate.lock(self.locked)
        await one.start()
        self.running[settings.name] = one


def _refusal(listener: str, record: Record | None) -> Refusal | None:
    if record is None:
        return None
    return Refusal(
        time=record.time,
        listener=listener,
        client=record.client,
        unit=record.unit,
        operation=record.operation,
        table=record.table,
        address=record.address,
        action=str(record.action),
        exception=record.exception,
        reason=record.reason,
    )
