"""Reading a SunSpec device whose chain is known: the dialogue, and the values that come of it."""

from __future__ import annotations

from dataclasses import dataclass

from port502.registers.sunspec.addresses import address_text
from port502.registers.sunspec.device import FoundModel, SunSpecDevice, SunSpecPoint
from port502.registers.sunspec.image import Dialogue, Image, fill
from port502.registers.sunspec.kinds import Role
from port502.registers.values import DecodeError, Value, value_fault


@dataclass(frozen=True, slots=True)
class SunSpecValue:
    """One value: in ``unit``, with its scale factor applied, labels for states and flags.

    ``value`` is None where there is none, and ``reason`` says why: not available, refused, not decodable.
    """

    point: SunSpecPoint
    value: Value | None
    registers: tuple[int, ...] = ()
    reason: str = ""

    @property
    def name(self) -> str:
        """The harmonised name, such as ``active_power_total``."""
        return self.point.name

    @property
    def sunspec(self) -> str:
        """SunSpec's name, such as ``103.W``."""
        return self.point.sunspec

    @property
    def unit(self) -> str:
        """The unit of measure, empty for none."""
        return self.point.unit

    def __str__(self) -> str:
        if self.value is None:
            return f"{self.name}: {self.reason}"
        return f"{self.name} = {self.value}{' ' + self.unit if self.unit else ''}"


def read_device(
    device: SunSpecDevice, patterns: tuple[str, ...] = (), max_registers: int = 125
) -> Dialogue[list[SunSpecValue]]:
    """The values of all points that names or globs mean, in the order of the chain.

    Each model is read with as few requests as blocks of ``max_registers`` allow, scale factors along with the
    values. What the device refuses is a value without value. Raises UsageError for a name that fits no point.
    """
    chosen: dict[int, list[SunSpecPoint]] = {}
    for point in device.select(*patterns):
        chosen.setdefault(point.found.start, []).append(point)
    values: list[SunSpecValue] = []
    for points in chosen.values():
        image = yield from read_model(points[0].found, points, max_registers)
        values += [value_of(point, image) for point in points]
    return values


def read_model(found: FoundModel, points: list[SunSpecPoint], max_registers: int) -> Dialogue[Image]:
    """The registers of points of one model, with their scale factors."""
    image = Image(found.start, found.size)
    spans = {(point.field.offset, point.field.definition.size) for point in points}
    spans |= {(point.field.scale_offset, 1) for point in points if point.field.scale_offset is not None}
    yield from fill(image, spans, max_registers)
    return image


def value_of(point: SunSpecPoint, image: Image) -> SunSpecValue:
    """The value of a point out of what was read of its model."""
    field = point.field
    offset, size, scale = field.offset, field.definition.size, field.scale_offset
    if not image.has(offset, size):
        return SunSpecValue(point, None, (), image.reason(offset, size))
    data = image.take(offset, size)
    registers = tuple(int.from_bytes(data[place : place + 2], "big") for place in range(0, len(data), 2))
    if scale is not None and field.definition.kind.is_scalable and not image.has(scale, 1):
        return SunSpecValue(point, None, registers, f"its scale factor was {image.reason(scale, 1)}")
    try:
        if field.definition.kind.role is Role.ADDRESS:
            value: Value = address_text(field.definition.kind, data)
        else:
            value = field.point(image.start).decode(bytes(image.data), 2 * offset)
    except DecodeError as error:
        return SunSpecValue(point, None, registers, str(error))
    fault = value_fault(value)
    return SunSpecValue(point, None if fault else value, registers, fault)
