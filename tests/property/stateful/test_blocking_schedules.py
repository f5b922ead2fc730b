"""The blocking client on the same wire, with a clock that moves only when it waits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from port502.client import Reconnect, SyncClient, exchange
from port502.errors import LinkClosedError, Port502Error
from port502.protocol.client import MAX_UNHEARD
from port502.protocol.register_access import ReadHoldingRegistersRequest
from port502.transport.sockets import connect_error
from port502.transport.url import Target
from tests.memory_wire import BLOCKS, FAULTS, Wire, block
from tests.thoroughness import times
from tests.virtual_loop import ManualClock

TIMEOUT = 1.0
CONNECT = 3.0
RECOVERY = (MAX_UNHEARD + 1) * TIMEOUT + 2.0 * 1.2 + CONNECT


class MemoryStream:
    """What a blocking client gets in place of a socket."""

    def __init__(self, wire: Wire, clock: ManualClock) -> None:
        self._clock = clock
        self._arrived = b""
        self._end: list[Exception | None] = []
        self._line = wire.connect(self._receive, self._end.append)

    def send(self, data: bytes) -> None:
        if self._end:
            raise LinkClosedError("the connection was lost: Broken pipe")
        self._line.write(data)

    def receive(self, seconds: float, size: int = 8192) -> bytes:
        self._clock.wait(seconds, lambda: bool(self._arrived or self._end))
        return self.unread(size)

    def unread(self, size: int = 8192) -> bytes:
        data, self._arrived = self._arrived[:size], self._arrived[size:]
        if not data and self._end:
            raise LinkClosedError(f"the connection was lost: {self._end[0]}")
        return data

    def close(self) -> None:
        self._line.close()

    def _receive(self, data: bytes) -> None:
        self._arrived += data


class BlockingMachine(RuleBasedStateMachine):
    """Calls one after the other, any faults and any time between them."""

    nameless = False
    faults: tuple[str, ...] = FAULTS

    @initialize(seed=st.integers(0, 2**32), window=st.sampled_from([1, 2, 4, 16]), coalesce=st.booleans())
    def begin(self, seed: int, window: int, coalesce: bool) -> None:
        self.clock = ManualClock()
        self.wire = Wire(self.clock, seed, nameless=self.nameless)
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(exchange, "dial_blocking", self._dial)
        self.patch.setattr(exchange, "time", self)
        self.sequence = 2000
        self.client = SyncClient(
            "tcp://127.0.0.1:502",
            connect_timeout=CONNECT,
            response_timeout=TIMEOUT,
            retries=1,
            window=1 if self.nameless else window,
            coalesce=coalesce,
            reconnect=Reconnect(0.5, 2.0),
            tolerate=["zero_transaction_id"] if self.nameless else [],
        )

    # What the client takes for the module time

    def monotonic(self) -> float:
        return self.clock.time()

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.clock.sleep(seconds)

    def _dial(self, target: Target, *, timeout: float, **_: Any) -> MemoryStream:
        self.clock.sleep(0.002)
        if self.wire.state == "swallowing":
            self.clock.sleep(timeout)
            raise connect_error(target, TimeoutError(), timeout)
        try:
            return MemoryStream(self.wire, self.clock)
        except OSError as error:
            raise connect_error(target, error, timeout) from error

    def _call(self, name: str, *arguments: Any, timeout: float | None = None) -> Any:
        """The result of a call that ends by its deadline, or None for an error of the package's own."""
        began = self.clock.time()
        allowed = CONNECT + 2 * TIMEOUT if timeout is None else timeout
        try:
            return getattr(self.client, name)(*arguments, timeout=timeout)
        except Port502Error:
            return None
        finally:
            assert self.clock.time() - began <= allowed + 0.02, "the deadline of the call was overrun"

    def _read(self, number: int, timeout: float | None = None) -> bool:
        since = self.clock.time()
        registers = self._call("read_holding_registers", *block(number), timeout=timeout)
        if registers is not None:
            self._check(registers, number, since)
        return registers is not None

    def _check(self, registers: list[int], number: int, since: float) -> None:
        first, quantity = block(number)
        assert len(registers) == quantity
        for offset, value in enumerate(registers):
            assert value in self.wire.held(first + offset, since), f"{value} at {first + offset}"

    @rule(number=st.integers(0, BLOCKS - 1), timeout=st.sampled_from([None, None, 0.1, 0.7, 2.5]))
    def read(self, number: int, timeout: float | None) -> None:
        self._read(number, timeout)

    @rule(numbers=st.lists(st.integers(0, BLOCKS - 1), min_size=1, max_size=20))
    def read_many(self, numbers: list[int]) -> None:
        since = self.clock.time()
        found = self._call("read_many", [ReadHoldingRegistersRequest(*block(number)) for number in numbers])
        for number, response in zip(numbers, found or [], strict=False):
            self._check(response.registers, number, since)

    @rule(number=st.integers(0, BLOCKS - 1), timeout=st.sampled_from([None, 0.1, 0.7]))
    def write(self, number: int, timeout: float | None) -> None:
        self.sequence += 1
        self._call("write_register", block(number)[0], self.sequence, timeout=timeout)

    @rule(data=st.data())
    def fault(self, data: st.DataObject) -> None:
        self.wire.faults.append(data.draw(st.sampled_from(self.faults)))

    @rule(seconds=st.sampled_from([0.001, 0.3, 0.999, 1.2, 5.0]))
    def wait(self, seconds: float) -> None:
        self.clock.sleep(seconds)

    @rule(how=st.sampled_from(["fin", "reset"]))
    def end(self, how: str) -> None:
        for line in self.wire.lines:
            line.end(ConnectionResetError() if how == "reset" else None)

    @rule()
    def lead_nowhere(self) -> None:
        for line in self.wire.lines:
            line.leads_nowhere = True

    @rule(state=st.sampled_from(["down", "swallowing", "up", "up"]))
    def change(self, state: str) -> None:
        self.wire.state = state
        if state == "down":
            self.end("reset")

    @rule(timeout=st.sampled_from([0.7, 2.5]))
    def heal_and_recover(self, timeout: float) -> None:
        self.wire.heal()
        if self.nameless:  # where each time-out ends a connection there has to be time for an answer
            timeout = 5.0
        end = self.clock.time() + RECOVERY + 2 * timeout
        while not self._read(3, timeout):
            self.clock.sleep(0.05)
            assert self.clock.time() < end, "not back"

    @invariant()
    def nothing_is_written_twice(self) -> None:
        if hasattr(self, "wire"):
            assert not [pdu.hex() for pdu, times in self.wire.written.items() if times > 1]

    @invariant()
    def nothing_stays(self) -> None:
        if hasattr(self, "client"):
            assert self.client._connection.in_flight == 0
            assert self.client._connection.framing.pending < 260

    def teardown(self) -> None:
        if hasattr(self, "client"):
            self.client.close()
            self.patch.undo()


class NamelessMachine(BlockingMachine):
    """The same against a device that puts transaction id 0 into every reply, which is tolerated."""

    nameless = True
    faults = ("drop request", "drop reply", "late", "cut and reset", "half-open", "wrong unit")


MACHINES = [BlockingMachine, NamelessMachine]
QUICK = settings(
    max_examples=times(1.5),
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)


@pytest.fixture(autouse=True)
def _undone() -> Iterator[None]:
    """Whatever a machine that failed left patched is patched no more."""
    yield
    assert exchange.time is __import__("time")


@pytest.mark.parametrize("machine", MACHINES)
def test_a_blocking_client_never_gives_a_wrong_value_and_comes_back(machine: type[BlockingMachine]) -> None:
    run_state_machine_as_test(machine, settings=QUICK)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("machine", MACHINES)
def test_a_blocking_client_never_gives_a_wrong_value_in_a_thousand_schedules(
    machine: type[BlockingMachine],
) -> None:
    run_state_machine_as_test(machine, settings=settings(QUICK, max_examples=1200, stateful_step_count=50))
