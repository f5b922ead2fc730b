from __future__ import annotations

from typing import Any

from port502.errors import IllegalDataValueError
from port502.guard.auditor import Auditor
from port502.guard.engine import Moment
from port502.guard.gate import LOCK, Gate
from port502.guard.policy import Action, Refusal
from port502.protocol.register_access import ReadHoldingRegistersRequest, WriteSingleRegisterRequest
from tests.guard.rules import OTHER, SCADA, policy, rule

READ, WRITE = ReadHoldingRegistersRequest(0, 1), WriteSingleRegisterRequest(0, 1)


def action(gate: Gate, request: Any) -> Action:
    return gate.decide(SCADA, 1, request, Moment()).action


def test_another_policy_counts_from_the_next_request_on() -> None:
    heard: list[dict[str, Any]] = []
    gate = Gate(policy(), Auditor(tell=(heard.append,)))
    assert action(gate, READ) is Action.REFUSE
    gate.replace(policy(rule("x", "read")), "policy.yaml")
    assert action(gate, READ) is Action.ALLOW
    assert [(said["event"], said["cause"]) for said in heard] == [("policy", "policy.yaml")]


def test_the_lock_stops_writes_and_nothing_else() -> None:
    heard: list[dict[str, Any]] = []
    gate = Gate(policy(rule("x", "all")), Auditor(tell=(heard.append,)))
    gate.lock("maintenance", "eva")
    told = gate.decide(SCADA, 1, WRITE, Moment())
    assert (told.action, told.code, told.rule, told.reason) == (Action.REFUSE, 1, LOCK, "maintenance")
    assert action(gate, READ) is Action.ALLOW
    gate.unlock("eva")
    gate.unlock("eva")
    assert action(gate, WRITE) is Action.ALLOW
    assert [said["event"] for said in heard] == ["locked", "unlocked"]
    assert {said["cause"] for said in heard} == {"eva"}


def test_h190_a_dry_policy_lets_everything_pass_but_the_lock_holds() -> None:
    gate = Gate(policy(rule("no", "write", deny=True, refusal=Refusal(code=3)), dry_run=True))
    told = gate.decide(SCADA, 1, WRITE, Moment())
    assert (told.action, told.would) == (Action.ALLOW, "exception 03 by rule 'no': the rule denies it")
    assert gate.decide(SCADA, 1, READ, Moment()).would == "exception 01: no rule allows it"
    gate.lock()
    assert action(gate, WRITE) is Action.REFUSE


def test_what_is_no_request_is_answered_by_its_own_exception_where_anything_is_allowed() -> None:
    gate = Gate(policy(rule("x", "read", clients=("scada",)), refusal=Refusal(Action.DROP)))
    error = IllegalDataValueError(3)
    assert gate.judge_malformed(SCADA, 1, error).code == 3
    assert gate.judge_malformed(OTHER, 1, error).action is Action.DROP
