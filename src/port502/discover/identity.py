"""Asking one unit who it is: identification objects, server id, SunSpec, the registers that tell products apart."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

from port502.client.dialogue import Dialogue, read_identification
from port502.errors import DeviceError, NoReplyError, Port502Error, ProtocolError
from port502.protocol.bit_access import ReadCoilsRequest, ReadDiscreteInputsRequest
from port502.protocol.codes import GATEWAY_PATH_UNAVAILABLE, GATEWAY_TARGET_FAILED, ILLEGAL_FUNCTION
from port502.protocol.diagnostics import (
    GetCommEventCounterRequest,
    ReadExceptionStatusRequest,
    ReportServerIdRequest,
)
from port502.protocol.message import Request
from port502.protocol.register_access import ReadHoldingRegistersRequest, ReadInputRegistersRequest
from port502.protocol.words import registers_of
from port502.registers.reference import Table
from port502.registers.sunspec.device import Common
from port502.registers.sunspec.discovery import NotSunSpecError, discover

T = TypeVar("T")
Ask: TypeAlias = Callable[[Request[Any]], Awaitable[Any]]
"""Sends a request to the unit in question; raises what the client's calls raise."""

Place: TypeAlias = tuple[Table, int, int]
"""Table, address and number of registers."""

VENDOR, PRODUCT, REVISION, URL, PRODUCT_NAME, MODEL, APPLICATION = range(7)
OBJECT_NAMES = {
    VENDOR: "vendor",
    PRODUCT: "product code",
    REVISION: "revision",
    URL: "vendor url",
    PRODUCT_NAME: "product name",
    MODEL: "model",
    APPLICATION: "application",
}
"""The objects that the specification names (Application Protocol V1.1b3, clause 6.21)."""

EXTENDED, REGULAR, BASIC = 3, 2, 1
MOST_SILENT = 3
"""After so many silences in a row about single registers no more of them are asked for."""

