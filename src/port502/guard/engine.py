"""Decides on requests by a policy: the first rule that fits decides, and what no rule fits is refused.

Rules are looked up by client, unit, operation and address, so that many rules cost hardly more than few.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from port502.guard.budgets import Budgets
from port502.guard.operations import OPERATIONS
from port502.guard.parts import FILE, Part, parts_of
from port502.guard.policy import Action, ClientRule, Decision, Policy, Refusal, Rule
from port502.guard.values import Meanings, Present, breach
from port502.protocol.codes import SERVER_DEVICE_BUSY
from port502.protocol.message import Request
from port502.service.access import Networks, plain_host
from port502.service.call import Session
from port502.service.rate import TokenBucket

READ_ONLY = "read_only"
"""What stands in place of a rule's name when the policy as a whole lets nothing be written."""

_ROUNDING = 1e-6
_LAST_READ = 4
_READS = frozenset("1234")
_LOOK = "look"
_MOST_CLIENTS = 4096
_MOST_SPANS = 16_384


@dataclass(slots=True)
class Moment:
    """What a decision depends on beside the request: monotonic and wall time in seconds, and what the device holds.

    ``present`` is None as long as nobody has looked; then a decision that needs it is ``look``.
    """

    now: float = 0.0
    wall: float = 0.0
    present: Present | None = None
    spent: list[tuple[TokenBucket, float]] = field(default_factory=list)


