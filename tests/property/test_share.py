"""Whatever clients do at the same time, nobody reads a value that is older than allowed, or older than a write."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from port502.gateway.cache import Ages, Cache
from port502.gateway.joining import Joining
from port502.protocol.message import Request
from port502.protocol.register_access import (
    ReadHoldingRegistersRequest,
    ReadHoldingRegistersResponse,
    WriteMultipleRegistersRequest,
    WriteMultipleRegistersResponse,
)
from port502.service.call import Call, Reply, Session
from port502.service.device import Device
from port502.service.maybe import Later
from tests.thoroughness import times

REGISTERS = 8
AGE = 1.0

reads = st.tuples(st.just("read"), st.integers(0, REGISTERS - 1), st.integers(1, REGISTERS))
writes = st.tuples(st.just("write"), st.integers(0, REGISTERS - 1), st.integers(1, 3))
answers = st.tuples(st.just("answer"), st.just(0), st.just(0))
waits = st.tuples(st.just("wait"), st.integers(1, 15), st.just(0))
drifts = st.tuples(st.just("drift"), st.integers(0, REGISTERS - 1), st.just(0))
leaving = st.tuples(st.just("leave"), st.integers(0, 9), st.just(0))
STEPS = st.lists(
    st.one_of(reads, reads, answers, answers, writes, waits, drifts, leaving), min_size=40, max_size=80
)


class Plant:
    """A device behind a concentrator, which takes one request after the other, and what its registers held when."""

    def __init__(self, age: float) -> None:
        self.age = age
        self.now = 10.0
        self.next_value = 1
        self.device = Device(holding={0: [0] * REGISTERS})
        self.queue: list[tuple[Call, Later[Reply]]] = []
        self.held: list[list[tuple[float, int]]] = [[(0.0, 0)] for _ in range(REGISTERS)]
        self.known: list[float] = [0.0] * REGISTERS
        """When the last write whose reply a client got was carried out, by register."""
        self.outcomes: list[Later[Reply]] = []
        self.answered = 0
        self.service = Joining(Cache(self.ask, Ages(age), lambda: self.now))

    def ask(self, call: Call) -> Later[Reply]:
        later: Later[Reply] = Later()
        self.queue.append((call, later))
        return later

    def answer(self) -> None:
        """The device carries out what it was asked first."""
        while self.queue:
            call, later = self.queue.pop(0)
            if later.cancelled:
                continue
            self.now += 0.001
            reply = self.device(call)
            request = call.request
            if isinstance(request, WriteMultipleRegistersRequest):
                for offset, value in enumerate(request.registers):
                    self.held[request.address + offset].append((self.now, value))
            self.now += 0.001
            later.give(reply)  # type: ignore[arg-type]
            return

    def drift(self, at: int) -> None:
        """A register changes by itself."""
        self.now += 0.001
        self.device.holding[at] = self.next_value
        self.held[at].append((self.now, self.next_value))
        self.next_value += 1

    def read(self, first: int, count: int) -> None:
        request = ReadHoldingRegistersRequest(first, min(count, REGISTERS - first))
        asked, since = self.now, [max(self.now - self.age, known) for known in self.known]

        def came(_: object, reply: Reply) -> None:
            self.answered += 1
            assert isinstance(reply, ReadHoldingRegistersResponse)
            assert len(reply.registers) == request.quantity
            for offset, value in enumerate(reply.registers):
                at = first + offset
                assert value in self.values(at, since[at]), (at, value, asked)

        self.take(request, came)

    def write(self, first: int, count: int) -> None:
        count = min(count, REGISTERS - first)
        new = [self.next_value + offset for offset in range(count)]
        self.next_value += count

        def came(_: object, reply: Reply) -> None:
            self.answered += 1
            assert isinstance(reply, WriteMultipleRegistersResponse)
            for at in range(first, first + count):
                self.known[at] = max(self.known[at], self.held[at][-1][0])

        self.take(WriteMultipleRegistersRequest.from_registers(first, new), came)

    def take(self, request: Request[Any], came: Any) -> None:
        reply = self.service(Call(Session(), 1, request, self.now))
        if isinstance(reply, Later):
            self.outcomes.append(reply)
            reply.then(came)
        else:
            came(None, reply)

    def values(self, at: int, since: float) -> set[int]:
        """What a register held at any time since then."""
        history = self.held[at]
        before = [value for when, value in history if when <= since + 1e-9]
        return {before[-1], *(value for when, value in history if when > since)}

    def step(self, kind: str, one: int, two: int) -> None:
        if kind == "read":
            self.read(one, two)
        elif kind == "write":
            self.write(one, two)
        elif kind == "answer":
            self.answer()
        elif kind == "wait":
            self.now += one / 10
        elif kind == "drift":
            self.drift(one)
        elif self.outcomes:
            self.outcomes[one % len(self.outcomes)].cancel()


@given(STEPS, st.sampled_from([0.0, AGE]))
@settings(max_examples=times(2))
def test_nobody_reads_what_is_too_old(steps: list[tuple[str, int, int]], age: float) -> None:
    plant = Plant(age)
    for step in steps:
        plant.step(*step)
    while plant.queue:
        plant.answer()
    asked = sum(kind in ("read", "write") for kind, _, _ in steps)
    left = sum(one.cancelled for one in plant.outcomes)
    assert plant.answered == asked - left
    assert plant.service.in_flight == 0
