from __future__ import annotations

import time
from typing import Any

import pytest

from port502.guard.engine import READ_ONLY, Engine, Moment
from port502.guard.hours import Hours
from port502.guard.policy import Action, ClientRule, FilePlace, Policy, Rate, Refusal, Step, ValueLimits
from port502.protocol.bit_access import ReadCoilsRequest, WriteSingleCoilRequest
from port502.protocol.diagnostics import DiagnosticsRequest, ReportServerIdRequest
from port502.protocol.files import (
    FileRecordRead,
    FileRecordWrite,
    ReadFileRecordRequest,
    WriteFileRecordRequest,
)
from port502.protocol.identification import CanopenRequest, ReadDeviceIdentificationRequest
from port502.protocol.message import RawRequest
from port502.protocol.register_access import (
    MaskWriteRegisterRequest,
    ReadFifoQueueRequest,
    ReadHoldingRegistersRequest,
    ReadInputRegistersRequest,
    ReadWriteMultipleRegistersRequest,
    WriteMultipleRegistersRequest,
)
from port502.service.call import Session
from tests.guard.rules import ENGINEER, OTHER, SCADA, policy, rule


def read(address: int = 0, quantity: int = 1) -> ReadHoldingRegistersRequest:
    return ReadHoldingRegistersRequest(address, quantity)


def write(address: int = 0, *values: int) -> Any:
    return WriteMultipleRegistersRequest.from_registers(address, values or [0])


def decide(engine: Engine, request: Any, session: Session = SCADA, unit: int = 1, **moment: Any) -> Action:
    return engine.decide(session, unit, request, Moment(**moment)).action


def test_what_no_rule_fits_is_refused_with_01() -> None:
    decision = Engine(policy()).decide(SCADA, 1, read(), Moment())
    assert (decision.action, decision.code, decision.rule) == (Action.REFUSE, 1, "")


@pytest.mark.parametrize("refusal", [Refusal(code=2), Refusal(Action.DROP), Refusal(Action.CLOSE)])
def test_the_policy_says_how_it_refuses(refusal: Refusal) -> None:
    decision = Engine(policy(refusal=refusal)).decide(SCADA, 1, read(), Moment())
    assert decision.action is refusal.action
    assert decision.code == (2 if refusal.action is Action.REFUSE else 0)


def test_the_first_rule_that_fits_decides() -> None:
    engine = Engine(
        policy(
            rule("not these", "read", "holding:10*5", deny=True, refusal=Refusal(code=2)),
            rule("reads", "read", "holding:0*100"),
        )
    )
    assert engine.decide(SCADA, 1, read(0, 10), Moment()).rule == "reads"
    assert engine.decide(SCADA, 1, read(12), Moment()).rule == "not these"
    assert engine.decide(SCADA, 1, read(12), Moment()).code == 2


def test_who_asks_matters_by_address_role_fingerprint_and_subject() -> None:
    clients = (
        ClientRule("address", networks=("10.0.0.0/30",)),
        ClientRule("role", roles=frozenset({"engineer"})),
        ClientRule("print", fingerprints=frozenset({"ab" * 32})),
        ClientRule("subject", subjects=frozenset({"CN=eva"})),
        ClientRule("both", networks=("10.0.0.5",), roles=frozenset({"operator"})),
    )
    for name, who in {"address": SCADA, "role": ENGINEER, "print": ENGINEER, "subject": ENGINEER}.items():
        engine = Engine(Policy((rule("x", "read", clients=(name,)),), clients))
        assert decide(engine, read(), who) is Action.ALLOW, name
        assert decide(engine, read(), OTHER) is Action.REFUSE, name
    both = Engine(Policy((rule("x", "read", clients=("both",)),), clients))
    assert decide(both, read(), ENGINEER) is Action.REFUSE
    assert decide(both, read(), Session("10.0.0.5", role="operator")) is Action.ALLOW


@pytest.mark.parametrize("role", [None, "", "Engineer", "engineer ", "engineer,operator", "engineer\0"])
def test_roles_are_compared_exactly(role: str | None) -> None:
    engine = Engine(policy(rule("x", "all", clients=("engineering",))))
    assert decide(engine, read(), Session("10.0.0.5", role=role)) is Action.REFUSE


