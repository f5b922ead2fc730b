"""What another policy would change, tried on what was seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from port502.guard.engine import Engine, Moment, would_text
from port502.guard.operations import operation_name
from port502.guard.policy import Action, Decision, Policy, Rule
from port502.guard.seen import Seen, Tally, part_of

_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Change:
    """Something that was seen, ``times`` times, and what both policies say about it."""

    seen: Seen
    times: int
    before: Decision
    after: Decision
    values: Sequence[int] | None = None

    @property
    def text(self) -> str:
        """The change in one line."""
        seen = self.seen
        who = f"{seen.role} ({seen.client})" if seen.role else seen.client or "anybody"
        many = f"*{seen.quantity}" if seen.quantity > 1 else ""
        place = f" {seen.table}:{seen.address}{many}" if seen.table else ""
        written = f" = {' '.join(map(str, self.values[:_SHOWN]))}" if self.values else ""
        what = f"{who}, unit {seen.unit}: {operation_name(seen.operation)}{place}{written}"
        return f"{what}: {_told(self.before)} -> {_told(self.after)}"


@dataclass(frozen=True, slots=True)
class RuleChanges:
    """Names of rules that came, went, or say something else now."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    moved: bool


def rule_changes(old: Policy, new: Policy) -> RuleChanges:
    """How the rules differ, by their names."""
    before: dict[str, Rule] = {rule.name: rule for rule in old.rules}
    after: dict[str, Rule] = {rule.name: rule for rule in new.rules}
    both = [name for name in after if name in before]
    return RuleChanges(
        tuple(name for name in after if name not in before),
        tuple(name for name in before if name not in after),
        tuple(name for name in both if before[name] != after[name]),
        both != [name for name in before if name in after],
    )


def changes(old: Policy, new: Policy, seen: Mapping[Seen, Tally], wall: float) -> list[Change]:
    """What was seen and is decided in another way now; rates and steps are left aside."""
    engines = Engine(old), Engine(new)
    found = []
    for one, tally in seen.items():
        rest = tally.times - sum(tally.samples.values())
        tried: list[tuple[Sequence[int] | None, int]] = (
            [(None, rest)] if rest > 0 or not tally.samples else []
        )
        for values, times in [*tried, *tally.samples.items()]:
            before, after = (judged(engine, one, values, wall) for engine in engines)
            if _outcome(before) != _outcome(after):
                found.append(Change(one, times, before, after, values))
    return found


def judged(engine: Engine, seen: Seen, values: Sequence[int] | None, wall: float) -> Decision:
    """What a policy says about something that was seen, with the values that it wrote."""
    # As if the values had been there before, so that no step is in the way.
    there = {(seen.table, seen.address + at): value for at, value in enumerate(values or ())} or None
    decision = engine.judge(seen.session, seen.unit, part_of(seen, values), Moment(0.0, wall, there))
    if decision.action is Action.LOOK:
        return Decision(Action.ALLOW, decision.rule)
    if engine.policy.dry_run and not decision.allowed:
        return Decision(Action.ALLOW, decision.rule, would=would_text(decision))
    return decision


def _outcome(decision: Decision) -> tuple[Action, int, bool]:
    return decision.action, decision.code, bool(decision.would)


def _told(decision: Decision) -> str:
    if decision.action is Action.ALLOW:
        return (
            f"allowed but recorded ({decision.would})" if decision.would else f"allowed by {decision.rule!r}"
        )
    how = f"refused with {decision.code:02d}" if decision.action is Action.REFUSE else str(decision.action)
    return f"{how} by {decision.rule!r}" if decision.rule else f"{how}, no rule allows it"