class Engine:
    """One policy, compiled. It remembers rates and steps; nothing else changes it."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._clients = [_Client(client) for client in policy.clients]
        self._rules = [_Rule(order, rule) for order, rule in enumerate(policy.rules)]
        self._known: dict[tuple[str, str | None, str, str], _Known] = {}
        self._alike: dict[frozenset[str], _Known] = {}
        self._budgets = Budgets()
        self._sessions: dict[Session, _Known] = {}

    def decide(
        self, session: Session, unit: int, request: Request[Any], moment: Moment, *, commit: bool = True
    ) -> Decision:
        """What becomes of a request. With ``commit`` False nothing of rates and steps is used up.

        A dry run of the whole policy is up to the caller: the decision is what the policy says.
        """
        if self.policy.read_only and request.writes:
            return _refused(self.policy.refusal, READ_ONLY, "the policy is read-only")
        known = self._who(session)
        moment.spent.clear()
        found: Decision | None = None
        look: Decision | None = None
        for part in parts_of(request):
            decision = self._judge(known, session, unit, part, moment)
            if decision.action is Action.LOOK:
                look = decision
            elif decision.action is not Action.ALLOW:
                return decision
            elif found is None:
                found = decision
            elif found.rule != decision.rule or decision.would:
                rule = found.rule if found.rule == decision.rule else f"{found.rule} + {decision.rule}"
                found = Decision(Action.ALLOW, rule, would=found.would or decision.would)
        if look is not None:
            return look
        assert found is not None
        if commit and moment.spent:
            for bucket, amount in moment.spent:
                bucket.take(moment.now, amount)
        return found

    def judge(self, session: Session, unit: int, part: Part, moment: Moment) -> Decision:
        """The decision on a single part; nothing of rates and steps is used up."""
        if self.policy.read_only and part.writes:
            return _refused(self.policy.refusal, READ_ONLY, "the policy is read-only")
        return self._judge(self._who(session), session, unit, part, moment)

    def remembered(self, session: Session, unit: int, request: Request[Any]) -> Decision | None:
        """The decision on a plain read that was allowed before and depends on nothing else; None for all others."""
        if request.function > _LAST_READ:
            return None
        known = self._sessions.get(session)
        if known is None:
            return None
        read: Any = request
        return known.reads.get((unit, read.function, read.address, read.quantity))

    def knows(self, session: Session) -> bool:
        """Whether a session is one of the clients that the policy describes."""
        return bool(self._who(session).names) or not self.policy.clients

    def names_of(self, session: Session) -> frozenset[str]:
        """As which clients of the policy a session would pass now; empty for a stranger.

        Nothing is remembered of the session: its handshake may not be over, and its certificate come yet.
        """
        return self._look_up(session).names

    def knows_unit(self, session: Session, unit: int) -> bool:
        """Whether any rule could allow a session anything at a unit."""
        known = self._who(session)
        return any(
            not one.rule.deny
            and (one.rule.units is None or unit in one.rule.units)
            and (not one.rule.clients or not known.names.isdisjoint(one.rule.clients))
            for one in self._rules
        )

    def _judge(self, known: _Known, session: Session, unit: int, part: Part, moment: Moment) -> Decision:
        slot = known.slots.get((unit, part.operation))
        if slot is None:
            slot = known.slot(self._rules, unit, part.operation)
        near: tuple[_Rule, str] | None = None
        would = ""
        for one in slot.candidates(part):
            unmet = self._unmet(one, unit, part, moment)
            if unmet is _LOOK:
                return Decision(Action.LOOK, one.rule.name)
            if unmet is not None:
                near = near or ((one, unmet) if unmet else None)
                continue
            refused = self._refusal(one, session, moment)
            if refused is None:
                return self._allowed(known, slot, one, unit, part, would)
            if not one.rule.dry_run:
                return refused
            would = would or would_text(refused)
            if not one.rule.deny:
                return Decision(Action.ALLOW, one.rule.name, would=would)
        return self._unfit(near, would)

    def _unmet(self, one: _Rule, unit: int, part: Part, moment: Moment) -> str | None:
        """None when a rule fits a part that lies within it; else why its values keep it from that, or nothing."""
        rule = one.rule
        if rule.during is not None and not rule.during.hold(moment.wall):
            return ""
        if rule.values is None or not part.writes:
            return None
        if moment.present is None and one.must_look(part):
            return _LOOK
        if rule.deny:
            return None if one.touched(part, moment.present or {}) else ""
        return one.breach(part, unit, moment, self._budgets) or None

    def _allowed(self, known: _Known, slot: _Slot, one: _Rule, unit: int, part: Part, would: str) -> Decision:
        if would:
            return Decision(Action.ALLOW, one.rule.name, would=would)
        if slot.constant and part.operation in _READS:
            known.remember(unit, part, one.allowed)
        return one.allowed

    def _refusal(self, one: _Rule, session: Session, moment: Moment) -> Decision | None:
        """Why a rule that fits does not allow: because it denies, or too often is too often."""
        rule = one.rule
        if rule.deny:
            return _refused(rule.refusal, rule.name, "the rule denies it")
        if rule.rate is None or self._within_rate(one, session, moment):
            return None
        why = f"more than {rule.rate.count} requests per {rule.rate.seconds:g} s"
        return Decision(Action.REFUSE, rule.name, why, SERVER_DEVICE_BUSY)

    def _unfit(self, near: tuple[_Rule, str] | None, would: str) -> Decision:
        """What becomes of a part that no rule fits, ``near`` being the first that would but for its values."""
        if near is None:
            return _refused(self.policy.refusal, "", "no rule allows it")
        rule, why = near[0].rule, near[1]
        refused = _refused(rule.refusal, rule.name, why)
        return (
            Decision(Action.ALLOW, rule.name, would=would or would_text(refused)) if rule.dry_run else refused
        )

    def _within_rate(self, one: _Rule, session: Session, moment: Moment) -> bool:
        rate = one.rule.rate
        assert rate is not None
        key = (one.order, plain_host(session.host))
        bucket = self._budgets.bucket(key, rate.count / rate.seconds, rate.count, moment.now)
        if any(spent is bucket for spent, _ in moment.spent):
            return True  # another part of the same request
        if bucket is None or bucket.wait(moment.now) > _ROUNDING:
            return False
        moment.spent.append((bucket, 1.0))
        return True

    def _who(self, session: Session) -> _Known:
        known = self._sessions.get(session)
        if known is not None:
            return known
        known = self._look_up(session)
        if len(self._sessions) >= _MOST_CLIENTS:
            self._sessions.clear()
        self._sessions[session] = known
        return known

    def _look_up(self, session: Session) -> _Known:
        key = (session.host, session.role, session.fingerprint, session.subject)
        known = self._known.get(key)
        if known is None:
            names = frozenset(client.rule.name for client in self._clients if client.is_(session))
            known = self._alike.setdefault(names, _Known(names))
            if len(self._known) >= _MOST_CLIENTS:
                self._known.clear()
            self._known[key] = known
        return known


def is_client(rule: ClientRule, networks: Networks | None, session: Session) -> bool:
    """Whether a session bears all marks of a client."""
    return (
        (networks is None or session.host in networks)
        and (not rule.roles or session.role in rule.roles)
        and (not rule.fingerprints or session.fingerprint.lower() in rule.fingerprints)
        and (not rule.subjects or session.subject in rule.subjects)
    )


def _refused(refusal: Refusal, rule: str, reason: str) -> Decision:
    return Decision(refusal.action, rule, reason, refusal.code if refusal.action is Action.REFUSE else 0)


def would_text(decision: Decision) -> str:
    """A refusal in the words of a dry run."""
    how = f"exception {decision.code:02d}" if decision.action is Action.REFUSE else str(decision.action)
    by = f" by rule {decision.rule!r}" if decision.rule else ""
    return f"{how}{by}: {decision.reason}"


class _Client:
    def __init__(self, rule: ClientRule) -> None:
        self.rule = rule
        self._networks = Networks(rule.networks) if rule.networks else None

    def is_(self, session: Session) -> bool:
        return is_client(self.rule, self._networks, session)


class _Rule:
    """A rule as it is looked up: its addresses by table and file, in ranges that neither meet nor touch."""

    def __init__(self, order: int, rule: Rule) -> None:
        self.order = order
        self.rule = rule
        self.anywhere = not rule.places and not rule.files
        self.allowed = Decision(Action.ALLOW, rule.name)
        self.ranges: dict[tuple[str, int], list[tuple[int, int]]] = {}
        places = [(str(one.table), 0, one.first, one.end) for one in rule.places]
        records = [(FILE, one.file, one.first, one.last + 1) for one in rule.files]
        for table, file, first, end in sorted([*places, *records]):
            mine = self.ranges.setdefault((table, file), [])
            if mine and first <= mine[-1][1]:
                mine[-1] = (mine[-1][0], max(mine[-1][1], end))
            else:
                mine.append((first, end))
        self._meanings = Meanings(rule.places)

    def meets(self, part: Part) -> bool:
        """Whether a part lies within the rule, or, where the rule denies, touches it."""
        if self.anywhere:
            return True
        first, end = part.first, part.first + part.count
        ranges = self.ranges.get((part.table, part.file), ())
        if self.rule.deny:
            return any(begin < end and first < stop for begin, stop in ranges)
        return any(begin <= first and end <= stop for begin, stop in ranges)

    def must_look(self, part: Part) -> bool:
        """Whether the rule's limits can only be judged with what the device holds."""
        values = self.rule.values
        return values is not None and (values.step is not None or part.masks is not None)

    def breach(self, part: Part, unit: int, moment: Moment, budgets: Budgets) -> str:
        """What is wrong with the values of a part; empty when all of them are within the limits."""
        limits = self.rule.values
        assert limits is not None
        written = self._meanings.written(part, moment.present or {})
        if written is None:
            return (
                "its result cannot be told without the present value"
                if part.masks
                else "it has no values to judge"
            )
        travels = []
        for one in written:
            why = breach(limits, one.value)
            if why:
                return f"{one.where} {why}"
            if limits.step is None:
                continue
            if one.present is None or one.value is None:
                return f"the present value of {one.where} is not known, so its step cannot be judged"
            way = abs(one.value - one.present)
            key = (self.order, unit, part.table, part.file, one.address, one.where)
            bucket = budgets.bucket(key, 1 / limits.step.seconds, 1.0, moment.now)
            before = sum(amount for spent, amount in moment.spent if spent is bucket)
            share = way / limits.step.amount
            # The tolerance is for limits that are no binary fractions: a step of exactly the limit is allowed.
            needed = share + before
            if bucket is None or needed > 1 + _ROUNDING or bucket.wait(moment.now, needed) > _ROUNDING:
                most = f"{limits.step.amount:g} in {limits.step.seconds:g} s"
                return f"{one.where} would travel {way:g}, more than {most}"
            travels.append((bucket, min(share, 1.0)))
        moment.spent += travels
        return ""

    def touched(self, part: Part, present: Present) -> bool:
        """Whether a part writes any value that this rule denies; what cannot be told counts as such."""
        limits = self.rule.values
        assert limits is not None
        written = self._meanings.written(part, present)
        if written is None:
            return True
        ranges = self.ranges.get((part.table, 0), ())
        return any(
            one.value is None or one.value != one.value or not breach(limits, one.value)
            for one in written
            if self.anywhere or part.table == FILE or any(first <= one.address < end for first, end in ranges)
        )


