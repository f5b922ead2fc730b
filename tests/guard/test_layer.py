from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest

from port502.errors import IllegalDataValueError
from port502.guard.auditor import Auditor, WhenFull
from port502.guard.gate import Gate
from port502.guard.layer import PolicedService, policy_layer
from port502.guard.policy import Action, Policy, Rate, Refusal, Step, ValueLimits
from port502.protocol.bit_access import WriteMultipleCoilsRequest
from port502.protocol.diagnostics import DiagnosticsRequest
from port502.protocol.message import ExceptionResponse, RawRequest
from port502.protocol.register_access import (
    MaskWriteRegisterRequest,
    MaskWriteRegisterResponse,
    ReadHoldingRegistersRequest,
    ReadHoldingRegistersResponse,
    ReadWriteMultipleRegistersRequest,
    WriteMultipleRegistersRequest,
    WriteSingleRegisterRequest,
    WriteSingleRegisterResponse,
)
from port502.service.call import Call, Reply
from port502.service.device import Device
from port502.service.ending import EndConnection
from port502.service.maybe import must_wait
from tests.guard.rules import OTHER, SCADA, call, policy, rule

WRITE = WriteSingleRegisterRequest(5, 42)
ALL = rule("all", "all 8/1 8/4 8/10")


class Made:
    """A device behind a policy, with what it was asked and what was written down."""

    def __init__(self, made: Policy, *, slow: bool = False, **options: Any) -> None:
        self.asked: list[Any] = []
        self.heard: list[dict[str, Any]] = []
        self.device = Device(holding={0: list(range(100, 200))}, coil={0: [False] * 8})
        self.gate = Gate(made, Auditor(tell=(self.heard.append,), **options))
        self.waiting: list[asyncio.Future[None]] = []
        self.slow = slow
        self.service = policy_layer(self.gate)(self.serve)

    def serve(self, asked: Call) -> Reply | Awaitable[Reply]:
        self.asked.append(asked.request)
        return self.later(asked) if self.slow else self.device(asked)

    async def later(self, asked: Call) -> Reply:
        turn = asyncio.get_running_loop().create_future()
        self.waiting.append(turn)
        await turn
        reply = self.device(asked)
        return await reply if must_wait(reply) else reply

    def ask(self, request: Any, session: Any = SCADA, unit: int = 1) -> Any:
        return self.service(call(request, session, unit))

    async def step(self) -> None:
        """Let whoever waits longest go on, until all that follows from it has happened."""
        if self.waiting:
            self.waiting.pop(0).set_result(None)
        for _ in range(5):
            await asyncio.sleep(0)

    def told(self, *fields: str) -> list[tuple[Any, ...]]:
        return [tuple(said.get(field) for field in fields) for said in self.heard]


def test_what_is_allowed_passes_as_it_is() -> None:
    made = Made(policy(rule("reads", "read")))
    request = ReadHoldingRegistersRequest(3, 2)
    assert made.ask(request) == ReadHoldingRegistersResponse(b"\0\x67\0\x68")
    assert made.asked == [request]
    assert made.heard == []


def test_what_is_refused_reaches_nobody_and_is_written_down() -> None:
    made = Made(policy(rule("reads", "read", clients=("scada",))))
    assert made.ask(WRITE) == ExceptionResponse(6, 1)
    assert made.ask(ReadHoldingRegistersRequest(3, 2), OTHER) == ExceptionResponse(3, 1)
    assert made.asked == []
    refused = [said for said in made.heard if said["event"] == "refused"]
    assert [(said["client"], said["function"], said["address"]) for said in refused] == [
        ("10.0.0.1", 6, 5),
        ("10.0.0.9", 3, 3),
    ]
    assert refused[0]["after"] == [42]
    assert refused[0]["exception"] == 1


def test_a_stranger_is_an_event() -> None:
    made = Made(policy(rule("reads", "read", clients=("scada",))))
    made.ask(WRITE, OTHER)
    assert "unexpected client" in [said["event"] for said in made.heard]


@pytest.mark.parametrize("code", [2, 3])
def test_a_rule_says_how_it_refuses(code: int) -> None:
    made = Made(policy(rule("x", "write", values=ValueLimits(maximum=5), refusal=Refusal(code=code))))
    assert made.ask(WRITE) == ExceptionResponse(6, code)


def test_a_policy_can_be_silent_or_close() -> None:
    assert Made(policy(refusal=Refusal(Action.DROP))).ask(WRITE) is None
    with pytest.raises(EndConnection, match="no rule allows it"):
        Made(policy(refusal=Refusal(Action.CLOSE))).ask(WRITE)


