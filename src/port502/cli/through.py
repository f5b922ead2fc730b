"""A device of a site that is running: it is asked through the site, which has the device's connection."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from port502.cli.exits import exception_text, trying
from port502.cli.peer import Wanted, Written
from port502.cli.values import Row
from port502.errors import DeviceError
from port502.history.when import format_time
from port502.protocol.message import RawRequest, Request, Response
from port502.registers.values import Value
from port502.site.control import PATIENCE, Answer, AskCall, AskRead, AskWrite, Question, ReadValue, inquire

if TYPE_CHECKING:
    from port502.collect.settings import DeviceSettings


class Through:
    """A peer that a running site calls for us, on a ``connection`` of its own; errors pass as Failed."""

    def __init__(
        self,
        control: Path,
        label: str,
        device: DeviceSettings,
        timeout: float | None,
        connection: str = "",
    ) -> None:
        self.label = label
        self.unit = device.unit
        self.device: DeviceSettings | None = device
        self._name = device.name
        self.control = control
        self.connection = connection
        self._timeout = timeout

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        return

    async def request(self, request: Request[Any]) -> Response:
        raw = isinstance(request, RawRequest)
        with trying(self._tried):
            answer = await self._ask(AskCall(self._name, request.encode().hex(), self._timeout, raw))
            assert answer.reply is not None
            response: Response = request.decode_response(bytes.fromhex(answer.reply))
            return response

    async def read(self, wanted: Sequence[Wanted]) -> list[Row]:
        with trying(self._tried):
            items = tuple(one.ref for one in wanted)
            answer = await self._ask(AskRead(self._name, items, self._timeout))
        return [_row(one, value) for one, value in zip(wanted, answer.values or (), strict=True)]

    async def write(self, wanted: Wanted, value: Value, *, verify: bool) -> Written:
        with trying(f"{self._tried}, writing {wanted.ref}"):
            result = (await self._ask(AskWrite(self._name, wanted.ref, value, self._timeout))).written
        assert result is not None
        if not verify:
            return Written(result.sent)
        return Written(result.sent, result.after, result.verified, result.note)

    async def _ask(self, question: Question) -> Answer:
        patience = max(PATIENCE, (self._timeout or 0.0) + 5.0)
        return await inquire(self.control, question, patience=patience)

    @property
    def _tried(self) -> str:
        return f"{self.label}, unit {self.unit}, through the running site"


def _row(wanted: Wanted, value: ReadValue) -> Row:
    point = wanted.point
    failure = value.error.error() if value.error is not None else None
    return Row(
        ref=wanted.ref,
        name=wanted.name,
        table=str(point.table),
        address=point.address,
        type=point.type,
        value=value.value,
        registers=value.registers,
        time=format_time(value.time),
        unit_of_measure=point.unit,
        quality=value.quality,
        reason=exception_text(failure) if isinstance(failure, DeviceError) else value.reason,
    )
