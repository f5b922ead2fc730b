from __future__ import annotations

from typing import Any

import pytest

from port502.guard.explain import explain, names_of
from port502.guard.hours import Hours
from port502.guard.policy import FilePlace, ValueLimits
from port502.protocol.diagnostics import DiagnosticsRequest
from port502.protocol.files import FileRecordRead, ReadFileRecordRequest
from port502.protocol.register_access import (
    MaskWriteRegisterRequest,
    ReadHoldingRegistersRequest,
    ReadInputRegistersRequest,
    ReadWriteMultipleRegistersRequest,
    WriteSingleRegisterRequest,
)
from tests.guard.rules import ENGINEER, OTHER, SCADA, policy, rule

READ = ReadHoldingRegistersRequest(0, 2)


def why(made: Any, request: Any, session: Any = SCADA, unit: int = 1, **more: Any) -> list[str]:
    [part] = explain(made, session, unit, request, more.pop("wall", 0.0), **more)
    return [one.why for one in part.considered]


@pytest.mark.parametrize(
    ("made", "request_", "expected"),
    [
        (rule("x", "read", clients=("engineering",)), READ, "it is about engineering"),
        (rule("x", "read", units={2}), READ, "it is about unit 2"),
        (rule("x", "read", units={2, 3, 4}), READ, "it is about units 2-4"),
        (rule("x", "write"), READ, "it does not name read holding registers (3)"),
        (rule("x", "read", "holding:0"), READ, "holding:1 is outside of holding:0"),
        (rule("x", "read", "holding:0*9"), ReadInputRegistersRequest(0, 1), "it is about other tables"),
        (rule("x", "all", "holding:0"), DiagnosticsRequest(0), "it is about addresses, and this has none"),
        (rule("x", "read", during=Hours("07:00-17:00")), READ, "it holds 07:00-17:00 (UTC)"),
        (rule("x", "read", "holding:9", deny=True), READ, "it is about holding:9"),
        (
            rule("x", "20", files=(FilePlace(4),)),
            ReadFileRecordRequest([FileRecordRead(5, 0, 1)]),
            "it is about other tables",
        ),
        (
            rule("x", "write", values=ValueLimits(maximum=5)),
            WriteSingleRegisterRequest(3, 6),
            "holding:3 is 6, above max 5",
        ),
        (
            rule("x", "write", values=ValueLimits(maximum=5)),
            MaskWriteRegisterRequest(3, 1, 1),
            "the result depends on what is there now",
        ),
        (
            rule("x", "write", deny=True, values=ValueLimits(minimum=100)),
            WriteSingleRegisterRequest(3, 6),
            "the value is none of those that it denies",
        ),
    ],
)
def test_the_first_thing_that_is_not_so_is_named(made: Any, request_: Any, expected: str) -> None:
    assert why(policy(made), request_) == [expected]


def test_rules_are_considered_up_to_the_one_that_decides() -> None:
    made = policy(rule("a", "write"), rule("b", "read"), rule("c", "read"))
    [part] = explain(made, SCADA, 1, READ, 0.0)
    assert part.part == "read holding registers of holding:0*2"
    assert [(one.rule, one.fits) for one in part.considered] == [("a", False), ("b", True)]


def test_a_dry_denial_does_not_decide() -> None:
    made = policy(rule("a", "read", deny=True, dry_run=True), rule("b", "read"))
    assert why(made, READ) == ["it denies it", "it allows it"]


def test_each_part_is_explained() -> None:
    request = ReadWriteMultipleRegistersRequest.from_registers(0, 1, 9, [1])
    parts = explain(policy(rule("r", "read")), SCADA, 1, request, 0.0)
    assert [[one.fits for one in part.considered] for part in parts] == [[True], [False]]


def test_who_somebody_is() -> None:
    made = policy()
    assert names_of(made, SCADA) == ["scada"]
    assert names_of(made, ENGINEER) == ["engineering"]
    assert names_of(made, OTHER) == []
