"""Evidence made by hand, for judging without a network."""

from __future__ import annotations

from typing import Any

from port502.discover.doctor.evidence import ConnectSeen, Evidence, NameSeen, RouteSeen
from port502.discover.doctor.exchange import Answer, Exchange, take_apart
from port502.discover.doctor.question import Question
from port502.discover.doctor.reads import read_of
from port502.protocol.mbap import MbapFraming
from port502.protocol.message import Request
from port502.registers.reference import Table
from port502.transport.probe.attempt import Attempt, Outcome, Place
from port502.transport.probe.tcp_info import TcpInfo
from port502.transport.url import parse_url

PLACE = Place("192.168.1.10", 502)
READ = read_of(Table.HOLDING, 0)
TAKEN = TcpInfo(1, 0, 0, 0, 0, 0.001, 0.0, 0, 1448, 4)
LOST = TcpInfo(1, 3, 1, 1, 3, 0.001, 0.0, 0, 1448, 6, queued=12)


def question(**more: Any) -> Question:
    return Question(parse_url("tcp://192.168.1.10"), **more)


def attempted(outcome: Outcome = Outcome.OPEN, **more: Any) -> Attempt:
    return Attempt(PLACE, outcome, more.pop("took", 0.001), source="192.168.1.5", **more)


def evidence(**more: Any) -> Evidence:
    """A device that was reached, and what else was seen."""
    told: dict[str, Any] = {
        "question": question(),
        "name": NameSeen("192.168.1.10", (PLACE,)),
        "route": RouteSeen(),
        "connect": ConnectSeen((attempted(),)),
    }
    return Evidence(**{**told, **more})


def exchange(
    answer: Answer = Answer.REPLY, *, unit: int = 1, request: Request[Any] = READ, **more: Any
) -> Exchange:
    sent = more.pop("sent", MbapFraming().encode(0x5001, unit, request.encode()))
    received = more.pop("received", b"")
    return Exchange(unit, request, sent, received, answer, more.pop("took", 0.01), **more)


def refused(code: int, *, unit: int = 1, request: Request[Any] = READ, **more: Any) -> Exchange:
    return exchange(Answer.EXCEPTION, unit=unit, request=request, exception=code, **more)


def registers(*values: int, request: Request[Any] = READ, **more: Any) -> Exchange:
    """A reply that holds these registers."""
    data = b"".join(value.to_bytes(2, "big") for value in values)
    pdu = bytes((request.function, len(data))) + data
    return exchange(Answer.REPLY, request=request, pdu=pdu, **more)


def answered_with(data: bytes, sent: bytes, request: Request[Any] = READ) -> Answer:
    return take_apart(sent, request, data).answer
