from __future__ import annotations

from collections import Counter

from port502.guard.diff import changes, rule_changes
from port502.guard.policy import Action, Refusal, Step, ValueLimits
from port502.guard.seen import Seen, Tally
from tests.guard.rules import policy, rule

READ = Seen("10.0.0.1", None, 1, "3", "holding", 0, 10)
WRITE = Seen("10.0.0.1", None, 1, "6", "holding", 5, 1)


def test_what_another_policy_would_change() -> None:
    old, new = policy(rule("r", "read write")), policy(rule("r", "read", "holding:0*5"), rule("w", "write"))
    [change] = changes(old, new, {READ: Tally(7), WRITE: Tally(1)}, 0.0)
    assert (change.seen, change.times, change.after.action) == (READ, 7, Action.REFUSE)
    assert change.text == (
        "10.0.0.1, unit 1: read holding registers holding:0*10: allowed by 'r' -> refused with 01, no rule allows it"
    )


def test_each_value_that_was_written_is_tried() -> None:
    old = policy(rule("w", "write", values=ValueLimits(maximum=50, step=Step(1)), refusal=Refusal(code=3)))
    new = policy(rule("w", "write", values=ValueLimits(maximum=70, step=Step(1))))
    tally = Tally(6, 10, 90, Counter({(10,): 3, (60,): 2, (90,): 1}))
    found = changes(old, new, {WRITE: tally}, 0.0)
    assert [(change.values, change.times, change.after.action) for change in found] == [
        ((60,), 2, Action.ALLOW),
        ((90,), 1, Action.REFUSE),
    ]
    assert "= 60: refused with 03 by 'w' -> allowed by 'w'" in found[0].text


def test_a_dry_policy_is_told_from_one_that_refuses() -> None:
    old, new = policy(), policy(dry_run=True)
    [change] = changes(old, new, {READ: Tally(1)}, 0.0)
    assert "allowed but recorded (exception 01: no rule allows it)" in change.text
    assert (
        changes(old, policy(refusal=Refusal(Action.DROP)), {READ: Tally(1)}, 0.0)[0].after.action
        is Action.DROP
    )


def test_rules_that_came_went_changed_and_moved() -> None:
    a, b, c = rule("a", "read"), rule("b", "read"), rule("c", "read")
    told = rule_changes(policy(a, b), policy(rule("b", "write"), a, c))
    assert (told.added, told.removed, told.changed, told.moved) == (("c",), (), ("b",), True)
    told = rule_changes(policy(a, b), policy(b))
    assert (told.added, told.removed, told.changed, told.moved) == ((), ("a",), (), False)