@pytest.mark.parametrize("host", ["::ffff:10.0.0.1", "10.0.0.1"])
def test_h192_addresses_are_one_whatever_their_clothes(host: str) -> None:
    engine = Engine(policy(rule("x", "read", clients=("scada",))))
    assert decide(engine, read(), Session(host)) is Action.ALLOW
    assert decide(engine, read(), Session("::10.0.0.1")) is Action.REFUSE


def test_units_are_those_named() -> None:
    engine = Engine(policy(rule("x", "read", units={1, 3})))
    allowed = [unit for unit in range(256) if decide(engine, read(), unit=unit) is Action.ALLOW]
    assert allowed == [1, 3]


@pytest.mark.parametrize(
    ("address", "quantity", "allowed"),
    [
        (10, 10, True),
        (10, 1, True),
        (19, 1, True),
        (9, 1, False),
        (9, 2, False),
        (19, 2, False),
        (20, 1, False),
        (5, 30, False),
    ],
)
def test_h173_a_range_that_is_partly_outside_is_refused_whole(
    address: int, quantity: int, allowed: bool
) -> None:
    engine = Engine(policy(rule("x", "read write", "holding:10*10")))
    assert (decide(engine, read(address, quantity)) is Action.ALLOW) is allowed
    assert (decide(engine, write(address, *[0] * quantity), present={}) is Action.ALLOW) is allowed


def test_neighbouring_and_overlapping_points_of_a_rule_are_one_range() -> None:
    engine = Engine(policy(rule("x", "read", "holding:10*5", "holding:15*5", "holding:12*10")))
    assert decide(engine, read(10, 12)) is Action.ALLOW
    assert decide(engine, read(10, 13)) is Action.REFUSE


def test_two_rules_do_not_add_up_to_one_range() -> None:
    engine = Engine(policy(rule("x", "read", "holding:0*10"), rule("y", "read", "holding:10*10")))
    assert decide(engine, read(5, 10)) is Action.REFUSE


def test_tables_are_told_apart() -> None:
    engine = Engine(policy(rule("x", "read write", "holding:0*10", "coil:20")))
    assert decide(engine, ReadInputRegistersRequest(0, 1)) is Action.REFUSE
    assert decide(engine, ReadCoilsRequest(0, 1)) is Action.REFUSE
    assert decide(engine, ReadCoilsRequest(20, 1)) is Action.ALLOW
    assert decide(engine, WriteSingleCoilRequest(20, True)) is Action.ALLOW


def test_h174_function_23_needs_its_read_and_its_write() -> None:
    request = ReadWriteMultipleRegistersRequest.from_registers(0, 2, 50, [7])
    reads, writes = rule("r", "read", "holding:0*10"), rule("w", "write", "holding:50")
    assert decide(Engine(policy(reads)), request) is Action.REFUSE
    assert decide(Engine(policy(writes)), request) is Action.REFUSE
    both = Engine(policy(reads, writes)).decide(SCADA, 1, request, Moment())
    assert (both.action, both.rule) == (Action.ALLOW, "r + w")
    other_way = ReadWriteMultipleRegistersRequest.from_registers(50, 1, 0, [7])
    assert decide(Engine(policy(reads, writes)), other_way) is Action.REFUSE


def test_h175_function_22_is_judged_by_its_result() -> None:
    engine = Engine(policy(rule("x", "write", "holding:5", values=ValueLimits(mask=0x00FF))))
    request = MaskWriteRegisterRequest(5, 0xFFF0, 0x000A)
    assert decide(engine, request) is Action.LOOK
    assert decide(engine, request, present={("holding", 5): 0x0012}) is Action.ALLOW
    assert decide(engine, request, present={("holding", 5): 0x8012}) is Action.REFUSE
    assert decide(engine, request, present={}) is Action.REFUSE
    assert decide(engine, MaskWriteRegisterRequest(5, 0, 0x01FF)) is Action.REFUSE
    assert decide(engine, MaskWriteRegisterRequest(5, 0, 0x00FF)) is Action.ALLOW


