"""A clock that goes when told to, and a connection with devices behind it that exists in memory only."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from heapq import heappop, heappush
from typing import Any, TypeVar

from port502.collect.sample import Sample
from port502.collect.settings import ConnectionSettings, DeviceSettings, PointSettings
from port502.collect.wire import AnyTransaction, OnState
from port502.errors import DeviceError, LinkClosedError, NoReplyError, Port502Error, device_error
from port502.protocol.bits import pack_bits
from port502.protocol.codes import WRITE_FUNCTIONS
from port502.protocol.message import Request
from port502.protocol.transaction import Transaction
from port502.protocol.words import data_of, registers_of
from port502.registers.point import Point
from port502.registers.reference import Table
from port502.transport.link_settings import LinkCounters
from port502.transport.states import LinkState, Traffic

EPOCH = 1_700_000_000.0
T = TypeVar("T")


class Call:
    """A call that the manual clock owes somebody."""

    def __init__(self, callback: Callable[[], object]) -> None:
        self.callback: Callable[[], object] | None = callback

    def cancel(self) -> None:
        self.callback = None


class ManualClock:
    """Monotonic time begins at 1000 s; ``advance`` makes all calls in between, each at its own moment."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._calls: list[tuple[float, int, Call]] = []
        self._sequence = 0

    def time(self) -> float:
        return self.now

    def wall(self) -> float:
        return EPOCH + self.now

    def call_at(self, when: float, callback: Callable[[], object]) -> Call:
        call = Call(callback)
        self._sequence += 1
        heappush(self._calls, (when, self._sequence, call))
        return call

    def advance(self, seconds: float) -> None:
        until = self.now + seconds
        while self._calls and self._calls[0][0] <= until:
            when, _, call = heappop(self._calls)
            self.now = max(self.now, when)
            if call.callback is not None:
                call.callback()
        self.now = until

    async def drive(self, coroutine: Coroutine[Any, Any, T], step: float = 0.01, limit: float = 300.0) -> T:
        """Let time pass until the coroutine is done."""
        task = asyncio.get_running_loop().create_task(coroutine)
        end = self.now + limit
        while not task.done():
            for _ in range(5):
                await asyncio.sleep(0)
            if not task.done():
                assert self.now < end, "it takes too long"
                self.advance(step)
        return task.result()


class SimUnit:
    """A device in memory: addresses without a value are refused with exception 02."""

    def __init__(self) -> None:
        self.tables: dict[Table, dict[int, int]] = {table: {} for table in Table}
        self.silent = False
        self.latency = 0.01
        self.refuse: Callable[[Request[Any]], int | None] = lambda request: None
        self.lose_reply_to_writes = False
        self.stuck_at: dict[int, int] = {}
        self.asked: list[tuple[float, Request[Any]]] = []

    def fill(self, table: Table, address: int, values: Iterable[int]) -> SimUnit:
        self.tables[table].update(enumerate(values, address))
        return self

    def answer(self, request: Any) -> Any:
        """The response, or None for silence; raises DeviceError."""
        if self.silent:
            return None
        code = self.refuse(request)
        if code is not None:
            raise device_error(request.function, code)
        if request.function in WRITE_FUNCTIONS:
            return self._write(request)
        table = {1: Table.COIL, 2: Table.DISCRETE, 3: Table.HOLDING, 4: Table.INPUT}[request.function]
        values = self.tables[table]
        wanted = range(request.address, request.address + request.quantity)
        if not all(address in values for address in wanted):
            raise device_error(request.function, 2)
        found = [values[address] for address in wanted]
        if table.is_bits:
            return request.response_type(pack_bits(map(bool, found)), len(found))
        return request.response_type(data_of(found))

    def _write(self, request: Any) -> Any:
        table = Table.COIL if request.function in (5, 15) else Table.HOLDING
        if request.function in (5, 6):
            values = [int(request.value)]
        elif table is Table.COIL:
            values = [int(bit) for bit in request.bits]
        else:
            values = registers_of(request.data)
        for address, value in enumerate(values, request.address):
            if address not in self.tables[table]:
                raise device_error(request.function, 2)
            self.tables[table][address] = self.stuck_at.get(address, value)
        return None if self.lose_reply_to_writes else object()


