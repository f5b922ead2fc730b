"""Many units asked over one connection, at the speed at which they answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from port502.discover.line import Line
from port502.discover.units import Answer, Patience, UnitClass
from port502.errors import LinkClosedError, Port502Error
from port502.protocol.message import Request
from port502.protocol.register_access import ReadHoldingRegistersRequest

WIDTH = 16
"""Questions in flight to a device that answers several at once."""

TRIAL = 4
"""So many at once are tried first, all of them to a unit that is known to answer."""

LONG = 3.0
"""Seconds that are waited for whoever has answered too late once."""

_READ = ReadHoldingRegistersRequest(0, 1)


async def ask(line: Line, unit: int, patience: Patience, request: Request[Any] = _READ) -> Answer:
    """The answer of one unit to a read, whatever it is; raises LinkClosedError when the connection is gone."""
    await line.rest()
    began = line.time()
    try:
        response = await line.ask(unit, request, patience.timeout, rested=True)
    except LinkClosedError:
        raise
    except Port502Error as error:
        answer = Answer(unit, b"", error, line.time() - began)
    else:
        answer = Answer(unit, response.encode()[1:], None, line.time() - began)
    if answer.kind not in (UnitClass.SILENT, UnitClass.BROKEN):
        patience.heard(answer.took)
    return answer


@dataclass(slots=True)
class Sweep:
    """Asks every unit once; ``on_answer`` hears of each, once more where a unit had to be asked again.

    ``pipelined`` lets several questions be in flight where the device answers several at once and no gateway is in
    between: a gateway passes on one at a time, and all others would wait behind a unit that is not there.
    """

    line: Line
    patience: Patience
    pipelined: bool = False
    on_answer: Callable[[Answer], None] = lambda _: None
    answers: dict[int, Answer] = field(default_factory=dict)
    _good: int | None = None
    _is_gateway: bool = False
    _late: int = 0
    _is_late: bool = False

    async def run(self, units: Iterable[int]) -> dict[int, Answer]:
        """The answers by unit. A connection that ends in the middle leaves those that came before."""
        left = iter(units)
        tried = False
        with suppress(LinkClosedError):
            for unit in left:
                await self._one(unit)
                if self.pipelined and self._good is not None and not tried and not self._is_gateway:
                    tried = True
                    if await self._takes_several(self._good):
                        await self._wide(left, self._good)
            await self._again()
        return self.answers

    async def _one(self, unit: int) -> None:
        self._take(await ask(self.line, unit, self.patience))
        if self.line.counters.late > self._late:
            self._late = self.line.counters.late
            self._is_late = True
            self.patience.stretch(LONG)

    async def _all(self, units: Iterable[int]) -> list[Answer]:
        return await _together([ask(self.line, unit, self.patience) for unit in units])

    async def _takes_several(self, good: int) -> bool:
        """Whether the device answers questions that come before the last one was answered."""
        return all(one.kind is UnitClass.DEVICE for one in await self._all([good] * TRIAL))

    async def _wide(self, left: Iterator[int], good: int) -> None:
        """Several at once, until all units are asked or it shows that they share a line."""
        while not self._is_gateway and (units := list(islice(left, WIDTH))):
            usual = self.patience.timeout
            silent = [one.unit for one in map(self._take, await self._all(units)) if not one.proof]
            if not silent:
                continue
            # A unit that is known to answer tells whether the others were silent, or stood behind somebody who was.
            known = await ask(self.line, good, Patience(LONG, LONG))
            late = self.line.counters.late
            if known.kind is not UnitClass.DEVICE or known.took > usual or late > self._late:
                self._is_gateway = True
                self._late = late  # they waited for each other, and are asked again one by one
                for unit in silent:
                    await self._one(unit)

    async def _again(self) -> None:
        """Whoever was taken for silent before the waiting was long enough is asked once more, alone."""
        if self._is_late:
            for unit in [one.unit for one in self.answers.values() if one.kind is UnitClass.SILENT]:
                await self._one(unit)

    def _take(self, answer: Answer) -> Answer:
        self.answers[answer.unit] = answer
        if answer.kind is UnitClass.DEVICE:
            self._good = answer.unit
        self._is_gateway = self._is_gateway or answer.kind.is_gateway
        self.on_answer(answer)
        return answer


async def _together(questions: list[Any]) -> list[Answer]:
    """The outcomes of several questions; all of them are over before an error passes."""
    outcomes = await asyncio.gather(*questions, return_exceptions=True)
    for one in outcomes:
        if isinstance(one, BaseException):
            raise one
    return [one for one in outcomes if isinstance(one, Answer)]
