"""The registers of a SunSpec device out of values: what a simulated device serves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from port502.errors import UsageError
from port502.protocol.words import data_of, registers_of
from port502.registers.sunspec.addresses import address_data
from port502.registers.sunspec.discovery import MARKER
from port502.registers.sunspec.kinds import Kind, Role
from port502.registers.sunspec.layout import Field, lay_out
from port502.registers.sunspec.model import END_ID, HEADER, Model, ModelGroup
from port502.registers.sunspec.shelf import find_model
from port502.registers.values import Value

_PAD = b"\x80\0"


@dataclass(frozen=True, slots=True)
class Part:
    """One model of a chain to be made, with ``values`` by path (``W``, ``module.2.DCA``) in their units.

    A point without value is "not implemented". Scale factors are exponents, 0 without value. ``times`` is how
    often the groups without a counting point are there.
    """

    model: int
    values: Mapping[str, Value] = field(default_factory=dict)
    times: int = 0


def compose_device(parts: Sequence[Part]) -> list[int]:
    """The registers from the marker to the end of the chain.

    Raises UsageError for a model or a path that is not known and for a value that does not fit its point.
    """
    data = MARKER + b"".join(compose_model(part) for part in parts)
    return [*registers_of(data), END_ID, 0]


def compose_model(part: Part) -> bytes:
    """The registers of one model, its header first."""
    model = find_model(part.model)
    if model is None:
        raise UsageError(f"SunSpec model {part.model} is not known")
    size = _size(model.group, part, model)
    fields = lay_out(model, size - HEADER, lambda name: _count(part, name)).fields
    known = {one.path for one in fields}
    strange = [path for path in part.values if path not in known]
    if strange:
        raise UsageError(f"model {part.model} has no point {strange[0]}")
    exponents = {one.offset: _exponent(part, one) for one in fields if one.definition.kind.role is Role.SCALE}
    header = {"ID": part.model, "L": size - HEADER}
    return b"".join(
        data_of([header[one.path]]) if one.offset < HEADER else _encoded(one, part, exponents)
        for one in fields
    )


def _count(part: Part, name: str) -> int:
    value = part.values.get(name, part.times)
    if not isinstance(value, int):
        raise UsageError(f"{name} counts a group and is a whole number")
    return value


def _size(group: ModelGroup, part: Part, model: Model) -> int:
    size = group.size
    for inner in group.groups:
        if isinstance(inner.count, str):
            times = _count(part, inner.count)
        else:
            times = 1 if inner.count is None else inner.count or part.times
        size += times * _size(inner, part, model)
    return size


def _exponent(part: Part, one: Field) -> int:
    value = part.values.get(one.path, 0)
    if not isinstance(value, int):
        raise UsageError(f"{one.path} is a power of ten and a whole number")
    return value


def _encoded(one: Field, part: Part, exponents: Mapping[int, int]) -> bytes:
    kind = one.definition.kind
    if kind.role is Role.PAD:
        return _PAD
    if kind.role is Role.SCALE:
        return data_of([_exponent(part, one) & 0xFFFF])
    value = part.values.get(one.path)
    if value is None:
        return missing_data(kind, one.definition.size)
    if kind.role is Role.ADDRESS:
        return address_data(kind, str(value))
    point = one.point(0)
    if one.scale_offset is not None:
        point = point.scaled(exponents[one.scale_offset])
    encoded = point.encode(value)
    assert isinstance(encoded, bytes)
    return encoded


def missing_data(kind: Kind, size: int) -> bytes:
    """The registers that say that a device does not have a point."""
    if kind.type == "float32":
        return b"\x7f\xc0\0\0"
    if kind.type == "float64":
        return b"\x7f\xf8" + bytes(6)
    return kind.missing or bytes(2 * size)
