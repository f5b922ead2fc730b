"""A device in memory whose replies are given by the test, and calls to put before it."""

from __future__ import annotations

from typing import Any

from port502.protocol.message import ExceptionResponse, Request, Response
from port502.protocol.register_access import ReadHoldingRegistersRequest, ReadHoldingRegistersResponse
from port502.protocol.words import data_of
from port502.service.call import Call, Reply, Session
from port502.service.device import Device
from port502.service.maybe import Later


class ByHand:
    """A service that answers when it is told to; ``asked`` are the calls that wait."""

    def __init__(self) -> None:
        self.device = Device(holding={0: list(range(100, 300))}, coil={0: [True, False, True, True] * 10})
        self.asked: list[tuple[Call, Later[Reply]]] = []
        self.calls: list[Call] = []

    def __call__(self, call: Call) -> Later[Reply]:
        waiting: Later[Reply] = Later()
        self.asked.append((call, waiting))
        self.calls.append(call)
        return waiting

    def answer(self, reply: Reply = None) -> None:
        """Answer the oldest call, as the device would or with this reply."""
        call, waiting = self.asked.pop(0)
        if reply is None:
            done = self.device(call)
            assert isinstance(done, Response)
            reply = done
        waiting.give(reply)

    def refuse(self, code: int) -> None:
        """Refuse the oldest call."""
        self.answer(ExceptionResponse(self.asked[0][0].request.function, code))


def call(request: Request[Any], unit: int = 1, session: Session | None = None) -> Call:
    return Call(session or Session(), unit, request)


def holding(first: int, count: int = 1, unit: int = 1) -> Call:
    return call(ReadHoldingRegistersRequest(first, count), unit)


def values(first: int, count: int) -> ReadHoldingRegistersResponse:
    """What the device holds there in the beginning."""
    return ReadHoldingRegistersResponse(data_of(range(100 + first, 100 + first + count)))


class Taker:
    """A client that takes a reply now or later."""

    def __init__(self, reply: Reply | Later[Reply]) -> None:
        self.got: list[Reply] = []
        self.later = reply if isinstance(reply, Later) else None
        if isinstance(reply, Later):
            reply.then(lambda _, value: self.got.append(value))
        else:
            self.got.append(reply)

    @property
    def reply(self) -> Reply:
        """The only reply."""
        (reply,) = self.got
        return reply
