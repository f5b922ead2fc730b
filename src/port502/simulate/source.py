"""Where a point's value comes from, and the raw value that says it: the bridge from a model to registers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import floor, inf, isfinite
from typing import TypeAlias

from port502.errors import UsageError
from port502.registers.maps.model import DeviceMap, MapPoint
from port502.registers.maps.quantities import GAUGE, QUANTITIES
from port502.registers.meaning import Meaning
from port502.registers.values import BCDS, FLOATS, INTEGERS, Value
from port502.simulate.keys import candidates, direction, is_of_today, key_of, unit_of
from port502.simulate.models.model import Readings, Status
from port502.simulate.typical import (
    BY_DIMENSION,
    BY_QUANTITY,
    counts,
    is_counter,
    moves,
    text_of,
)
from port502.simulate.waves import DAY, EPOCH, Wave

Told: TypeAlias = "float | str | Status"
"""What a point is to say, before it is a raw value: a number in its own unit, a text, or a state."""

WELL = Status(
    ("none", "no alarm", "no fault", "no error", "no warning", "normal", "ok", "good", "inactive"), 0
)
RUNS = Status(("running", "run", "normal", "on", "ok", "auto", "operat", "active", "ready"), 1)
TROUBLES = frozenset({"alarm", "warning", "fault_code"})
DIRECTED = ("power", "current")
LARGEST = {"float16": 65_504, "float32": 10**30, "float64": 10**30}
"""About the largest number that each floating-point type holds."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a source has to know of its device: the whole map, its seed, the exponents of its scale registers.

    ``fixed`` are numbers that points must hold, by name; ``outward`` says that in its model a positive power is given.
    """

    device_map: DeviceMap
    seed: object
    exponents: Mapping[tuple[str, int], int]
    fixed: Mapping[str, float]
    outward: bool = False


class Source:
    """The value of one point, at any time: from a model's reading where there is one, else what is usual."""

    def __init__(self, point: MapPoint, readings: Readings, setting: Setting) -> None:
        self.point = point
        self.key = next((key for key in candidates(point) if key in readings), None)
        self.held = False
        """Whether a client wrote something that no model knows: it stays as it was written."""
        self._setting = setting
        self._meaning = point.point.meaning or Meaning()
        self._unit = unit_of(point)
        self._raw_low, self._raw_high = raw_range(point)
        where = self._meaning.scale_register
        exponent = setting.exponents.get((point.point.table, where.address), 0) if where is not None else 0
        self.plain = point.point.scaled(exponent)
        """The point without its scale register, as its exponent stands."""
        self._factor = self.plain.scale
        self._turned = self._direction()
        self._counter = is_counter(point)
        self._stretch = abs(self._factor) * self._raw_high if self._is_part_of_range() else 1.0
        self._wave: Wave | None = None
        self._constant: Told | None = None
        if point.name in setting.fixed:
            self.key = None
            self._constant = setting.fixed[point.name]
        elif self.key is None:
            self._settle()

    @property
    def written_as(self) -> str:
        """The key under which a model is told of a write; empty where the map names no quantity."""
        return key_of(self.point)

    @property
    def moves(self) -> bool:
        """Whether the value changes by itself."""
        if self.held:
            return False
        timed = bool(self._meaning.epoch) or self.point.quantity == "clock"
        return self.key is not None or self._constant is None or timed

    def told(self, readings: Readings, time: float) -> Told:
        """What the point is to say at a time: a number in its own unit, a text, or a state."""
        if self.key is not None:
            reading = readings[self.key]
            if isinstance(reading, Status):
                return reading
            return self._in_unit(self._turned * reading) * self._stretch
        if self._constant is not None:
            return self._constant
        if self._wave is not None:
            return self._in_unit(self._wave.at(time))
        since = time - time % DAY if is_of_today(self.point) else EPOCH
        return self._in_unit(counts(self.point, self._setting.seed, max(0.0, time - since)))

    def raw(self, readings: Readings, time: float) -> Value:
        """The raw value that says so."""
        return self.raw_of(self.told(readings, time), time)

    def raw_of(self, told: Told, time: float) -> Value:
        """The raw value of a number, text or state: what the type can hold, and never a sentinel."""
        point, meaning = self.point.point, self._meaning
        if point.table.is_bits:
            return bool(self._number(told))
        if meaning.epoch:
            text = datetime.fromtimestamp(floor(time), UTC).isoformat().replace("+00:00", "Z")
            try:
                return meaning.number(text)
            except UsageError:  # a calendar time has no zone
                return meaning.number(text.removesuffix("Z"))
        if point.type == "string":
            return self._fitting(told)
        if meaning.flags:
            return 0
        if point.type == "bits":
            number = int(self._number(told)) & 0xFFFF
            return tuple(bool(number >> place & 1) for place in range(16))
        if meaning.enum:
            return chosen(meaning.enum, told if isinstance(told, Status) else self._number(told))
        return self._whole_or_float(self._number(told))

    def base_value(self, value: Value) -> float | str | None:
        """What a client's value of this point means to a model: base units, or a label; None for anything else."""
        if isinstance(value, str):
            return value
        if isinstance(value, tuple):
            return None
        unit = self._unit
        number = float(value) if unit is None else float(value) * unit.factor + unit.shift
        return number * self._turned / self._stretch

    def _number(self, told: Told) -> float:
        if isinstance(told, Status):
            return float(told.number)
        return 0.0 if isinstance(told, str) else told

    def _whole_or_float(self, number: float) -> Value:
        point = self.point.point
        if self.point.rollover and number > self.point.rollover:
            number %= self.point.rollover
        raw = (number - point.offset) / self._factor
        if raw < 0 == self._raw_low and any(word in self.point.quantity for word in DIRECTED):
            raw = -raw  # it tells how much, and elsewhere in which direction
        if point.type in FLOATS:
            return min(float(self._raw_high), max(float(self._raw_low), raw))
        whole = floor(raw + 0.5)
        if self._counter and whole > self._raw_high:
            whole %= self._raw_high + 1
        whole = min(self._raw_high, max(self._raw_low, whole))
        while whole in self._meaning.nan:
            whole += -1 if whole > self._raw_low else 1
        return whole

    def _in_unit(self, base: float) -> float:
        unit = self._unit
        return base if unit is None else (base - unit.shift) / unit.factor

    def _fitting(self, told: Told) -> str:
        text = (
            told
            if isinstance(told, str)
            else text_of(self.point, self._setting.device_map, self._setting.seed)
        )
        room = 2 * (self.point.point.length or 1)
        return text.encode("ascii", "ignore")[
            : room // 2 if self._meaning.encoding == "utf-16" else room
        ].decode()

    def _direction(self) -> int:
        """-1 where the map counts the other way than the model."""
        said = direction(self.point.sign)
        if not said or not any(word in self.point.quantity for word in DIRECTED):
            return 1
        return said if not self._setting.outward else -said

    def _is_part_of_range(self) -> bool:
        """Whether it is a bare number from an analog channel, whose reading is a part of its range."""
        whole = self.point.point.type in INTEGERS and self._unit is None
        return whole and self.point.quantity in ("analog_input", "analog_output")

    def _settle(self) -> None:
        """Decide what a point says that no model knows."""
        point, seed = self.point, self._setting.seed
        known = QUANTITIES.get(point.quantity)
        if point.point.type == "string":
            self._constant = text_of(point, self._setting.device_map, seed)
        elif point.quantity in TROUBLES:
            self._constant = WELL
        elif is_counter(point):
            return
        elif known is not None and known.kind == GAUGE and not point.writable:
            self._wave = moves(point, self._unit.dimension if self._unit else "", seed)
        elif point.quantity in ("state", "mode", "connection_state", "mode_setting"):
            self._constant = RUNS
        else:
            self._constant = self._usual()

    def _usual(self) -> float:
        """A setting's value: what is usual if its limits allow it, else the lowest that they allow."""
        dimension = self._unit.dimension if self._unit else ""
        mean, _ = BY_QUANTITY.get(self.point.quantity) or BY_DIMENSION.get(dimension, (1.0, 0.0))
        value = self._in_unit(mean) if self._unit else 1.0
        rule = self.point.write
        if rule is None:
            return value
        low = -inf if rule.minimum is None else rule.minimum
        high = inf if rule.maximum is None else rule.maximum
        if not low <= value <= high:
            return low if isfinite(low) else high
        if rule.step:
            start = rule.minimum or 0.0
            return start + floor((value - start) / rule.step) * rule.step
        return value


