"""The gate between clients and a service: one policy for all that passes, swapped whole, and locked by one word."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, TypeAlias

from port502.errors import DeviceError
from port502.guard.auditor import Auditor
from port502.guard.engine import Engine, Moment, would_text
from port502.guard.policy import Action, Decision, Policy
from port502.guard.record import LOCKED, POLICY, UNLOCKED, Record
from port502.guard.turns import Turns
from port502.guard.watch import Watch
from port502.protocol.message import Request
from port502.service.call import Reply, Session

LOCK = "lock"
"""What stands in place of a rule's name while all writes are stopped."""

Observer: TypeAlias = Callable[[Session, int, "Request[Any]", Decision], None]
"""Hears of every decision: who, unit, request, and what the policy said."""


class Gate:
    """The policy that is in force, the lock above it, and where both are written down.

    ``replace`` swaps the policy in one step: whoever asks next is judged by the new one. ``lock`` stops all writes,
    also those of a dry run, and those that wait for their turn; ``on_lock`` hears of both.
    """

    def __init__(
        self,
        policy: Policy,
        auditor: Auditor | None = None,
        watch: Watch | None = None,
        *,
        observe: Observer | None = None,
        wall: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.auditor = auditor or Auditor()
        self.watch = watch or Watch(auditor)
        self.observe = observe
        self.wall = wall
        self.clock = clock
        self.engine = Engine(policy)
        self.turns = Turns()
        self.locked = ""
        self.waiting: set[asyncio.Future[Reply]] = set()
        """Writes on their way: a lock ends those that were not sent yet."""

    @property
    def policy(self) -> Policy:
        """The policy in force."""
        return self.engine.policy

    def replace(self, policy: Policy, source: str = "") -> None:
        """Put another policy into force, whole and at once."""
        self.engine = Engine(policy)
        self.auditor.take(
            Record(event=POLICY, reason=f"{len(policy.rules)} rules are in force", cause=source)
        )

    def lock(self, why: str = "locked", by: str = "") -> None:
        """Refuse every write from now on."""
        self.locked = why or "locked"
        self.auditor.take(Record(event=LOCKED, reason=self.locked, cause=by))
        for write in list(self.waiting):
            write.cancel()

    def unlock(self, by: str = "") -> None:
        """Let writes through again, as far as the policy allows them."""
        if self.locked:
            self.locked = ""
            self.auditor.take(Record(event=UNLOCKED, cause=by))

    def decide(
        self, session: Session, unit: int, request: Request[Any], moment: Moment, *, commit: bool = True
    ) -> Decision:
        """The decision with the lock above the policy, and a dry run below it."""
        writes = request.writes
        if writes and self.locked:
            return Decision(Action.REFUSE, LOCK, self.locked, self.policy.refusal.code)
        engine = self.engine
        decision = engine.decide(session, unit, request, moment, commit=commit)
        if engine.policy.dry_run and decision.action not in (Action.ALLOW, Action.LOOK):
            return Decision(Action.ALLOW, decision.rule, would=would_text(decision))
        return decision

    def judge_malformed(self, session: Session, unit: int, error: DeviceError) -> Decision:
        """What becomes of a request that is none: its own exception, or that of the policy where nothing is allowed."""
        engine = self.engine
        if engine.knows_unit(session, unit):
            return Decision(Action.REFUSE, "", str(error), error.code)
        refusal = engine.policy.refusal
        return Decision(
            refusal.action, "", str(error), refusal.code if refusal.action is Action.REFUSE else 0
        )
