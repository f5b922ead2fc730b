from __future__ import annotations

from typing import Any

import pytest

from port502.errors import UsageError
from port502.guard.policy import (
    REFUSALS,
    Action,
    ClientRule,
    Decision,
    FilePlace,
    Place,
    Policy,
    Rate,
    Refusal,
    Rule,
    Step,
    ValueLimits,
)
from port502.registers.reference import Table
from tests.guard.rules import policy, rule


@pytest.mark.parametrize(
    ("made", "settings"),
    [
        (ClientRule, {"name": "anybody"}),
        (Place, {"table": Table.HOLDING, "first": 65530, "count": 7}),
        (Place, {"table": Table.HOLDING, "first": 0, "count": 0}),
        (Step, {"amount": 0}),
        (Rate, {"count": 0}),
        (ValueLimits, {}),
        (ValueLimits, {"minimum": 2, "maximum": 1}),
        (Rule, {"name": "nothing", "operations": frozenset()}),
        (Policy, {"read_before": "sometimes"}),
    ],
)
def test_what_makes_no_sense_is_refused(made: Any, settings: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        made(**settings)


def test_a_rule_about_clients_that_nobody_described_is_refused() -> None:
    with pytest.raises(UsageError, match="which is not described"):
        policy(rule("x", "read", clients=("nobody",)))


def test_what_a_denying_rule_cannot_say() -> None:
    with pytest.raises(UsageError, match="rate"):
        rule("x", "read", deny=True, rate=Rate(1))
    with pytest.raises(UsageError, match="step"):
        rule("x", "write", deny=True, values=ValueLimits(step=Step(1)))


def test_refusals_have_words() -> None:
    assert {word: str(refusal) for word, refusal in REFUSALS.items()} == {
        "01": "exception 01",
        "02": "exception 02",
        "03": "exception 03",
        "drop": "drop",
        "close": "close",
    }
    assert Refusal().code == 1


def test_places_are_written_as_references() -> None:
    assert str(Place(Table.COIL, 3)) == "coil:3"
    assert str(Place(Table.HOLDING, 3, 2)) == "holding:3*2"
    assert str(FilePlace(4, 0, 9)) == "4:0-9"


def test_a_dry_policy_is_the_same_but_dry() -> None:
    made = policy(rule("x", "read"))
    assert made.dry().dry_run
    assert made.dry().rules == made.rules


def test_only_what_is_allowed_is_allowed() -> None:
    assert [Decision(action).allowed for action in Action] == [True, False, False, False, False]