def test_a_write_is_written_down_with_what_was_there_before() -> None:
    made = Made(policy(ALL))
    assert made.ask(WRITE) == WriteSingleRegisterResponse(5, 42)
    assert [type(one) for one in made.asked] == [ReadHoldingRegistersRequest, WriteSingleRegisterRequest]
    assert made.told("event") == [("new write",), ("write",)]
    written = made.heard[1]
    assert (written["before"], written["after"], written["outcome"], written["rule"]) == (
        [105],
        [42],
        "done",
        "all",
    )
    assert written["latency_ms"] >= 0
    made.ask(WriteMultipleCoilsRequest.from_bits(1, [True, True]))
    assert (made.heard[-1]["before"], made.heard[-1]["after"]) == ("00", "11")


def test_nothing_is_read_before_where_the_policy_says_so() -> None:
    made = Made(policy(ALL, read_before="never"))
    made.ask(WRITE)
    assert made.asked == [WRITE]
    assert "before" not in made.heard[-1]
    assert made.heard[-1]["after"] == [42]


def test_nothing_is_read_for_a_write_that_is_refused_anyhow() -> None:
    made = Made(policy(rule("x", "write", "holding:50", values=ValueLimits(step=Step(1)))))
    assert made.ask(WRITE) == ExceptionResponse(6, 1)
    assert made.asked == []


def test_what_the_device_refuses_is_written_down_as_that() -> None:
    made = Made(policy(ALL))
    assert made.ask(WriteSingleRegisterRequest(500, 1)) == ExceptionResponse(6, 2)
    assert made.told("event", "outcome", "exception", "before") == [("write", "exception 2", 2, None)]


def test_h175_the_result_of_function_22_counts() -> None:
    limits = ValueLimits(maximum=127)
    made = Made(policy(rule("x", "write", "holding:0*100", values=limits), read_before="needed"))
    good, bad = MaskWriteRegisterRequest(5, 0xFFFF, 0), MaskWriteRegisterRequest(5, 0xFF7F, 0x80)
    assert made.ask(good) == MaskWriteRegisterResponse(5, 0xFFFF, 0)
    assert made.ask(bad) == ExceptionResponse(22, 1)
    assert bad not in made.asked
    assert made.heard[1]["after"] == [105]


def test_function_22_is_refused_where_nothing_may_be_read_before() -> None:
    limits = ValueLimits(maximum=127)
    made = Made(policy(rule("x", "write", values=limits), read_before="never"))
    assert made.ask(MaskWriteRegisterRequest(5, 0xFFFF, 0)) == ExceptionResponse(22, 1)
    assert made.ask(MaskWriteRegisterRequest(5, 0, 7)) == MaskWriteRegisterResponse(5, 0, 7)


async def test_two_mask_writes_at_once_are_judged_one_after_the_other() -> None:
    """Judged by the same old value, both would be allowed; together they break the limit."""
    made = Made(
        policy(rule("x", "write", "holding:0*100", values=ValueLimits(maximum=0x6F)), read_before="needed"),
        slow=True,
    )
    made.device.holding[5] = 0x40
    first, second = (
        asyncio.ensure_future(made.ask(MaskWriteRegisterRequest(5, 0xFFFF & ~bit, bit)))
        for bit in (0x20, 0x10)
    )
    for _ in range(6):
        await made.step()
    assert await first == MaskWriteRegisterResponse(5, 0xFFDF, 0x20)
    assert await second == ExceptionResponse(22, 1)
    assert made.device.holding[5] == 0x60


async def test_a_plain_write_waits_while_another_one_is_being_judged() -> None:
    made = Made(
        policy(rule("m", "22", values=ValueLimits(maximum=500)), rule("p", "6"), read_before="needed"),
        slow=True,
    )
    masked = asyncio.ensure_future(made.ask(MaskWriteRegisterRequest(5, 0xFFFF, 0)))
    await asyncio.sleep(0)
    plain = asyncio.ensure_future(made.ask(WRITE))
    await asyncio.sleep(0)
    assert [request.function for request in made.asked] == [3]
    await made.step()
    assert [request.function for request in made.asked] == [3, 22]
    await made.step()
    assert [request.function for request in made.asked] == [3, 22, 6]
    await made.step()
    await asyncio.gather(masked, plain)


async def test_who_goes_away_while_waiting_for_a_turn_does_not_block_the_others() -> None:
    made = Made(policy(ALL), slow=True)
    writes = [asyncio.ensure_future(made.ask(WriteSingleRegisterRequest(at, 1))) for at in range(3)]
    await asyncio.sleep(0)
    writes[1].cancel()
    for _ in range(5):
        await made.step()
    assert await writes[0] == WriteSingleRegisterResponse(0, 1)
    assert await writes[2] == WriteSingleRegisterResponse(2, 1)
    assert writes[1].cancelled()
    assert WriteSingleRegisterRequest(1, 1) not in made.asked


async def test_who_goes_away_in_the_middle_of_a_write_leaves_a_record_of_it() -> None:
    made = Made(policy(ALL, read_before="never"), slow=True)
    write = asyncio.ensure_future(made.ask(WRITE))
    await asyncio.sleep(0)
    write.cancel()
    await asyncio.gather(write, return_exceptions=True)
    assert made.told("event", "outcome") == [("write", "unknown")]