def test_h176_one_group_of_records_that_is_refused_refuses_all() -> None:
    engine = Engine(policy(rule("x", "20 21", files=(FilePlace(4, 0, 9), FilePlace(5)))))
    assert (
        decide(engine, ReadFileRecordRequest([FileRecordRead(4, 0, 5), FileRecordRead(5, 100, 5)]))
        is Action.ALLOW
    )
    assert (
        decide(engine, ReadFileRecordRequest([FileRecordRead(4, 0, 5), FileRecordRead(4, 8, 3)]))
        is Action.REFUSE
    )
    writes = [FileRecordWrite(5, 0, b"\0\1"), FileRecordWrite(6, 0, b"\0\1")]
    assert decide(engine, WriteFileRecordRequest(writes[:1])) is Action.ALLOW
    assert decide(engine, WriteFileRecordRequest(writes)) is Action.REFUSE


def test_a_rule_about_points_says_nothing_about_files_and_functions_without_addresses() -> None:
    engine = Engine(policy(rule("x", "all", "holding:0*65536")))
    for request in (
        ReportServerIdRequest(),
        RawRequest(90),
        ReadFileRecordRequest([FileRecordRead(4, 0, 1)]),
    ):
        assert decide(engine, request) is Action.REFUSE


def test_a_queue_needs_all_that_its_reply_may_hold() -> None:
    assert decide(Engine(policy(rule("x", "24", "holding:50*31"))), ReadFifoQueueRequest(50)) is Action.REFUSE
    assert decide(Engine(policy(rule("x", "24", "holding:50*32"))), ReadFifoQueueRequest(50)) is Action.ALLOW


@pytest.mark.parametrize("sub_function", [1, 4, 10])
def test_what_stops_a_device_is_refused_unless_it_is_named(sub_function: int) -> None:
    request = DiagnosticsRequest(sub_function)
    assert decide(Engine(policy(rule("x", "all diagnose 8"))), request) is Action.REFUSE
    assert decide(Engine(policy(rule("x", f"8/{sub_function}"))), request) is Action.ALLOW


@pytest.mark.parametrize("code", [0, 128, 131, 255])
def test_codes_that_no_request_can_have_are_never_allowed(code: int) -> None:
    assert decide(Engine(policy(rule("x", "all"))), RawRequest(code, b"")) is Action.REFUSE


@pytest.mark.parametrize(
    "request_",
    [write(), CanopenRequest(b"\1"), RawRequest(90), DiagnosticsRequest(1), WriteSingleCoilRequest(0, True)],
)
def test_a_read_only_policy_lets_nothing_through_that_may_change_the_device(request_: Any) -> None:
    engine = Engine(policy(rule("x", "all 8/1"), read_only=True))
    assert engine.decide(SCADA, 1, request_, Moment()).rule == READ_ONLY
    assert decide(engine, read()) is Action.ALLOW
    assert decide(engine, ReadDeviceIdentificationRequest()) is Action.ALLOW


def test_h179_values_below_at_and_above_each_limit() -> None:
    limits = ValueLimits(minimum=10, maximum=20)
    engine = Engine(policy(rule("x", "write", "holding:0*5", values=limits, refusal=Refusal(code=3))))
    told = {value: engine.decide(SCADA, 1, write(0, 15, value), Moment()) for value in (9, 10, 20, 21)}
    assert [told[value].action for value in told] == [
        Action.REFUSE,
        Action.ALLOW,
        Action.ALLOW,
        Action.REFUSE,
    ]
    assert told[21].code == 3
    assert told[21].reason == "holding:1 is 21, above max 20"


def test_values_do_not_keep_a_later_rule_from_fitting() -> None:
    engine = Engine(
        policy(
            rule("small", "write", values=ValueLimits(maximum=5)), rule("all", "write", clients=("scada",))
        )
    )
    assert engine.decide(SCADA, 1, write(0, 3), Moment()).rule == "small"
    assert engine.decide(SCADA, 1, write(0, 9), Moment()).rule == "all"
    assert decide(engine, write(0, 9), OTHER) is Action.REFUSE


