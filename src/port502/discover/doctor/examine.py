"""The examination: step after step under one deadline, ended early by a sure finding, and never empty-handed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeAlias

from port502.discover.doctor.by_step import checks_of
from port502.discover.doctor.evidence import Evidence, Untested
from port502.discover.doctor.judge import judge
from port502.discover.doctor.judge.verdict import is_settled
from port502.discover.doctor.question import Question
from port502.discover.doctor.report import Report, StepDone
from port502.discover.doctor.saying import said
from port502.discover.doctor.steps import addresses, deep, opening, reaching, steady, talking, values
from port502.discover.doctor.visit import Visit
from port502.errors import UsageError

Step: TypeAlias = Callable[[Evidence, Visit], Awaitable[Evidence]]


@dataclass(frozen=True, slots=True)
class Stage:
    """One step, and whether a sure finding ends the examination behind it."""

    name: str
    step: Step
    may_settle: bool = True


STAGES = (
    Stage("name", reaching.name),
    Stage("route", reaching.route),
    Stage("connect", reaching.connect),
    Stage("opening", opening.opening),
    Stage("modbus", talking.modbus, may_settle=False),
    Stage("units", talking.units, may_settle=False),
    Stage("functions", talking.functions, may_settle=False),
    Stage("silence", talking.silence),
    Stage("addresses", addresses.addresses),
    Stage("values", values.values),
    Stage("stability", steady.stability),
    Stage("deep", deep.deep),
)
"""Every step in its order."""


class Examination:
    """One look at a target; ``report`` tells at any time what has been found so far.

    ``on_step`` hears of each step when it begins (with its name) and of what it brought. Raises UsageError for a
    serial port: there is no network to look at.
    """

    def __init__(
        self,
        question: Question,
        on_begin: Callable[[str], None] | None = None,
        on_step: Callable[[StepDone], None] | None = None,
    ) -> None:
        if question.target.is_serial:
            raise UsageError(
                f"{question.target} is a serial port; the doctor looks at networks (tcp://, tls://, rtu+tcp://)"
            )
        self.evidence = Evidence(question)
        self.steps: list[StepDone] = []
        self._on_begin = on_begin
        self._on_step = on_step
        self._started = datetime.now(UTC)
        self._began = time.monotonic()
        self._reached = 0

    async def run(self) -> Report:
        """Go through all steps; whatever ends them early, ``report`` has the rest."""
        visit = Visit()
        try:
            async with asyncio.timeout(self.evidence.question.pace.deadline):
                for self._reached, stage in enumerate(STAGES):
                    await self._go(stage, visit)
                    if stage.may_settle and is_settled(self.evidence):
                        break
        except TimeoutError:
            why = f"the time was up after {self.evidence.question.pace.deadline:g} s"
            left = ", ".join(stage.name for stage in STAGES[self._reached :])
            self.evidence = replace(self.evidence, untested=(*self.evidence.untested, Untested(left, why)))
        finally:
            await visit.end()
        return self.report()

    async def _go(self, stage: Stage, visit: Visit) -> None:
        if self._on_begin is not None:
            self._on_begin(stage.name)
        before, began = self.evidence, time.monotonic()
        self.evidence = await stage.step(self.evidence, visit)
        result = said(stage.name, before, self.evidence)
        if not result:
            return
        took_ms = (time.monotonic() - began) * 1000
        done = StepDone(stage.name, result, took_ms, checks_of(stage.name, self.evidence))
        self.steps.append(done)
        if self._on_step is not None:
            self._on_step(done)

    def report(self, *, interrupted: bool = False) -> Report:
        """The verdict on what has been seen so far."""
        untested = self.evidence.untested
        if interrupted:
            left = ", ".join(stage.name for stage in STAGES[self._reached :])
            untested = (*untested, Untested(left, "interrupted"))
        return Report(
            question=self.evidence.question,
            verdict=judge(self.evidence),
            steps=tuple(self.steps),
            untested=tuple(dict.fromkeys(untested)),
            started=self._started,
            took_s=time.monotonic() - self._began,
        )


async def examine(question: Question) -> Report:
    """Look at a target and report; nothing is ever written to it."""
    return await Examination(question).run()