YES, NO, SILENT = "yes", "no", "silent"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a unit said of itself; ``functions`` says of each function that reads if it is there: yes, no, silent;
    ``answered`` are those that gave data and not an exception.

    ``registers`` are those of places that were asked for and answered. ``quirks`` is what was odd about it.
    """

    objects: Mapping[int, bytes] = field(default_factory=dict)
    server_id: bytes | None = None
    common: Common | None = None
    models: tuple[int, ...] = ()
    base: int | None = None
    registers: Mapping[Place, tuple[int, ...]] = field(default_factory=dict)
    functions: Mapping[int, str] = field(default_factory=dict)
    answered: frozenset[int] = frozenset()
    quirks: tuple[str, ...] = ()

    @property
    def manufacturer(self) -> str:
        """Who made it, as it says itself; empty when it does not."""
        return text_of(self.objects.get(VENDOR, b"")) or (self.common.manufacturer if self.common else "")

    @property
    def product(self) -> str:
        """Which product it is, as it says itself."""
        said = [text_of(self.objects.get(number, b"")) for number in (MODEL, PRODUCT_NAME, PRODUCT)]
        own = next((text for text in said if text), "")
        return own or (self.common.model if self.common else "")

    @property
    def revision(self) -> str:
        """Its firmware, as it says itself."""
        return text_of(self.objects.get(REVISION, b"")) or (self.common.version if self.common else "")


def text_of(data: bytes) -> str:
    """Bytes of a device as one line of text: what is not printable is left out."""
    text = data.decode("utf-8", "replace").replace("\N{REPLACEMENT CHARACTER}", "")
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


async def converse(dialogue: Dialogue[T], ask: Ask) -> T:
    """The result of a dialogue whose requests are asked one after the other."""
    try:
        request = next(dialogue)
        while True:
            try:
                response = await ask(request)
            except (DeviceError, NoReplyError) as error:
                request = dialogue.throw(error)
            else:
                request = dialogue.send(response)
    except StopIteration as end:
        result: T = end.value
        return result


async def learn(ask: Ask, places: Iterable[Place] = ()) -> Facts:
    """Everything that a unit says of itself, with reads alone; what it refuses is left out.

    Raises LinkError only, when the connection is gone.
    """
    learner = _Learner(ask)
    await learner.functions_of()
    await learner.identification()
    await learner.sunspec()
    await learner.registers_at(places)
    return learner.facts()


class _Learner:
    """Collects facts, question by question."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._functions: dict[int, str] = {}
        self._answered: set[int] = set()
        self._objects: dict[int, bytes] = {}
        self._server_id: bytes | None = None
        self._common: Common | None = None
        self._models: tuple[int, ...] = ()
        self._base: int | None = None
        self._registers: dict[Place, tuple[int, ...]] = {}
        self._quirks: list[str] = []

    def facts(self) -> Facts:
        return Facts(
            self._objects,
            self._server_id,
            self._common,
            self._models,
            self._base,
            self._registers,
            dict(sorted(self._functions.items())),
            frozenset(self._answered),
            tuple(dict.fromkeys(self._quirks)),
        )

    async def functions_of(self) -> None:
        """Which reads there are; only exception 01 says that a function is not."""
        for request in (
            ReadCoilsRequest(0, 1),
            ReadDiscreteInputsRequest(0, 1),
            ReadHoldingRegistersRequest(0, 1),
            ReadInputRegistersRequest(0, 1),
            ReadExceptionStatusRequest(),
            GetCommEventCounterRequest(),
        ):
            await self._asked(request)
        response = await self._asked(ReportServerIdRequest())
        if response is not None:
            self._server_id = response.data

    async def identification(self) -> None:
        """Device identification, from the widest level that is answered; a list without end is cut."""
        for level in (BASIC, EXTENDED, REGULAR):
            try:
                await converse(read_identification(level, 0, self._objects), self._ask)
            except DeviceError as refusal:
                self._functions.setdefault(43, _verdict(refusal))
                if level == BASIC:
                    return
            except NoReplyError:
                self._functions.setdefault(43, SILENT)
                return
            except ProtocolError as error:
                self._odd(error)
                return
            else:
                self._functions[43] = YES
                if level == EXTENDED:
                    return

    async def sunspec(self) -> None:
        """The chain of models, where there is one."""
        if self._functions.get(3) != YES:
            return
        try:
            device = await converse(discover(), self._ask)
        except (NotSunSpecError, DeviceError, NoReplyError):
            return
        except ProtocolError as error:
            self._odd(error)
            return
        self._common = device.common
        self._models = tuple(model.id for model in device.models)
        self._base = device.base
        self._quirks.extend(f"SunSpec: {fault}" for fault in device.faults)

    async def registers_at(self, places: Iterable[Place]) -> None:
        """The registers by which products are told apart."""
        silent = 0
        for table, address, count in sorted(set(places)):
            function = 3 if table is Table.HOLDING else 4
            if self._functions.get(function) == NO:
                continue
            kind = ReadHoldingRegistersRequest if function == 3 else ReadInputRegistersRequest
            try:
                response = await self._ask(kind(address, count))
            except DeviceError:
                silent = 0
                continue
            except NoReplyError:
                silent += 1
                if silent == MOST_SILENT:
                    self._quirks.append("silent about registers that it does not have")
                    return
                continue
            except ProtocolError as error:
                self._odd(error)
                continue
            silent = 0
            self._registers[table, address, count] = tuple(registers_of(response.data))

    async def _asked(self, request: Request[Any]) -> Any:
        function = request.function
        try:
            response = await self._ask(request)
        except DeviceError as refusal:
            self._functions[function] = _verdict(refusal)
        except NoReplyError:
            self._functions[function] = SILENT
        except ProtocolError as error:
            self._odd(error)
        else:
            self._functions[function] = YES
            self._answered.add(function)
            return response
        return None

    def _odd(self, error: Port502Error) -> None:
        self._quirks.append(str(error)[:200])


def _verdict(refusal: DeviceError) -> str:
    """Whether a refused function is there: only exception 01 says no, and a gateway speaks for nobody."""
    if refusal.code in (GATEWAY_PATH_UNAVAILABLE, GATEWAY_TARGET_FAILED):
        return SILENT
    return NO if refusal.code == ILLEGAL_FUNCTION else YES
