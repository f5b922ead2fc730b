"""A link against a device on a wire where everything goes wrong: thousands of schedules without real time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from port502.errors import Port502Error
from port502.protocol.client import MAX_UNHEARD
from port502.protocol.register_access import (
    ReadHoldingRegistersRequest,
    WriteMultipleRegistersRequest,
    WriteSingleRegisterRequest,
)
from port502.transport import contact as contact_module
from port502.transport.link import Link
from port502.transport.link_settings import LinkSettings
from port502.transport.queue import AnyTransaction
from port502.transport.sockets import connect_error
from port502.transport.states import LinkState
from port502.transport.stream import Receiver
from port502.transport.url import Target
from tests.memory_wire import BLOCKS, FAULTS, Line, Wire, block
from tests.thoroughness import times
from tests.virtual_loop import VirtualLoop

TIMEOUT = 1.0
CONNECT = 3.0
FIRST, MOST = 0.5, 2.0
STEP = MOST * 1.2
"""The longest that one step of the backoff lasts."""

RECOVERY = (MAX_UNHEARD + 1) * TIMEOUT + STEP + 1.0
"""To find out that a connection leads nowhere, one step of the backoff, and the request itself."""


class MemoryStream:
    """What a link gets in place of a socket."""

    def __init__(self, wire: Wire, receiver: Receiver) -> None:
        self._receiver: Receiver | None = receiver
        self.closed = asyncio.Event()
        self._line: Line = wire.connect(self._received, self._lost)
        self.write = self._line.write

    def has_news(self) -> bool:
        """Nothing arrives here unseen."""
        return False

    async def wait_closed(self) -> None:
        await self.closed.wait()

    def detach(self) -> None:
        self._receiver = None
        self._line.close()
        self.closed.set()

    def _received(self, data: bytes) -> None:
        if self._receiver is not None:
            self._receiver.stream_received(self, data)  # type: ignore[arg-type]

    def _lost(self, error: Exception | None) -> None:
        self.closed.set()
        if self._receiver is not None:
            self._receiver.stream_lost(self, error)  # type: ignore[arg-type]


def dialling(wire: Wire) -> Any:
    """What takes the place of ``dial``."""

    async def dial(target: Target, receiver: Receiver, *, timeout: float, **_: Any) -> MemoryStream:
        await asyncio.sleep(0.002)
        if wire.state == "swallowing":
            await asyncio.sleep(timeout)
            raise connect_error(target, TimeoutError(), timeout)
        try:
            return MemoryStream(wire, receiver)
        except OSError as error:
            raise connect_error(target, error, timeout) from error

    return dial


@dataclass(eq=False)
class Wish:
    """A request of the test and what became of it."""

    since: float
    block: int | None
    retries: int
    ended: int = 0
    cancelled: bool = False
    transaction: AnyTransaction | None = field(default=None)


class LinkMachine(RuleBasedStateMachine):
    """Any order of requests, faults and time; see the invariants."""

    nameless = False
    faults: tuple[str, ...] = FAULTS

    @initialize(
        seed=st.integers(0, 2**32),
        window=st.sampled_from([1, 1, 2, 4, 16]),
        coalesce=st.booleans(),
        keep=st.booleans(),
    )
    def begin(self, seed: int, window: int, coalesce: bool, keep: bool) -> None:
        self.keep = keep
        self.loop = VirtualLoop()
        self.wire = Wire(self.loop, seed, nameless=self.nameless)
        self.before = contact_module.dial
        contact_module.dial = dialling(self.wire)
        self.wishes: list[Wish] = []
        self.failures: list[str] = []
        self.sequence = 2000
        self.loop.run_until_complete(self._make(1 if self.nameless else window, coalesce))

    async def _make(self, window: int, coalesce: bool) -> None:
        tolerate = frozenset({"zero_transaction_id"}) if self.nameless else frozenset()
        self.link = Link(
            Target("tcp", "127.0.0.1", 502),
            LinkSettings(
                connect_timeout=CONNECT,
                window=window,
                coalesce=coalesce,
                reconnect_first=FIRST,
                reconnect_max=MOST,
                tolerate=tolerate,
            ),
        )
        if self.keep:
            self.link.keep()

    def _submit(self, request: Any, number: int | None, retries: int) -> Wish:
        wish = Wish(self.loop.time(), number, retries)
        self.wishes.append(wish)

        def done(transaction: AnyTransaction) -> None:
            wish.ended += 1
            if wish.cancelled:
                self.failures.append("a cancelled request was told its outcome")
            if (transaction.response is None) == (transaction.error is None):
                self.failures.append("neither or both of response and error")
            elif transaction.error is not None:
                if not isinstance(transaction.error, Port502Error):
                    self.failures.append(f"a foreign error: {transaction.error!r}")
            elif number is not None:
                self._check(transaction.response.registers, number, wish.since)

        async def submit() -> None:
            wish.transaction = self.link.submit(1, request, done, timeout=TIMEOUT, retries=retries)

        self.loop.run_until_complete(submit())
        return wish

    def _check(self, registers: list[int], number: int, since: float) -> None:
        first, quantity = block(number)
        if len(registers) != quantity:
            self.failures.append(f"{len(registers)} registers for block {number}")
        for offset, value in enumerate(registers):
            if value not in self.wire.held(first + offset, since):
                self.failures.append(f"{value} was never at {first + offset} since it was asked")

    # What may happen

    @rule(number=st.integers(0, BLOCKS - 1), retries=st.integers(0, 2))
    def read(self, number: int, retries: int) -> None:
        self._submit(ReadHoldingRegistersRequest(*block(number)), number, retries)

    @rule(number=st.integers(0, BLOCKS - 1))
    def write_one(self, number: int) -> None:
        self.sequence += 1
        self._submit(WriteSingleRegisterRequest(block(number)[0], self.sequence), None, 2)

    @rule(number=st.integers(0, BLOCKS - 1))
    def write_block(self, number: int) -> None:
        first, quantity = block(number)
        values = range(self.sequence + 1, self.sequence + 1 + quantity)
        self.sequence += quantity
        self._submit(WriteMultipleRegistersRequest.from_registers(first, values), None, 2)

    @rule(data=st.data())
    def fault(self, data: st.DataObject) -> None:
        self.wire.faults.append(data.draw(st.sampled_from(self.faults)))

    @rule(seconds=st.sampled_from([0.0, 0.0005, 0.003, 0.05, 0.4, 0.999, 1.0, 1.7, 5.0]))
    def wait(self, seconds: float) -> None:
        self.loop.run_for(seconds)

    @rule(how=st.sampled_from(["fin", "reset"]))
    def end(self, how: str) -> None:
        for line in self.wire.lines:
            self.loop.call_soon(line.end, ConnectionResetError() if how == "reset" else None)

    @rule()
    def lead_nowhere(self) -> None:
        for line in self.wire.lines:
            line.leads_nowhere = True

    @rule(state=st.sampled_from(["down", "swallowing", "up", "up"]))
    def change(self, state: str) -> None:
        self.wire.state = state
        if state == "down":
            self.end("reset")

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        open_ones = [wish for wish in self.wishes if not wish.ended and not wish.cancelled]
        if open_ones:
            wish = data.draw(st.sampled_from(open_ones))
            assert wish.transaction is not None
            wish.cancelled = True
            self.link.cancel(wish.transaction)

    @rule()
    def heal_and_recover(self) -> None:
        """Once the faults stop, requests get through within one step of the backoff."""
        self.wire.heal()
        if self.nameless:
            self.wire.nameless = True
        end = self.loop.time() + RECOVERY + CONNECT  # an attempt may be under way into a black hole
        if self.keep:
            while self.link.state is not LinkState.READY:
                self.loop.run_for(0.1)
                assert self.loop.time() < end, f"not connected: {self.link.state}"
        while True:
            wish = self._submit(ReadHoldingRegistersRequest(*block(3)), 3, 0)
            self.loop.run_for(0.2)
            while not wish.ended and self.loop.time() < end + CONNECT + TIMEOUT:
                self.loop.run_for(0.1)
            assert wish.transaction is not None
            if wish.transaction.error is None:
                return
            assert self.loop.time() < end, f"not back: {wish.transaction.error}"

    # What always holds

    @invariant()
    def nothing_is_wrong(self) -> None:
        if hasattr(self, "failures"):
            assert not self.failures, self.failures

    @invariant()
    def nothing_is_written_twice(self) -> None:
        if hasattr(self, "wire"):
            assert not [pdu.hex() for pdu, times in self.wire.written.items() if times > 1]

    @invariant()
    def nothing_grows(self) -> None:
        connection = self.link.connection if hasattr(self, "link") else None
        if connection is not None:
            assert connection.in_flight <= self.link.settings.window
            assert connection.framing.pending < 260
            assert len(connection._quarantined) <= len(self.wishes) * 3

    @invariant()
    def nothing_ends_twice(self) -> None:
        assert all(wish.ended <= 1 for wish in getattr(self, "wishes", []))

    def teardown(self) -> None:
        if not hasattr(self, "link"):
            return
        try:
            self.loop.run_for(60.0)  # far beyond every deadline
            for wish in self.wishes:
                assert wish.ended == (0 if wish.cancelled else 1) or (wish.cancelled and wish.ended <= 1)
            assert not self.link.queued
            assert not self.link._held
            self.loop.run_until_complete(self.link.close())
            assert self.link.state is LinkState.CLOSED
            self.nothing_is_wrong()
            self.nothing_is_written_twice()
            assert not asyncio.all_tasks(self.loop)
        finally:
            contact_module.dial = self.before
            self.loop.close()


class NamelessMachine(LinkMachine):
    """The same against a device that puts transaction id 0 into every reply, which is tolerated."""

    nameless = True
    faults = ("drop request", "drop reply", "late", "cut and reset", "half-open", "wrong unit")


QUICK = settings(
    max_examples=times(1.5),
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
THOROUGH = settings(QUICK, max_examples=1200, stateful_step_count=50)


@pytest.mark.parametrize("machine", [LinkMachine, NamelessMachine])
def test_a_link_never_gives_a_wrong_value_and_comes_back(machine: type[LinkMachine]) -> None:
    run_state_machine_as_test(machine, settings=QUICK)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("machine", [LinkMachine, NamelessMachine])
def test_a_link_never_gives_a_wrong_value_in_a_thousand_schedules(machine: type[LinkMachine]) -> None:
    run_state_machine_as_test(machine, settings=THOROUGH)