def test_a_denying_rule_fits_where_it_meets_any_address_or_value() -> None:
    engine = Engine(policy(rule("no", "read write", "holding:10", deny=True), rule("yes", "all")))
    assert decide(engine, read(5, 10)) is Action.REFUSE
    assert decide(engine, read(5, 5)) is Action.ALLOW
    hot = rule("hot", "write", "holding:10*2", deny=True, values=ValueLimits(minimum=100))
    engine = Engine(policy(hot, rule("yes", "all")))
    assert decide(engine, write(9, 500, 50, 50)) is Action.ALLOW  # address 9 is none of its
    assert decide(engine, write(9, 0, 50, 100)) is Action.REFUSE
    assert decide(engine, MaskWriteRegisterRequest(10, 0xFF, 0xFF00)) is Action.LOOK
    assert (
        decide(engine, MaskWriteRegisterRequest(10, 0xFF, 0), present={("holding", 10): 50}) is Action.ALLOW
    )
    assert decide(engine, MaskWriteRegisterRequest(10, 0xFF, 0), present={}) is Action.REFUSE


def test_h179_a_step_is_how_far_a_value_travels_in_some_time() -> None:
    engine = Engine(policy(rule("x", "write", "holding:0", values=ValueLimits(step=Step(50, 1.0)))))

    def step(present: int, value: int, now: float) -> Action:
        return decide(engine, write(0, value), now=now, present={("holding", 0): present})

    assert decide(engine, write(0, 1)) is Action.LOOK
    assert decide(engine, write(0, 1), present={}) is Action.REFUSE
    assert step(100, 150, 0.0) is Action.ALLOW
    assert step(150, 160, 0.0) is Action.REFUSE  # used up
    assert step(150, 160, 0.2) is Action.ALLOW
    assert step(160, 110, 0.2) is Action.REFUSE  # toggling travels as well
    assert step(160, 110, 2.0) is Action.ALLOW
    assert step(110, 161, 100.0) is Action.REFUSE  # never more at once, however long one waits
    assert step(110, 110, 2.0) is Action.ALLOW


def test_what_is_not_passed_on_uses_nothing_up() -> None:
    engine = Engine(
        policy(rule("x", "write", "holding:0", values=ValueLimits(step=Step(10)), rate=Rate(1, 10)))
    )
    moment = Moment(0.0, 0.0, {("holding", 0): 0})
    for _ in range(3):
        assert engine.decide(SCADA, 1, write(0, 10), moment, commit=False).allowed
    assert engine.decide(SCADA, 1, write(0, 10), moment).allowed
    assert not engine.decide(SCADA, 1, write(0, 10), moment).allowed


def test_h191_the_excess_of_a_rate_is_busy_for_each_client_by_itself() -> None:
    engine = Engine(policy(rule("x", "read", rate=Rate(2, 1.0))))
    told = [engine.decide(SCADA, 1, read(), Moment(now=0.0)) for _ in range(3)]
    assert [(one.action, one.code) for one in told] == [(Action.ALLOW, 0)] * 2 + [(Action.REFUSE, 6)]
    assert decide(engine, read(), OTHER, now=0.0) is Action.ALLOW
    assert decide(engine, read(), now=0.5) is Action.ALLOW
    assert decide(engine, read(), now=0.5) is Action.REFUSE


def test_function_23_counts_once() -> None:
    engine = Engine(policy(rule("x", "23", rate=Rate(1, 1.0))))
    request = ReadWriteMultipleRegistersRequest.from_registers(0, 2, 50, [7])
    assert decide(engine, request, now=0.0) is Action.ALLOW
    assert decide(engine, request, now=0.0) is Action.REFUSE


def test_a_rule_holds_in_its_hours() -> None:
    engine = Engine(policy(rule("x", "read", during=Hours("07:00-17:00"))))
    assert decide(engine, read(), wall=8 * 3600) is Action.ALLOW
    assert decide(engine, read(), wall=18 * 3600) is Action.REFUSE
    assert decide(engine, read(), wall=8 * 3600 + 86400) is Action.ALLOW


