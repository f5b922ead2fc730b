"""A device of a site that is running: it is asked through the site, which has the device's connection."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from port502.cli.exits import exception_text, trying
from port502.cli.peer import Wanted, Written
from port502.cli.values import Row
from port502.errors import DeviceError
from port502.history.when import format_time
from port502.protocol.message import RawRequest, Request, Response
from port502.registers.values import Value
from port502.site.control import ReadValue, ask_call, ask_read, ask_write

if TYPE_CHECKING:
    from port502.collect.settings import DeviceSettings


class Through:
    """A peer that a running site calls for us; errors pass as Failed, with what was tried."""

    def __init__(self, control: Path, label: str, device: DeviceSettings, timeout: float | None) -> None:
        self.label = label
        self.unit = device.unit
        self.device: DeviceSettings | None = device
        self._name = device.name
        self._control = control
        self._timeout = timeout

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        return

    async def request(self, request: Request[Any]) -> Response:
        raw = isinstance(request, RawRequest)
        with trying(self._tried), _ended_by_ctrl_c():
            pdu = ask_call(self._control, self._name, request.encode(), self._timeout, raw=raw)
            response: Response = request.decode_response(pdu)
            return response

    async def read(self, wanted: Sequence[Wanted]) -> list[Row]:
        with trying(self._tried), _ended_by_ctrl_c():
            items = tuple(one.ref for one in wanted)
            values = ask_read(self._control, self._name, items, self._timeout)
        return [_row(one, value) for one, value in zip(wanted, values, strict=True)]

    async def write(self, wanted: Wanted, value: Value, *, verify: bool) -> Written:
        with trying(f"{self._tried}, writing {wanted.ref}"), _ended_by_ctrl_c():
            result = ask_write(self._control, self._name, wanted.ref, value, self._timeout)
        if not verify:
            return Written(result.sent)
        return Written(result.sent, result.after, result.verified, result.note)

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


@contextmanager
def _ended_by_ctrl_c() -> Iterator[None]:
    """Let Ctrl-C end a wait for the socket at once: the event loop's own handler would wait for its turn."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