def raw_range(point: MapPoint) -> tuple[int, int]:
    """The lowest and highest raw value that a point's registers, or its bits of them, can hold."""
    kind, meaning = point.point.type, point.point.meaning
    if meaning is not None and meaning.mask:
        return 0, meaning.mask >> meaning.shift
    if kind in INTEGERS:
        span = 1 << 16 * INTEGERS[kind][1]
        return (-span // 2, span // 2 - 1) if kind.startswith("int") else (0, span - 1)
    if kind in BCDS:
        return 0, int(10 ** (4 * BCDS[kind]) - 1)
    highest = LARGEST.get(kind, 0)
    return -highest, highest


def chosen(labels: tuple[tuple[int, str], ...], told: Status | float) -> int:
    """The number of the label that fits a state, or of the number itself; the lowest one if nothing fits."""
    known = [(number, label.lower()) for number, label in labels]
    if not isinstance(told, Status):
        return int(told) if any(number == told for number, _ in known) else min(number for number, _ in known)
    for word in told.words:
        for fits in (str.__eq__, str.startswith, str.__contains__):
            if fits is not str.__eq__ and len(word) < 3:
                continue
            for number, label in known:
                if fits(label, word) and ("not " not in label or "not " in word):
                    return number
    return (
        told.number
        if any(number == told.number for number, _ in known)
        else min(number for number, _ in known)
    )
