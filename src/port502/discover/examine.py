"""One open connection: is it Modbus, which units answer, and who are they?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from port502.discover.candidates import rank
from port502.discover.found import FoundDevice, FoundUnit, unit_of
from port502.discover.identity import Facts, learn
from port502.discover.line import Line
from port502.discover.products import Product, known_products, places_of
from port502.discover.settings import USUAL_UNITS, ScanSettings
from port502.discover.sweep import Sweep, ask
from port502.discover.units import UNLIKELY, Answer, Patience, UnitClass, answers_any_unit, silent_units
from port502.errors import LinkError
from port502.protocol.identification import ReadDeviceIdentificationRequest
from port502.protocol.message import Request
from port502.protocol.tolerances import TOLERANCES
from port502.registers.maps.index import MapSummary
from port502.registers.maps.library import Library

Open = Callable[[frozenset[str]], Awaitable[Line]]
"""Makes a new connection to the same place, with tolerances; raises ConnectError."""

MOST_IDENTIFIED = 64
"""Units of one device that are asked who they are; the others are listed only."""


NOT_SIGNIFICANT = (0, 255)
"""Unit ids that a device without units behind it answers besides its own (TCP Implementation Guide, 4.4.2.1)."""

WAITED = 0.05
"""Seconds after which a gateway's word that a unit is silent was not said at once: it has asked on a line."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What products are recognised by."""

    products: tuple[Product, ...]
    summaries: Sequence[MapSummary]

    @classmethod
    def of(cls, library: Library | None = None) -> Knowledge:
        """That of a library, or of the one that comes with port502."""
        library = library or Library.default()
        return cls(known_products(library), library.list())


