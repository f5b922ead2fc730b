"""A site at work: its collector, its history and its control socket, started and stopped together."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from port502.collect.alarms import AlarmEvent
from port502.collect.alarms.alarm import NORMAL
from port502.collect.calling import request_in
from port502.collect.collector import Collector
from port502.collect.demand import Reading
from port502.collect.sample import Value
from port502.collect.writing import WriteResult
from port502.errors import ConfigError, UsageError
from port502.history import Recorder, Spool
from port502.history.alarm_book import AlarmBook
from port502.outputs.notifier import Notifier
from port502.site.alarm_keeper import AlarmKeeper
from port502.site.build import Site, load_site
from port502.site.buses import Buses
from port502.site.control import (
    Answer,
    AskAcknowledge,
    AskAlarms,
    AskCall,
    AskCurrent,
    AskLock,
    AskRead,
    AskShelve,
    AskStatus,
    AskTraffic,
    AskUnlock,
    ControlSocket,
    Failure,
    Question,
    ReadValue,
    Written,
    control_path,
)
from port502.site.current import Catalogue
from port502.site.difference import Difference, difference
from port502.site.listening import Listeners
from port502.site.overheard import overheard
from port502.site.status import HistoryStatus, SiteStatus, Summary, fault_of
from port502.site.traffic import Taps

log = logging.getLogger("port502.site")

KNOWLEDGE = "knowledge.json"
ALARMS = "alarms.db"


class Running:
    """Everything a site file describes, at work: ``async with Running(load_site("site.yaml"))``.

    Raises UsageError when the site runs already, ConfigError when its data directory cannot be written.
    """

    def __init__(self, site: Site) -> None:
        self.site = site
        self.buses = Buses()
        self.collector = Collector(
            site.connections, knowledge=site.history.path / KNOWLEDGE, connect=self.buses.connect
        )
        self.listeners = Listeners(self.collector, self.buses, site.history.path)
        self.alarm_file = site.history.path / ALARMS
        self.alarms = AlarmKeeper(self.collector, AlarmBook(self.alarm_file), site.alarms, site.points)
        self.notifier = Notifier(site.name, site.notify)
        self.alarms.listen(self._tell)
        self.taps = Taps(self)
        self._catalogue: Catalogue | None = None
        self._recorder: Recorder | None = None
        self._spool: Spool | None = None
        self._control: ControlSocket | None = None
        self._reloading = asyncio.Lock()
        self._began = 0.0
        self.reloaded: Callable[[], None] = lambda: None
        """Called after each reload."""

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Open the history, listen on the control socket, begin to poll."""
        keep = self.site.history
        _make_data_directory(keep.path)
        if hasattr(socket, "AF_UNIX"):
            self._control = ControlSocket(control_path(keep.path), self._answer)
            await self._control.start()
        try:
            self._spool = Spool(keep.file, keep=keep.keep, max_bytes=keep.max_bytes)
        except BaseException:
            if self._control is not None:
                await self._control.stop()
            raise
        self._recorder = Recorder(self._spool)
        self.collector.add_sink("history", self._recorder)
        self._began = asyncio.get_running_loop().time()
        self.collector.start()
        self.notifier.start()
        await self.alarms.start()
        try:
            await self.listeners.start(self.site.listeners)
        except BaseException:
            await self.stop()
            raise
        log.info("%s: %d connections are polled", self.site.name, len(self.site.connections))

    async def stop(self, grace: float = 1.0) -> None:
        """Stop polling, close all connections, keep what is still in memory."""
        if self._control is not None:
            await self._control.stop()
        self.taps.close()
        await self.listeners.stop()
        await self.alarms.stop()
        await self.notifier.stop()
        await self.collector.stop(grace)
        if self._recorder is not None:
            kept = await asyncio.to_thread(self._recorder.close, 10.0)
            if not kept:
                log.error("%s: the last samples could not be kept in time", self.site.name)

    async def reload(self) -> Difference:
        """Read the site file again and apply what changed; what did not change is not disturbed.

        Raises SiteFileError (and changes nothing) when the file is not valid.
        """
        async with self._reloading:
            new = await asyncio.to_thread(load_site, self.site.path)
            change = difference(self.site, new)
            await self.collector.apply(new.connections)
            await self.listeners.apply(new.listeners)
            self.alarms.apply(new.alarms, new.points)
            if new.notify != self.site.notify:
                await self.notifier.stop()
                self.notifier = Notifier(new.name, new.notify)
                self.notifier.start()
            if new.history != self.site.history:
                log.warning("%s: the history's place and limits change with the next start", new.name)
            self.site = new
            log.info("%s: reloaded: %s", new.name, change)
            self.reloaded()
            return change

    async def write(self, device: str, point: str, value: Value, timeout: float | None = None) -> WriteResult:
        """Write a point, unless all writes are stopped; raises what the collector raises."""
        self._check_unlocked()
        try:
            return await self.collector.write(device, point, value, timeout=timeout)
        finally:
            self.listeners.written()

    def status(self) -> SiteStatus:
        """How it fares."""
        return SiteStatus(
            self.site.name,
            str(self.site.path),
            os.getpid(),
            self.collector.status(),
            self._history_status(),
            self.listeners.status(),
            tuple(alarm for alarm in self.alarms.states() if alarm.state != NORMAL or alarm.silent),
            self.listeners.lines(),
        )

    def summary(self) -> Summary:
        """What it came to so far."""
        site = self.status()
        status, history = site.collector, site.history
        devices = [device for connection in self.site.connections for device in connection.devices]
        return Summary(
            site=self.site.name,
            seconds=round(asyncio.get_running_loop().time() - self._began, 3),
            polls=status.polls,
            samples=status.samples,
            good=status.good,
            uncertain=status.uncertain,
            bad=status.bad,
            overruns=status.overruns,
            writes=status.writes,
            lost=history.lost,
            connections=len(self.site.connections),
            devices=len(devices),
            points=sum(len(device.points) + len(device.expressions) for device in devices),
            refused=site.refused,
            last_refusal=site.last_refusal,
            fault=fault_of(status),
        )

    def _tell(self, events: Sequence[AlarmEvent]) -> None:
        self.notifier.tell(events)

    def _history_status(self) -> HistoryStatus:
        path = str(self.site.history.file)
        if self._recorder is None or self._spool is None:
            return HistoryStatus(path)
        return HistoryStatus(
            path,
            backlog=self._recorder.backlog,
            lost=self._recorder.lost,
            overflowed=self._recorder.overflowed,
            last_error=self._spool.last_error,
        )

    async def _answer(self, question: Question) -> Answer:
        if isinstance(question, AskStatus):
            return Answer(status=self.status())
        if isinstance(question, AskAlarms | AskAcknowledge | AskShelve):
            return self._alarms_after(question)
        if isinstance(question, AskLock):
            return Answer(listeners=self.listeners.lock(question.why, question.by))
        if isinstance(question, AskUnlock):
            return Answer(listeners=self.listeners.unlock(question.by))
        if isinstance(question, AskRead):
            readings = await self.collector.read(question.device, *question.items, timeout=question.timeout)
            return Answer(values=tuple(_read_value(reading) for reading in readings))
        if isinstance(question, AskCall):
            return await self._call(question)
        if isinstance(question, AskCurrent):
            return self._current(question)
        if isinstance(question, AskTraffic):
            return self._traffic(question)
        result = await self.write(question.device, question.point, question.value, question.timeout)
        return Answer(
            written=Written(
                result.point, result.before, result.sent, result.after, result.verified, result.note
            )
        )

    def _current(self, question: AskCurrent) -> Answer:
        if self._catalogue is None or self._catalogue.site is not self.site:
            self._catalogue = Catalogue(self.site)
        found = self._catalogue.current(self.collector.current, question.points, question.after)
        return Answer(current=found)

    def _traffic(self, question: AskTraffic) -> Answer:
        exchanges = self.taps.look(question.connection).exchanges
        (settings,) = (one for one in self.site.connections if one.name == question.connection)
        found = overheard(exchanges, settings.response_timeout, time.time_ns(), question.after)
        return Answer(overheard=tuple(found))

    def _alarms_after(self, question: AskAlarms | AskAcknowledge | AskShelve) -> Answer:
        if isinstance(question, AskAcknowledge):
            self.alarms.acknowledge(question.alarms, question.by, question.comment)
        elif isinstance(question, AskShelve) and question.until is not None:
            self.alarms.shelve(question.alarm, question.until, question.by, question.comment)
        elif isinstance(question, AskShelve):
            self.alarms.unshelve(question.alarm, question.by)
        return Answer(alarms=tuple(self.alarms.states()))

    async def _call(self, question: AskCall) -> Answer:
        request = request_in(question.pdu, raw=question.raw)
        if request.writes:
            self._check_unlocked()
        try:
            response = await self.collector.call(question.device, request, timeout=question.timeout)
        finally:
            if request.writes:
                self.listeners.written()
        return Answer(reply=response.encode().hex())

    def _check_unlocked(self) -> None:
        if self.listeners.locked:
            raise UsageError(
                f"all writes are stopped ({self.listeners.locked}); `port502 guard unlock` frees them"
            )


def _read_value(reading: Reading) -> ReadValue:
    return ReadValue(
        reading.name,
        reading.value,
        reading.quality,
        reading.reason,
        reading.registers,
        reading.time,
        Failure.of(reading.error) if reading.error is not None else None,
    )


def _make_data_directory(path: Path) -> None:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"the data directory {path} cannot be made: {error.strerror or error}") from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise ConfigError(f"the data directory {path} cannot be written by this user")