async def test_the_lock_ends_writes_that_are_on_their_way_and_those_behind() -> None:
    made = Made(policy(ALL), slow=True)
    first, second = (asyncio.ensure_future(made.ask(WriteSingleRegisterRequest(at, 1))) for at in (1, 2))
    await made.step()  # the first one's read
    made.gate.lock("stop")
    for _ in range(3):
        await made.step()
    assert await first == ExceptionResponse(6, 1)
    assert await second == ExceptionResponse(6, 1)
    assert made.device.holding[1] == 101
    assert WriteSingleRegisterRequest(2, 1) not in made.asked
    made.gate.unlock()
    again = asyncio.ensure_future(made.ask(WRITE))
    for _ in range(4):
        await made.step()
    assert await again == WriteSingleRegisterResponse(5, 42)


def test_h190_a_dry_run_passes_and_says_what_it_would_have_refused() -> None:
    made = Made(policy(rule("reads", "read", "holding:0"), dry_run=True))
    assert made.ask(WRITE) == WriteSingleRegisterResponse(5, 42)
    for _ in range(3):
        made.ask(ReadHoldingRegistersRequest(7, 1))
    made.ask(ReadHoldingRegistersRequest(8, 1))
    assert [(said["event"], said.get("reason")) for said in made.heard if said["event"] != "new write"] == [
        ("write", "exception 01: no rule allows it"),
        ("would refuse", "exception 01: no rule allows it"),
        ("would refuse", "exception 01: no rule allows it"),
    ]
    assert [said["address"] for said in made.heard if said["event"] == "would refuse"] == [7, 8]


def test_h186_a_log_that_cannot_be_written_stops_what_it_is_told_to() -> None:
    class Full:
        failing = True

        def write(self, fields: Any) -> bool:
            return False

    for when_full, read_passes in ((WhenFull.STOP_WRITES, True), (WhenFull.STOP, False)):
        made = Made(policy(ALL))
        made.gate.auditor = Auditor(Full(), when_full=when_full)  # type: ignore[arg-type]
        assert made.ask(WRITE) == ExceptionResponse(6, 4)
        assert WRITE not in made.asked
        answer = made.ask(ReadHoldingRegistersRequest(0, 1))
        assert isinstance(answer, ReadHoldingRegistersResponse) is read_passes


def test_what_could_not_be_decoded_is_answered_and_written_down() -> None:
    made = Made(policy(rule("reads", "read", clients=("scada",))))
    assert isinstance(made.service, PolicedService)
    error = IllegalDataValueError(16)
    assert made.service.refuse_malformed(SCADA, 1, error) == ExceptionResponse(16, 3)
    assert made.service.refuse_malformed(OTHER, 1, error) == ExceptionResponse(16, 1)
    assert made.told("event", "function", "exception") == [("malformed", 16, 3), ("malformed", 16, 1)]


def test_h191_too_often_is_busy() -> None:
    made = Made(policy(rule("x", "read", rate=Rate(1, 60))))
    assert isinstance(made.ask(ReadHoldingRegistersRequest(0, 1)), ReadHoldingRegistersResponse)
    assert made.ask(ReadHoldingRegistersRequest(0, 1)) == ExceptionResponse(3, 6)


def test_whoever_observes_hears_of_every_decision() -> None:
    made = Made(policy(rule("x", "read")))
    heard: list[tuple[int, Action]] = []
    made.gate.observe = lambda session, unit, request, decision: heard.append(
        (request.function, decision.action)
    )
    made.ask(ReadHoldingRegistersRequest(0, 1))
    made.ask(ReadHoldingRegistersRequest(0, 1))
    made.ask(WRITE)
    assert heard == [(3, Action.ALLOW), (3, Action.ALLOW), (6, Action.REFUSE)]


def test_records_of_what_has_several_parts_hold_the_whole_request() -> None:
    made = Made(policy(ALL))
    made.ask(ReadWriteMultipleRegistersRequest.from_registers(0, 1, 9, [7]))
    made.ask(RawRequest(90, b"\1\2"))
    made.ask(DiagnosticsRequest(10))
    records = [said for said in made.heard if said["event"] == "write"]
    assert [(said["operation"], said.get("pdu")) for said in records] == [
        ("23w", "17000000010009000102" + "0007"),
        ("90", "5a0102"),
        ("8/10", "08000a0000"),
    ]
    assert (records[0]["address"], records[0]["before"], records[0]["after"]) == (9, [109], [7])


def test_several_registers_are_read_before_at_once() -> None:
    made = Made(policy(ALL))
    made.ask(WriteMultipleRegistersRequest.from_registers(3, [1, 2, 3]))
    assert made.asked[0] == ReadHoldingRegistersRequest(3, 3)
    assert made.heard[-1]["before"] == [103, 104, 105]