def test_h190_a_dry_rule_refuses_nothing_and_says_what_it_would_have_done() -> None:
    engine = Engine(
        policy(
            rule("no", "read", "holding:10", deny=True, dry_run=True),
            rule("low", "write", values=ValueLimits(maximum=5), dry_run=True, refusal=Refusal(code=3)),
            rule("often", "4", rate=Rate(1, 1), dry_run=True),
            rule("reads", "read"),
        )
    )
    denied = engine.decide(SCADA, 1, read(10), Moment())
    assert (denied.action, denied.rule, denied.would) == (
        Action.ALLOW,
        "reads",
        "exception 01 by rule 'no': the rule denies it",
    )
    high = engine.decide(SCADA, 1, write(0, 9), Moment())
    assert (high.action, high.would) == (
        Action.ALLOW,
        "exception 03 by rule 'low': holding:0 is 9, above max 5",
    )
    inputs = [engine.decide(SCADA, 1, ReadInputRegistersRequest(0, 1), Moment()) for _ in range(2)]
    assert [bool(one.would) for one in inputs] == [False, True]
    assert all(one.allowed for one in inputs)


def test_plain_reads_are_remembered_only_where_nothing_else_counts() -> None:
    engine = Engine(policy(rule("x", "3", "holding:0*10"), rule("y", "4", rate=Rate(1, 1))))
    inputs = ReadInputRegistersRequest(0, 1)
    for request in (read(2), inputs):
        assert engine.remembered(SCADA, 1, request) is None
        assert engine.decide(SCADA, 1, request, Moment()).allowed
    assert engine.remembered(SCADA, 1, read(2)) is not None
    alike = Session("10.0.0.1", 5)
    assert engine.decide(alike, 1, inputs, Moment(now=9.0)).allowed
    assert engine.remembered(alike, 1, read(2)) is not None
    assert engine.remembered(SCADA, 2, read(2)) is None
    assert engine.remembered(SCADA, 1, read(3)) is None
    assert engine.remembered(SCADA, 1, inputs) is None


def test_what_is_remembered_of_one_client_is_not_believed_of_another() -> None:
    engine = Engine(policy(rule("x", "3", clients=("scada",))))
    assert engine.decide(SCADA, 1, read(2), Moment()).allowed
    assert engine.remembered(SCADA, 1, read(2)) is not None
    assert engine.remembered(OTHER, 1, read(2)) is None
    assert not engine.decide(OTHER, 1, read(2), Moment()).allowed
    assert engine.remembered(OTHER, 1, read(2)) is None


def test_whether_anything_could_be_allowed_at_a_unit() -> None:
    engine = Engine(policy(rule("x", "read", units={1}, clients=("scada",)), rule("no", "all", deny=True)))
    assert engine.knows_unit(SCADA, 1)
    assert not engine.knows_unit(SCADA, 2)
    assert not engine.knows_unit(OTHER, 1)
    assert engine.knows(SCADA)
    assert not engine.knows(OTHER)


@pytest.mark.slow
def test_a_thousand_rules_cost_less_than_twice_ten() -> None:
    def seconds(count: int) -> float:
        rules = [rule(f"r{n}", "read write", f"holding:{n * 60}*60", units={1}) for n in range(count)]
        engine = Engine(policy(*rules))
        requests = [read(at * 60 % (count * 60), 2) for at in range(500)] + [
            write(at * 60, 1) for at in range(10)
        ]
        for request in requests:
            engine.decide(SCADA, 1, request, Moment())
        best = float("inf")
        for _ in range(7):
            began = time.perf_counter()
            for request in requests:
                engine.decide(SCADA, 1, request, Moment())
            best = min(best, time.perf_counter() - began)
        return best

    assert seconds(1000) < 2 * seconds(10)


def test_what_is_asked_before_the_handshake_is_over_does_not_stick() -> None:
    engine = Engine(Policy(clients=(ClientRule("scada", roles=frozenset({"scada"})),)))
    session = Session("10.0.0.9")
    assert engine.names_of(session) == frozenset()
    session.role = "scada"
    assert engine.names_of(session) == frozenset({"scada"})
    assert engine.knows(session)
