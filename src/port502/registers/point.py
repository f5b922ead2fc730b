"""A point: a named value in the registers of a device, with its meaning."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeAlias

from port502.errors import UsageError
from port502.protocol.bits import pack_bits
from port502.protocol.codes import MAX_READ_REGISTERS
from port502.registers.meaning import Meaning, bit_finisher, meaning_reader, power_of_ten
from port502.registers.reference import HIGHEST_ADDRESS, Reference, Table
from port502.registers.scaling import Scaler, scaler, unscaled
from port502.registers.values import (
    FLOATS,
    WHOLE_TYPES,
    Decoder,
    Value,
    decoder,
    decoder_many,
    encode_value,
    shown,
    width_of,
)

Reader: TypeAlias = "Callable[[bytes, int], Value]"

BOOL = "bool"
"""The type of every point in a table of bits."""


@dataclass(frozen=True, slots=True)
class Point:
    """``count`` values of one type from ``address`` (zero-based) on, in engineering units.

    The engineering value is raw * scale + offset. ``type`` and ``order`` are those of a reference (a point in
    a table of bits is always "bool"), ``length`` is that of a string in registers. With ``count`` above 1 the
    value is a tuple. ``unit`` is the unit of measure, ``quantity`` what is measured. ``side_effect`` says
    that reading it changes the device (a register that is cleared by reading): it is always read alone.
    ``meaning`` is what the raw value stands for beyond scale and offset.
    Raises UsageError for a description that no device can have.
    """

    name: str
    table: Table
    address: int
    type: str = "uint16"
    order: str = "abcd"
    length: int | None = None
    count: int = 1
    scale: float = 1.0
    offset: float = 0.0
    unit: str = ""
    quantity: str = ""
    side_effect: bool = False
    meaning: Meaning | None = None

    def __post_init__(self) -> None:
        try:
            object.__setattr__(self, "table", Table(self.table))
        except ValueError:
            raise UsageError(
                f"{self.name}: {self.table!r} is no table: coil, discrete, input or holding"
            ) from None
        if self.table.is_bits and self.type == "uint16":
            object.__setattr__(self, "type", BOOL)
        try:
            self._check()
        except UsageError as error:
            raise UsageError(f"{self.name}: {error}") from None

    def _check(self) -> None:
        if (self.type == BOOL) != self.table.is_bits:
            raise UsageError(f"a value in the {self.table} table cannot be {self.type}")
        if self.count < 1:
            raise UsageError(f"at least one value is read, got a count of {self.count}")
        if not 0 <= self.address <= self.end - 1 <= HIGHEST_ADDRESS:
            raise UsageError(f"addresses are 0..{HIGHEST_ADDRESS}, got {self.address}..{self.end - 1}")
        if not self.is_number and (self.scale != 1 or self.offset != 0):
            raise UsageError(f"{self.type} has no scale and no offset")
        if self.meaning is not None:
            self.meaning.check(self.type, self.count, self.scale != 1 or self.offset != 0)
        self.reader()

    @classmethod
    def from_reference(
        cls,
        reference: Reference,
        name: str | None = None,
        *,
        scale: float = 1.0,
        offset: float = 0.0,
        unit: str = "",
        quantity: str = "",
        side_effect: bool = False,
    ) -> Point:
        """The point that a reference describes, named as the user wrote it unless a name is given."""
        return cls(
            name or reference.text or str(reference),
            reference.table,
            reference.address,
            reference.type or "uint16",
            reference.order,
            reference.length,
            reference.count,
            scale,
            offset,
            unit,
            quantity,
            side_effect,
        )

    @property
    def is_number(self) -> bool:
        """True for integers, BCD and floats, the types that can be scaled."""
        return self.type in WHOLE_TYPES or self.type in FLOATS

    @property
    def width(self) -> int:
        """Registers (or bits) of the whole point."""
        return self.count * (1 if self.table.is_bits else width_of(self.type, self.length))

    @property
    def end(self) -> int:
        """The first address behind the point."""
        return self.address + self.width

    @property
    def start(self) -> int:
        """The first address that a read of this point needs: its own, or that of its scale register before it."""
        where = self._scale_address
        return self.address if where is None else min(self.address, where)

    @property
    def stop(self) -> int:
        """The first address behind all that a read of this point needs."""
        where = self._scale_address
        return self.end if where is None else max(self.end, where + 1)

    @property
    def extent(self) -> Reference:
        """All registers that a read of this point needs, as they are; without scale register its own reference."""
        if self.start == self.address and self.stop == self.end:
            return self.reference
        return Reference(self.table, self.start, self.stop - self.start)

    @property
    def scale_point(self) -> Point | None:
        """The register that holds the exponent of this point, None for most."""
        if self.meaning is None or self.meaning.scale_register is None:
            return None
        where = self.meaning.scale_register
        return Point(f"{self.name}_scale", self.table, where.address, "int16", where.order)

    @property
    def _scale_address(self) -> int | None:
        """Where the scale register stands, if one read can fetch both."""
        if self.meaning is None or self.meaning.scale_register is None:
            return None
        where = self.meaning.scale_register.address
        reach = max(self.end, where + 1) - min(self.address, where)
        return where if reach <= MAX_READ_REGISTERS else None

    @property
    def writable(self) -> bool:
        """True in the two tables that Modbus can write: coils and holding registers."""
        return self.table in (Table.COIL, Table.HOLDING)

    @property
    def reference(self) -> Reference:
        """Where the point lies, as a reference."""
        kind = None if self.table.is_bits else self.type
        return Reference(self.table, self.address, self.count, kind, self.order, self.length, self.name)

    def reader(self) -> Reader:
        """The function that decodes this point from the data of a read: obtain it once, call it per sample.

        It takes the data and the point's place in it: a byte offset for registers, a bit offset for coils and
        discrete inputs. It raises DecodeError when the registers hold no value of the type, and its
        NotAvailableError when they hold the number by which the device says that it has none.
        """
        if self.table.is_bits:
            if self.meaning is not None:
                return _labelled_bit(self.meaning, self.count)
            return _bit if self.count == 1 else _bits_reader(self.count)
        if self.meaning is not None:
            return meaning_reader(
                self.meaning,
                self.type,
                self.order,
                self.length,
                self.count,
                self.scale,
                self.offset,
                self.address,
            )
        return _reader(self.type, self.order, self.length, self.count, self.scale, self.offset)

    def decode(self, data: bytes, offset: int = 0) -> Value:
        """The engineering value at a place (see ``reader``) of the data of a read."""
        return self.reader()(data, offset)

    def encode(self, value: Value) -> bytes | bool:
        """What to send so that the point becomes ``value``: register bytes, or for a coil its state.

        Several coils give packed bits. Numbers are brought back to raw, whole types to the nearest integer. Labels
        and times become their numbers; all bits beside a masked field are zero. Raises UsageError, naming the point
        and the range, for a value that does not fit, NaN and infinity, and where a scale register has to be read
        first (see ``scaled``).
        """
        try:
            if self.meaning is not None:
                value = self._meant(self.meaning, value)
            if self.table.is_bits:
                return self._encoded_bits(value)
            if self.count == 1:
                return self._encoded(value)
            return b"".join(self._encoded(one) for one in self._parts(value))
        except UsageError as error:
            raise UsageError(f"{self.name}: {error}") from None

    def encode_raw(self, raw: Value) -> bytes:
        """The register bytes of one raw value, such as a sentinel; raises UsageError for one that does not fit."""
        try:
            return encode_value(self.type, self.order, raw, self.length)
        except UsageError as error:
            raise UsageError(f"{self.name}: {error}") from None

    def scaled(self, exponent: int) -> Point:
        """The same point while its scale register holds this exponent: without the register, ready to encode."""
        if self.meaning is None or self.meaning.scale_register is None:
            return self
        return replace(
            self,
            scale=power_of_ten(self.scale, exponent),
            meaning=replace(self.meaning, scale_register=None),
        )

    def _meant(self, meaning: Meaning, value: Value) -> Value:
        if meaning.scale_register is not None:
            raise UsageError("its scale register must be read before it can be written")
        if self.count == 1 or meaning.epoch:
            return meaning.number(value)
        parts = value if isinstance(value, tuple | list) else (value,)
        return tuple(meaning.number(one) for one in parts)  # type: ignore[misc]

    def _encoded(self, value: Value) -> bytes:
        raw = self._raw(value)
        if self.meaning is not None:
            raw = self.meaning.masked(raw)
            if self.meaning.encoding:
                return self.meaning.encoded(raw, self.order, self.length)
        return encode_value(self.type, self.order, raw, self.length)

    def _raw(self, value: Value) -> Value:
        if not self.is_number:
            return value
        if isinstance(value, tuple | str):
            raise UsageError(f"a number is needed, got {shown(value)}")
        return unscaled(value, self.scale, self.offset, self.type in WHOLE_TYPES)

    def _parts(self, value: Value) -> list[Value]:
        """The values of the single repetitions; several ``bits`` registers are one flat tuple."""
        size = 16 if self.type == "bits" else 1
        if not isinstance(value, tuple | list) or len(value) != self.count * size:
            raise UsageError(f"{self.count * size} values are needed, got {shown(value)}")
        if size == 1:
            return list(value)
        return [tuple(value[start : start + size]) for start in range(0, len(value), size)]

    def _encoded_bits(self, value: Value) -> bytes | bool:
        if self.count > 1:
            if not isinstance(value, tuple | list) or len(value) != self.count:
                raise UsageError(f"{self.count} times True or False is needed, got {shown(value)}")
            return pack_bits(value)  # type: ignore[arg-type]
        if isinstance(value, float | str | tuple) or value not in (0, 1):
            raise UsageError(f"True or False is needed, got {shown(value)}")
        return bool(value)


def _bit(data: bytes, offset: int) -> Value:
    return bool(data[offset >> 3] >> (offset & 7) & 1)


@lru_cache(maxsize=1024)
def _labelled_bit(meaning: Meaning, count: int) -> Reader:
    finish = bit_finisher(meaning)
    if count == 1:
        return lambda data, offset: finish(bool(data[offset >> 3] >> (offset & 7) & 1))
    bits = _bits_reader(count)
    return lambda data, offset: tuple(finish(bit) for bit in bits(data, offset))  # type: ignore[union-attr,arg-type,misc]


@lru_cache(maxsize=256)
def _bits_reader(count: int) -> Reader:
    mask_bytes = (count + 14) // 8

    def read(data: bytes, offset: int) -> Value:
        start = offset >> 3
        bits = int.from_bytes(data[start : start + mask_bytes], "little") >> (offset & 7)
        return tuple(bool(bits >> index & 1) for index in range(count))

    return read


@lru_cache(maxsize=4096)
def _reader(type: str, order: str, length: int | None, count: int, scale: float, offset: float) -> Reader:  # noqa: A002
    whole = type in WHOLE_TYPES
    scale_one = scaler(scale, offset, whole) if whole or type in FLOATS else None
    if count > 1:
        many = decoder_many(type, order, length, count)
        if scale_one is None:
            return many

        def read_many(data: bytes, at: int) -> Value:
            return tuple(map(scale_one, many(data, at)))  # type: ignore[arg-type]

        return read_many
    one = decoder(type, order, length)
    return one if scale_one is None else _scaled_reader(one, scale_one)


def _scaled_reader(one: Decoder, scale_one: Scaler) -> Reader:
    def read(data: bytes, offset: int) -> Value:
        return scale_one(one(data, offset))  # type: ignore[arg-type]

    return read