class SimWire:
    """A connection to simulated units: one request at a time (or ``window``), priorities, timeouts, and no bytes."""

    def __init__(
        self, clock: ManualClock, units: dict[int, SimUnit], on_state: OnState, window: int = 1
    ) -> None:
        self.clock = clock
        self.units = units
        self.on_state = on_state
        self.window = window
        self.state = LinkState.IDLE
        self.counters = LinkCounters()
        self.reachable = True
        self.hung = False
        self.queue: list[tuple[int, int, AnyTransaction]] = []
        self.flying: list[AnyTransaction] = []
        self.order: list[tuple[float, int, int]] = []
        self.heard_by: Traffic | None = None
        self._sequence = 0

    def submit(
        self,
        unit: int,
        request: Request[Any],
        done: Callable[[AnyTransaction], None],
        *,
        timeout: float,
        deadline: float | None = None,
        retries: int = 0,
        priority: int = 0,
        context: Any = None,
    ) -> Transaction[Any]:
        assert deadline is not None
        transaction: AnyTransaction = Transaction(
            unit, request, done, timeout, deadline, retries, priority, context
        )
        self._push(transaction)
        if self.state is LinkState.IDLE:
            self.connect()
        self._pump()
        return transaction

    def _push(self, transaction: AnyTransaction) -> None:
        self._sequence += 1
        heappush(self.queue, (transaction.priority, self._sequence, transaction))

    def cancel(self, transaction: AnyTransaction) -> None:
        transaction.abandoned = True

    def listen(self, heard: Traffic | None) -> None:
        self.heard_by = heard

    def keep(self) -> None:
        if self.state is LinkState.IDLE:
            self.connect()

    async def close(self) -> None:
        if self.state is not LinkState.CLOSED:
            self._become(LinkState.CLOSED, "closed by its owner")
            self._fail_all(LinkClosedError("closed by its owner"))

    def connect(self) -> None:
        """Begin to connect; it takes 20 ms."""
        self._become(LinkState.CONNECTING, "connecting")
        self.clock.call_at(self.clock.now + 0.02, self._connected)

    def _connected(self) -> None:
        if self.state is not LinkState.CONNECTING:
            return
        if self.reachable:
            self._become(LinkState.READY, "connected")
            self._pump()
        else:
            self.lose("refused; nothing listens there")

    def lose(self, why: str) -> None:
        """The connection breaks (or could not be made); the next attempt is in a second."""
        self.counters.last_error = why
        flying, self.flying = self.flying, []
        self._become(LinkState.BACKING_OFF, f"{why}; next attempt in 1.0 s")
        for transaction in flying:
            self._end(transaction, LinkClosedError(why))
        self.clock.call_at(self.clock.now + 1.0, self._again)

    def _again(self) -> None:
        if self.state is LinkState.BACKING_OFF:
            self._become(LinkState.IDLE, "may connect again")
            self.connect()

    def _become(self, state: LinkState, why: str) -> None:
        self.state = state
        self.on_state(state, why)

    def _fail_all(self, error: Port502Error) -> None:
        waiting = self.flying + [entry[2] for entry in self.queue]
        self.flying, self.queue = [], []
        for transaction in waiting:
            self._end(transaction, error)

    def _pump(self) -> None:
        while self.queue and self.state is LinkState.READY and len(self.flying) < self.window:
            transaction = heappop(self.queue)[2]
            if transaction.abandoned:
                continue
            now = self.clock.now
            if transaction.deadline <= now:
                self._end(transaction, NoReplyError("the deadline passed before it was sent"))
                continue
            self._send(transaction, now)

    def _send(self, transaction: AnyTransaction, now: float) -> None:
        transaction.attempts += 1
        transaction.sent_at = now
        self.flying.append(transaction)
        self.counters.requests += 1
        self.order.append((now, transaction.unit, transaction.priority))
        unit = self.units.get(transaction.unit)
        error: Port502Error | None = None
        response = None
        if unit is not None:
            unit.asked.append((now, transaction.request))
            try:
                response = unit.answer(transaction.request)
            except DeviceError as refusal:
                error = refusal
        if self.hung:
            return
        if response is None and error is None:
            error = NoReplyError(f"unit {transaction.unit} did not answer within {transaction.timeout:.3g} s")
            self.clock.call_at(now + transaction.timeout, lambda: self._over(transaction, None, error))
        else:
            assert unit is not None
            self.clock.call_at(now + unit.latency, lambda: self._over(transaction, response, error))

    def _over(self, transaction: AnyTransaction, response: Any, error: Port502Error | None) -> None:
        if transaction not in self.flying:
            return
        self.flying.remove(transaction)
        if error is not None and transaction.may_repeat(error):
            self._push(transaction)
        else:
            transaction.response = response
            self._end(transaction, error)
        self._pump()

    def _end(self, transaction: AnyTransaction, error: Port502Error | None) -> None:
        transaction.error = error
        if isinstance(error, NoReplyError):
            self.counters.timeouts += 1
        elif error is None:
            self.counters.replies += 1
        if not transaction.abandoned:
            transaction.done(transaction)


class Wires:
    """Makes simulated wires for a collector, by the name of the connection."""

    def __init__(self, clock: ManualClock, units: dict[str, dict[int, SimUnit]]) -> None:
        self.clock = clock
        self.units = units
        self.made: dict[str, list[SimWire]] = {}
        self.reachable = True

    def __call__(self, settings: ConnectionSettings, on_state: OnState) -> SimWire:
        wire = SimWire(self.clock, self.units[settings.name], on_state, settings.window)
        wire.reachable = self.reachable
        self.made.setdefault(settings.name, []).append(wire)
        return wire

    def __getitem__(self, name: str) -> SimWire:
        return self.made[name][-1]


class Keeper:
    """A sink that keeps everything."""

    def __init__(self) -> None:
        self.samples: list[Sample] = []

    def put(self, samples: Sequence[Sample]) -> None:
        self.samples += samples

    def of(self, point: str) -> list[Sample]:
        return [sample for sample in self.samples if sample.point == point]


def holding(name: str, address: int, **more: Any) -> PointSettings:
    """A point in the holding registers; keywords go to the point or to its settings, wherever they belong."""
    own = {key: more.pop(key) for key in ("interval", "deadband", "stale", "write") if key in more}
    return PointSettings(name, Point(name, more.pop("table", Table.HOLDING), address, **more), **own)


def device(name: str, unit: int, *points: PointSettings, **more: Any) -> DeviceSettings:
    return DeviceSettings(name, unit, points, **more)


def connection(name: str, *devices: DeviceSettings, **more: Any) -> ConnectionSettings:
    return ConnectionSettings(name, f"tcp://{name}:502", devices, **more)
