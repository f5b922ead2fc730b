"""SunSpec devices in memory, and values for every point of a model."""

from __future__ import annotations

import random
from collections.abc import Generator, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from port502.errors import DeviceError, IllegalDataAddressError, IllegalDataValueError, NoReplyError
from port502.protocol.register_access import ReadHoldingRegistersRequest, ReadHoldingRegistersResponse
from port502.protocol.words import data_of
from port502.registers.sunspec.compose import Part, compose_device
from port502.registers.sunspec.kinds import Role
from port502.registers.sunspec.layout import Field, lay_out
from port502.registers.sunspec.model import Model
from port502.registers.sunspec.shelf import find_model
from port502.registers.values import INTEGERS, Value

T = TypeVar("T")
TIMES = 2


class Wire:
    """Answers a dialogue from registers; refuses what is not there and what is too long, or keeps silent."""

    def __init__(self, registers: dict[int, int], most: int = 125, *, silent: bool = False) -> None:
        self.registers = registers
        self.most = most
        self.silent = silent
        self.refused: set[int] = set()
        self.requests: list[tuple[int, int]] = []

    def run(self, dialogue: Generator[Any, Any, T]) -> T:
        try:
            request = next(dialogue)
            while True:
                try:
                    response = self.answer(request)
                except (DeviceError, NoReplyError) as error:
                    request = dialogue.throw(error)
                else:
                    request = dialogue.send(response)
        except StopIteration as end:
            result: T = end.value
            return result

    def answer(self, request: ReadHoldingRegistersRequest) -> ReadHoldingRegistersResponse:
        wanted = range(request.address, request.address + request.quantity)
        self.requests.append((request.address, request.quantity))
        if request.quantity > self.most:
            raise IllegalDataValueError(3)
        if self.refused & set(wanted) or any(address not in self.registers for address in wanted):
            if self.silent:
                raise NoReplyError("no reply")
            raise IllegalDataAddressError(3)
        return ReadHoldingRegistersResponse(data_of([self.registers[address] for address in wanted]))


def placed(parts: Sequence[Part], base: int = 40000) -> dict[int, int]:
    """The registers of a chain by address."""
    return {base + place: value for place, value in enumerate(compose_device(parts))}


def raw_chain(
    models: Sequence[Sequence[int]], base: int = 40000, end: Sequence[int] = (0xFFFF, 0)
) -> dict[int, int]:
    """Registers of models as they are written, which may be broken."""
    words = [0x5375, 0x6E53, *(word for model in models for word in model), *end]
    return {base + place: value for place, value in enumerate(words)}


def example(model_id: int, seed: int = 0) -> Part:
    """A part with a value for every point of a model."""
    model = find_model(model_id)
    assert model is not None
    chance = random.Random(model_id * 1000 + seed)
    counts = dict.fromkeys(model.counting, TIMES)
    values: dict[str, Value] = dict(counts)
    exponents: dict[int, int] = {}
    fields = fields_of(model)
    for field in fields:
        if field.definition.kind.role is Role.SCALE:
            exponents[field.offset] = values[field.path] = chance.randint(-4, 4)
    for field in fields:
        if field.is_value and field.path not in counts:
            values[field.path] = value_for(field, exponents, chance)
    return Part(model_id, values, TIMES)


def fields_of(model: Model) -> list[Field]:
    """All fields with every group there twice."""
    size = _size(model.group)
    return lay_out(model, size - 2, lambda _: TIMES).fields


def _size(group: Any) -> int:
    return int(group.size) + sum(
        (1 if inner.count is None else TIMES) * _size(inner) for inner in group.groups
    )


def value_for(field: Field, exponents: Mapping[int, int], chance: random.Random) -> Value:
    what = field.definition
    kind = what.kind
    if kind.role is Role.TEXT:
        return "".join(chance.choice("AbcXyz019-") for _ in range(chance.randint(1, 2 * what.size)))
    if kind.role is Role.ADDRESS:
        return {"ipaddr": "192.168.7.9", "ipv6addr": "fe80::1:2", "eui48": "00:1b:44:11:3a:b7"}[kind.name]
    if kind.type == "float32":
        return chance.randint(-100_000, 100_000) / 4
    if kind.role is Role.ENUM and what.symbols:
        return chance.choice(list(what.symbols.values()))
    if kind.role is Role.FLAGS and what.symbols:
        bits = sorted(chance.sample(list(what.symbols), min(3, len(what.symbols))))
        return tuple(what.symbols[bit] for bit in bits)
    raw = _raw(kind.type, chance)
    if not kind.is_scalable:
        return abs(raw)
    exponent = what.scale if isinstance(what.scale, int) else exponents.get(field.scale_offset or -1, 0)
    value = Decimal(raw).scaleb(exponent)
    return int(value) if exponent >= 0 else float(value)


def _raw(kind: str, chance: random.Random) -> int:
    bits = min(16 * INTEGERS[kind][1], 48)
    if kind.startswith("int"):
        return chance.randint(-(1 << bits - 1) + 1, (1 << bits - 1) - 1)
    return chance.randint(1, (1 << bits) - 2)