class _Known:
    """Clients that bear the same names, and the rules that are about them."""

    def __init__(self, names: frozenset[str]) -> None:
        self.names = names
        self.slots: dict[tuple[int, str], _Slot] = {}
        self.reads: dict[tuple[int, int, int, int], Decision] = {}

    def remember(self, unit: int, part: Part, decision: Decision) -> None:
        """A plain read may be allowed again without looking for its rule."""
        if len(self.reads) >= _MOST_SPANS:
            self.reads.clear()
        self.reads[unit, int(part.operation), part.first, part.count] = decision

    def slot(self, rules: Sequence[_Rule], unit: int, operation: str) -> _Slot:
        """The rules about one unit and operation, in their order."""
        if operation not in OPERATIONS:
            return _NOTHING
        fitting = [
            one
            for one in rules
            if operation in one.rule.operations
            and (one.rule.units is None or unit in one.rule.units)
            and (not one.rule.clients or not self.names.isdisjoint(one.rule.clients))
        ]
        found = self.slots[unit, operation] = _Slot(fitting)
        return found


class _Slot:
    """The rules about one client, unit and operation, found by address."""

    def __init__(self, rules: Sequence[_Rule]) -> None:
        self._rules = rules
        self.constant = all(one.rule.during is None and one.rule.rate is None for one in rules)
        """Whether decisions about reads depend on nothing but the request."""
        self._everywhere = tuple(one for one in rules if one.anywhere)
        self._bounds: dict[str, list[int]] = {}
        self._spans: dict[tuple[str, int, int], tuple[_Rule, ...]] = {}

    def candidates(self, part: Part) -> tuple[_Rule, ...]:
        """The rules that a part's addresses meet. Parts between the same bounds of rules meet the same rules."""
        table = part.table
        if not table:
            return self._everywhere
        if table == FILE:
            return tuple(one for one in self._rules if one.meets(part))
        bounds = self._bounds.get(table)
        if bounds is None:
            bounds = self._bounds[table] = sorted(
                {bound for one in self._rules for place in one.ranges.get((table, 0), ()) for bound in place}
            )
        key = (
            table,
            bisect_right(bounds, part.first),
            bisect_right(bounds, part.first + part.count - 1),
        )
        found = self._spans.get(key)
        if found is None:
            if len(self._spans) >= _MOST_SPANS:
                self._spans.clear()
            found = self._spans[key] = tuple(one for one in self._rules if one.meets(part))
        return found


_NOTHING = _Slot(())
