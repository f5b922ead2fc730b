"""Findings as traffic passes: calls and replies instead of packets, whatever way the replies come."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest

from port502.errors import DeviceError, IllegalDataAddressError, IllegalFunctionError
from port502.protocol.diagnostics import DiagnosticsRequest, DiagnosticsResponse, ReportServerIdRequest
from port502.protocol.message import ExceptionResponse, RawRequest, RawResponse, Request
from port502.protocol.register_access import (
    ReadHoldingRegistersRequest,
    ReadHoldingRegistersResponse,
    WriteSingleRegisterRequest,
    WriteSingleRegisterResponse,
)
from port502.service.call import Call, Reply, Service, Session
from port502.service.maybe import Later, must_wait
from port502.traffic.findings import live
from port502.traffic.findings.baseline import Baseline, Conversation, Who
from port502.traffic.findings.finding import Finding
from port502.traffic.findings.live import LiveFindings
from port502.traffic.findings.spans import Spans
from port502.traffic.findings.window import SECOND
from tests.traffic.wire import START

HOST, PORT = "192.168.1.1", 502
READ = ReadHoldingRegistersRequest(0, 10)
VALUES = ReadHoldingRegistersResponse(bytes(20))


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        self.now += 1_000_000
        return self.now


def session(host: str = "10.0.0.1", transport: str = "tcp") -> Session:
    return Session(host, 40000, transport, "safe")


def call(request: Request[Any], unit: int = 1, who: Session | None = None) -> Call:
    return Call(who or session(), unit, request)


def watching(baseline: Baseline | None = None) -> tuple[LiveFindings, list[Finding], Clock]:
    clock, new = Clock(), list[Finding]()
    return LiveFindings(HOST, PORT, new.append, baseline=baseline, clock=clock), new, clock


def codes(new: list[Finding]) -> list[str]:
    return [one.code for one in new]


def usual() -> Baseline:
    who = Who("10.0.0.1", HOST, PORT, 1)
    reads = {"holding": Spans([(0, 10)])}
    return Baseline({who: Conversation(who, {"3"}, reads, pause=1.0, requests=100, per_second=5)})


def test_usual_reads_pass_without_a_word() -> None:
    findings, new, _ = watching(usual())
    service = findings.layer(lambda one: VALUES)
    who = session()
    for _ in range(5):
        assert service(call(READ, who=who)) is VALUES
    assert new == []


def test_a_dangerous_request_is_told_at_once_and_still_answered() -> None:
    findings, new, _ = watching()
    reply = DiagnosticsResponse(1, b"\0\0")
    service = findings.layer(lambda one: reply)
    assert service(call(DiagnosticsRequest(1))) is reply
    assert codes(new) == ["DIAGNOSTICS.RESTART"]
    assert new[0].sentence == "10.0.0.1 restarts the communications of unit 1 of 192.168.1.1:502"
    assert new[0].frames == []


def test_a_stranger_is_told_by_the_baseline() -> None:
    findings, new, _ = watching(usual())
    service = findings.layer(lambda one: WriteSingleRegisterResponse(5, 1))
    service(call(WriteSingleRegisterRequest(5, 1), who=session("::ffff:10.0.0.66")))
    assert codes(new) == ["CLIENT.ROGUE", "WRITE.STRANGER"]
    assert new[0].client == "10.0.0.66"


def test_a_listener_on_all_addresses_takes_what_is_usual_on_its_port() -> None:
    new: list[Finding] = []
    findings = LiveFindings("0.0.0.0", PORT, new.append, baseline=usual(), clock=Clock())
    findings.layer(lambda one: VALUES)(call(READ))
    assert new == []
    other = LiveFindings("192.168.1.2", PORT, new.append, baseline=usual(), clock=Clock())
    other.layer(lambda one: VALUES)(call(READ))
    assert codes(new) == ["CLIENT.ROGUE"]


async def _reply(reply: Reply | Awaitable[Reply]) -> Reply:
    return await reply if must_wait(reply) else reply


@pytest.mark.parametrize("way", ["reply", "raised", "later", "awaited", "raised later"])
async def test_refusals_are_heard_however_they_come(way: str) -> None:
    findings, new, _ = watching()
    refusal = ExceptionResponse(3, 2)

    async def waits(one: Call) -> Reply:
        await asyncio.sleep(0)
        if way == "raised later":
            raise IllegalDataAddressError(3, 2)
        return refusal

    def answer(one: Call) -> object:
        if way == "reply":
            return refusal
        if way == "raised":
            raise IllegalDataAddressError(3, 2)
        if way == "later":
            later: Later[Reply] = Later()
            later.give(refusal)
            return later
        return waits(one)

    service = findings.layer(answer)  # type: ignore[arg-type]
    who = session()
    for address in range(6):
        asked = call(ReadHoldingRegistersRequest(1000 * address, 1), who=who)
        if way.startswith("raised"):
            with pytest.raises(IllegalDataAddressError):
                await _reply(service(asked))
        else:
            assert await _reply(service(asked)) is refusal
    assert codes(new) == ["SCAN.ADDRESSES"]


def test_giving_up_a_reply_gives_up_its_source() -> None:
    findings, _, _ = watching()
    source: Later[Reply] = Later()
    waiting = findings.layer(lambda one: source)(call(READ))
    assert isinstance(waiting, Later)
    waiting.cancel()
    waiting.cancel()
    assert source.cancelled
    source.give(VALUES)
    assert not waiting.given


def test_silence_is_no_answer() -> None:
    findings, new, clock = watching()
    service = findings.layer(lambda one: None)
    who = session()
    for unit in range(1, 12):
        assert service(call(READ, unit, who)) is None
        clock.now += 2 * SECOND
    assert codes(new) == ["SCAN.UNITS"]


def test_units_that_answer_are_no_search() -> None:
    findings, new, clock = watching()
    service = findings.layer(lambda one: VALUES)
    who = session()
    for unit in range(1, 40):
        service(call(READ, unit, who))
        clock.now += 2 * SECOND
    assert new == []


def test_what_a_listener_tells_of_connections() -> None:
    findings, new, _ = watching()
    for cause, text in (
        ("bad certificate", "closed: expired"),
        ("frame", "closed: looks like HTTP"),
        ("no tls", "closed: no TLS"),
        ("half a frame", "closed: half a message for 5 s"),
        ("refused", "refused: 10.0.0.1 has 4 connections, its limit"),
        ("refused", "refused: 10.0.0.1 is not on the allow list"),
        ("idle", "closed: idle"),
    ):
        findings.connection(cause, session(), text)
    assert codes(new) == [
        "TLS.REFUSED",
        "PORT.NOT_MODBUS",
        "PORT.PLAIN",
        "FLOOD.SLOW_BYTES",
        "FLOOD.CONNECTIONS",
    ]
    assert all("{" not in one.sentence for one in new)


def test_many_connections_of_one_client_are_told_and_closed_ones_do_not_count() -> None:
    findings, new, clock = watching()
    service = findings.layer(lambda one: VALUES)
    for _ in range(40):
        service(call(READ))
        findings.closed(frozenset())
        clock.now += SECOND
    assert new == []
    for _ in range(17):
        service(call(READ))
    assert codes(new) == ["FLOOD.CONNECTIONS"]


def test_malformed_requests_are_heard_where_the_service_answers_them() -> None:
    class Strict:
        def __call__(self, one: Call) -> Reply:
            return VALUES

        def refuse_malformed(self, who: Session, unit: int, error: DeviceError) -> Reply:
            return ExceptionResponse(error.function, error.code)

    findings, new, _ = watching()
    strict: Service = Strict()
    service = findings.layer(strict)
    assert service.refuse_malformed is not None
    reply = service.refuse_malformed(session(), 1, IllegalFunctionError(3, 1))
    assert isinstance(reply, ExceptionResponse)
    assert codes(new) == ["MESSAGE.MALFORMED"]
    assert findings.layer(lambda one: VALUES).refuse_malformed is None


def test_polls_that_stop_are_told_by_the_clock() -> None:
    findings, new, clock = watching(usual())
    findings.layer(lambda one: VALUES)(call(READ))
    findings.tick()
    clock.now += 30 * SECOND
    findings.tick()
    assert codes(new) == ["TROUBLE.MISSING"]


def test_what_comes_back_after_an_hour_is_told_again() -> None:
    findings, new, clock = watching()
    service = findings.layer(lambda one: RawResponse(90, b"\0"))
    for pause in (0, 1, 2 * 3600):
        clock.now += pause * SECOND
        service(call(RawRequest(90, b"\0\2")))
    assert codes(new) == ["PROGRAMMING.VENDOR", "PROGRAMMING.VENDOR"]
    assert findings.findings[0].count == 3


def test_it_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST_SESSIONS", 4)
    monkeypatch.setattr(live, "MOST_READS", 4)
    findings, _, _ = watching()
    service = findings.layer(lambda one: VALUES)
    for number in range(20):
        service(call(ReadHoldingRegistersRequest(number, 10), who=session(f"10.0.1.{number}")))
    assert len(findings._sessions) <= 4
    assert len(findings.reads) <= 4


def test_identification_on_a_serial_line_names_the_listener() -> None:
    findings, new, _ = watching()
    findings.layer(lambda one: RawResponse(17, b"\1\1"))(
        call(ReportServerIdRequest(), who=Session("", 0, "rtu", "line"))
    )
    assert new[0].client == "line"