class Examination:
    """Looks at one device over one connection; a second one is made only where the first shows that it must be."""

    def __init__(
        self, line: Line, reopen: Open, settings: ScanSettings, knowledge: Knowledge, maker: str = ""
    ) -> None:
        self.line = line
        self._reopen = reopen
        self._settings = settings
        self._knowledge = knowledge
        self._maker = maker
        self._patience = Patience(settings.response_timeout, settings.least_timeout)

    async def run(self) -> FoundDevice | None:
        """The device, or None where nothing proved that Modbus is spoken."""
        answers = await self._first()
        if not any(one.proof and one.kind is not UnitClass.BROKEN for one in answers.values()):
            return None
        if self._settings.units is not None:
            left = [unit for unit in self._settings.units if unit not in answers]
            left = [
                unit for unit in left if unit or not _has_gateway(answers)
            ]  # 0 is broadcast behind a gateway
            sweep = Sweep(self.line, self._patience, self._settings.pipelined, answers=answers)
            answers = await sweep.run(left)
        asked = frozenset(answers)
        if not _has_gateway(answers) and any(one.kind is UnitClass.DEVICE for one in answers.values()):
            full = Patience(self._settings.response_timeout, self._settings.response_timeout)
            await Sweep(self.line, full, answers=answers).run(unit for unit in UNLIKELY if unit not in asked)
        units = await self._units(answers, asked)
        wanted = asked if self._settings.units is None else asked & set(self._settings.units)
        silent = [unit for unit in silent_units(answers.values()) if unit in wanted]
        return FoundDevice(
            self.line.target.host,
            self.line.target.port,
            self.line.target.scheme,
            proof=next(
                (one.proof for one in answers.values() if one.kind is not UnitClass.BROKEN and one.proof), ""
            ),
            connect_ms=self.line.connect_time * 1000,
            units=tuple(units),
            silent=tuple(silent),
            gateway=_is_gateway(answers),
            tolerate=tuple(sorted(self.line.tolerate)),
            quirks=tuple(self._quirks()),
        )

    async def _first(self) -> dict[int, Answer]:
        """The answers until a device is among them; a gateway's word, or silence, where there is none."""
        order = USUAL_UNITS if self._settings.units is None else self._settings.units
        waking = Patience(self._settings.first_timeout, self._settings.least_timeout)
        answers: dict[int, Answer] = {}
        for unit in dict.fromkeys(order):
            if not unit and _has_gateway(answers):
                continue  # behind a gateway 0 is everybody
            answer = answers[unit] = await ask(self.line, unit, waking)
            if answer.kind is UnitClass.BROKEN:
                answer = answers[unit] = await self._tolerated(unit, answer)
                if answer.kind is UnitClass.BROKEN:
                    return answers
            if answer.kind.is_device:
                self._patience.heard(answer.took)
                return answers
        if any(one.proof for one in answers.values()):
            return answers
        identified = await ask(self.line, USUAL_UNITS[0], waking, ReadDeviceIdentificationRequest())
        if identified.proof:
            answers[USUAL_UNITS[0]] = identified
        return answers

    async def _tolerated(self, unit: int, broken: Answer) -> Answer:
        """The answer of a device that breaks the protocol in one of the ways that are known."""
        for one in () if self.line.says else sorted(TOLERANCES):
            try:
                line = await self._reopen(frozenset((one,)))
            except LinkError:
                return broken
            try:
                answer = await ask(line, unit, self._patience)
            except LinkError:
                line.close()
                continue
            if answer.kind is not UnitClass.BROKEN and answer.proof:
                self.line.close()
                self.line = line
                return answer
            line.close()
        return broken

    async def _units(self, answers: dict[int, Answer], asked: frozenset[int]) -> list[FoundUnit]:
        """What was said at each unit that was asked for, and at those that show a device all the same."""
        devices = [one for one in answers.values() if one.kind is UnitClass.DEVICE]
        if answers_any_unit(answers):
            return [await self._unit(devices[0], UnitClass.ANY_UNIT)]
        own = [one for one in devices if one.unit not in NOT_SIGNIFICANT]
        found = []
        identified = 0
        for one in sorted(answers.values(), key=lambda answer: answer.unit):
            if one.kind is UnitClass.SILENT or (one.unit not in asked and one.kind is not UnitClass.DEVICE):
                continue
            kind = one.kind
            if kind is UnitClass.DEVICE and one.unit in NOT_SIGNIFICANT and len(own) == 1:
                kind = UnitClass.SAME_DEVICE
            identified += kind.is_device
            if kind.is_device and identified <= MOST_IDENTIFIED:
                found.append(await self._unit(one, kind))
            else:
                found.append(FoundUnit(one.unit, kind, one.proof, round(one.took * 1000, 2)))
        return found

    async def _unit(self, answer: Answer, kind: UnitClass) -> FoundUnit:
        """One unit with what it says of itself."""
        if not self._settings.identify or not self.line.is_open:
            return FoundUnit(answer.unit, kind, answer.proof, round(answer.took * 1000, 2))
        took = []

        async def put(request: Request[Any]) -> Any:
            await self.line.rest()
            began = self.line.time()
            response = await self.line.ask(answer.unit, request, self._patience.ceiling, rested=True)
            took.append(self.line.time() - began)
            return response

        try:
            facts = await learn(put, places_of(self._knowledge.products))
        except LinkError:
            facts = Facts(quirks=("ended the connection while it was asked who it is",))
        candidates = rank(
            facts,
            self._knowledge.products,
            self._knowledge.summaries,
            unit=answer.unit,
            port=self.line.target.port,
            maker=self._maker,
        )
        return unit_of(
            answer.unit, kind, answer.proof, median(took or [answer.took]) * 1000, facts, candidates
        )

    def _quirks(self) -> list[str]:
        found = [f"breaks the protocol: tolerate {one}" for one in sorted(self.line.tolerate)]
        if self.line.error is not None:
            found.append(str(self.line.error))
        return found


def _has_gateway(answers: dict[int, Answer]) -> bool:
    return any(one.kind.is_gateway for one in answers.values())


def _is_gateway(answers: dict[int, Answer]) -> bool:
    """Whether others may stand behind it: a device that says at once that a unit is not there may speak for itself."""
    words = [one for one in answers.values() if one.kind.is_gateway]
    devices = sum(one.kind is UnitClass.DEVICE for one in answers.values())
    waited = any(one.took >= WAITED or one.kind is UnitClass.GATEWAY_NO_PATH for one in words)
    return bool(words) and (devices != 1 or waited)
