"""A collector on simulated wires, its clock in the test's hand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from port502.collect.collector import Collector
from port502.collect.sample import Sample
from port502.collect.settings import ConnectionSettings
from port502.collect.status import ConnectionStatus
from tests.collect.wire import Keeper, ManualClock, SimUnit, SimWire, Wires


class Running:
    """The collector, what it is connected to, and all samples it made."""

    def __init__(
        self,
        connections: Iterable[ConnectionSettings],
        units: dict[str, dict[int, SimUnit]],
        clock: ManualClock,
        knowledge: Path | None = None,
        reachable: bool = True,
    ) -> None:
        self.clock = clock
        self.wires = Wires(clock, units)
        self.wires.reachable = reachable
        self.collector = Collector(connections, connect=self.wires, clock=clock, knowledge=knowledge)
        self.keeper = Keeper()
        self.collector.add_sink("keeper", self.keeper)

    def wire(self, name: str = "plc") -> SimWire:
        return self.wires[name]

    def go(self, seconds: float) -> list[Sample]:
        """Let time pass; returns the samples that reached the sink meanwhile."""
        self.keeper.samples.clear()
        self.clock.advance(seconds)
        return list(self.keeper.samples)

    def newest(self, point: str) -> Sample:
        return self.collector.latest[point]

    def connection(self, name: str = "plc") -> ConnectionStatus:
        return next(one for one in self.collector.status().connections if one.name == name)


@asynccontextmanager
async def running(
    connections: Iterable[ConnectionSettings],
    units: dict[str, dict[int, SimUnit]],
    *,
    clock: ManualClock | None = None,
    knowledge: Path | None = None,
    reachable: bool = True,
) -> AsyncIterator[Running]:
    """Start it, and stop it at the end; nothing has happened yet when it is handed out."""
    run = Running(connections, units, clock or ManualClock(), knowledge, reachable)
    run.collector.start()
    try:
        yield run
    finally:
        await run.clock.drive(run.collector.stop())
