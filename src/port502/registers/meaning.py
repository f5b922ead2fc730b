"""What a raw value stands for beyond a scale: a label, flags, a field of bits, a time, nothing at all.

A ``Meaning`` belongs to a point. Points without one are decoded as before and pay nothing for it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import TypeAlias

from port502.errors import UsageError
from port502.registers.epochs import EPOCHS, Epoch
from port502.registers.scaling import Scaler, scaler
from port502.registers.values import (
    WHOLE_TYPES,
    DecodeError,
    NotAvailableError,
    Value,
    decoder,
    decoder_many,
    reorder,
    shown,
    width_of,
)

Labels: TypeAlias = "tuple[tuple[int, str], ...]"
Reader: TypeAlias = "Callable[[bytes, int], Value]"
_Finish: TypeAlias = "Callable[[Value], Value]"

ENCODINGS = {"ascii": "latin-1", "latin-1": "latin-1", "utf-8": "utf-8", "utf-16": "utf-16-be"}
"""The encodings of strings, and how Python calls them; bytes above 127 in ASCII are read as Latin-1."""

HIGHEST_EXPONENT = 10
SCALE_MISSING = -0x8000
"""What a scale register holds when the device has no scale, and so no value."""


@dataclass(frozen=True, slots=True)
class ScaleRegister:
    """Where the power of ten of a point stands: an int16 at ``address`` of the same table.

    ``exponent`` is the one to go on with where the register is not in the data of the read, None for none.
    """

    address: int
    order: str = "abcd"
    exponent: int | None = None


@dataclass(frozen=True, slots=True)
class Meaning:
    """How the raw value of a point is to be understood; what is empty does not apply.

    ``nan`` are the raw values that say "not available". ``mask`` picks bits of an integer, which are then
    shifted down. ``enum`` maps numbers to labels, ``flags`` bits to labels, ``epoch`` names a way to count time,
    ``encoding`` one of text. ``scale_register`` holds the exponent of a further factor, a power of ten.
    """

    nan: tuple[int | float | str, ...] = ()
    mask: int | None = None
    enum: Labels = ()
    flags: Labels = ()
    epoch: str = ""
    encoding: str = ""
    scale_register: ScaleRegister | None = None

    @property
    def in_words(self) -> bool:
        """Whether values are texts and labels, not numbers."""
        return bool(self.enum or self.flags or self.epoch)

    @property
    def shift(self) -> int:
        """How far the masked bits are shifted down."""
        return 0 if not self.mask else (self.mask & -self.mask).bit_length() - 1

    def check(self, type: str, count: int, scaled: bool) -> None:  # noqa: A002
        """Raises UsageError for what ``count`` values of this type cannot mean."""
        whole = type in WHOLE_TYPES
        kinds = [word for word, said in (("enum", self.enum), ("flags", self.flags)) if said]
        kinds += ["epoch"] if self.epoch else []
        if len(kinds) > 1:
            raise UsageError(f"a value has either {kinds[0]} or {kinds[1]}, not both")
        if kinds and scaled:
            raise UsageError(f"a value with {kinds[0]} has no scale and no offset")
        if (self.mask is not None or self.flags) and not type.startswith("uint"):
            raise UsageError(f"{type} has no mask and no flags; an unsigned integer has")
        if self.enum and not (whole or type == "bool"):
            raise UsageError(f"{type} has no labels; an integer or a bit has")
        if self.encoding and (type != "string" or self.encoding not in ENCODINGS):
            raise UsageError(
                f"the encoding of a string is {', '.join(ENCODINGS)}; got {shown(self.encoding)}"
            )
        if self.scale_register is not None and (not whole or kinds or self.mask is not None):
            raise UsageError("only a plain integer has a scale register")
        if self.epoch:
            self._check_epoch(type, count)
        if self.mask is not None and not 0 < self.mask < 1 << 16 * width_of(type):
            raise UsageError(f"a mask picks bits of the {16 * width_of(type)} there are, got {self.mask:#x}")

    def _check_epoch(self, type: str, count: int) -> None:  # noqa: A002
        if self.epoch not in EPOCHS:
            raise UsageError(f"unknown epoch {shown(self.epoch)}, known are {', '.join(EPOCHS)}")
        registers = EPOCHS[self.epoch].registers
        if registers and (type, count) != ("uint16", registers):
            raise UsageError(f"a time in {self.epoch} takes {registers} registers of uint16")
        if not registers and (type not in WHOLE_TYPES or count != 1):
            raise UsageError(f"a time in {self.epoch} is one integer")

    def label(self, number: int) -> str:
        """The label of a number; one that has none is named by its number."""
        return dict(self.enum).get(number, f"unknown ({number})")

    def number(self, value: Value) -> Value:
        """The integer behind a label, labels or a time, which is the way back; other values as they are.

        Raises UsageError, naming the labels, for one that is unknown.
        """
        if self.enum and isinstance(value, str):
            return _number_of(value, self.enum)
        if self.flags and isinstance(value, tuple | list):
            if any(not isinstance(label, str) for label in value):
                raise UsageError(f"labels of flags are needed, got {shown(value)}")
            return sum({1 << _number_of(str(label), self.flags) for label in value})
        if self.flags and isinstance(value, str):
            return 1 << _number_of(value, self.flags)
        if self.epoch and isinstance(value, str):
            return _epoch(self.epoch).number(value)
        return value

    def masked(self, value: Value) -> Value:
        """A field's value shifted to its place in the register, all other bits zero; raises UsageError."""
        if self.mask is None:
            return value
        highest = self.mask >> self.shift
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= highest:
            raise UsageError(f"the masked field holds 0..{highest}, got {shown(value)}")
        shifted = value << self.shift
        if shifted & ~self.mask:
            raise UsageError(f"the mask {self.mask:#x} has no room for {shown(value)}")
        return shifted

    def encoded(self, value: Value, order: str, length: int | None) -> bytes:
        """The register bytes of a text in this encoding, filled up with NULs; raises UsageError if it does not fit."""
        if not isinstance(value, str):
            raise UsageError(f"a text is needed, got {shown(value)}")
        size = 2 * width_of("string", length)
        try:
            data = value.encode("ascii" if self.encoding == "ascii" else ENCODINGS[self.encoding])
        except UnicodeEncodeError:
            raise UsageError(f"{shown(value)} cannot be written in {self.encoding}") from None
        if len(data) > size:
            raise UsageError(f"string[{length}] holds {size} bytes, got {len(data)} in {shown(value)}")
        return reorder(data.ljust(size, b"\0"), order)


def _number_of(label: str, labels: Labels) -> int:
    wanted = label.strip().lower()
    for number, known in labels:
        if known.lower() == wanted:
            return number
    for prefix in ("unknown (", "bit "):
        digits = wanted.removeprefix(prefix).rstrip(")")
        if wanted.startswith(prefix) and digits.isdecimal() and len(digits) <= 20:
            return int(digits)
    some = ", ".join(known for _, known in labels[:12]) + (", ..." if len(labels) > 12 else "")
    raise UsageError(f"{shown(label)} is no label here; there are {some}")


def _epoch(name: str) -> Epoch:
    return EPOCHS[name]


@lru_cache(maxsize=8192)
def meaning_reader(
    meaning: Meaning,
    type: str,  # noqa: A002
    order: str,
    length: int | None,
    count: int,
    scale: float,
    offset: float,
    address: int,
) -> Reader:
    """The function that reads a value with a meaning from the data of a read at a byte offset.

    It raises NotAvailableError for a sentinel, DecodeError for registers that hold no value of the type.
    ``address`` is that of the point, from which the scale register is found in the same data.
    """
    raw = (
        _text_decoder(meaning, order, length)
        if meaning.encoding
        else _raw_decoder(type, order, length, count)
    )
    nans = frozenset(one for one in meaning.nan if one == one)
    refuse_nan = len(nans) < len(meaning.nan)
    if meaning.scale_register is not None:
        where = meaning.scale_register
        return _scaled_by(where, 2 * (where.address - address), raw, nans, scale, offset)
    finish = _finisher(meaning, type, scale, offset)
    together = bool(meaning.epoch) or count == 1

    def read(data: bytes, at: int) -> Value:
        value = raw(data, at)
        if value in nans or (refuse_nan and value != value):
            raise NotAvailableError
        if together:
            return finish(value) if finish is not None else value
        assert isinstance(value, tuple)
        if any(one in nans for one in value):
            raise NotAvailableError
        return tuple(map(finish, value)) if finish is not None else value  # type: ignore[arg-type]

    return read


@lru_cache(maxsize=1024)
def bit_finisher(meaning: Meaning) -> Callable[[bool], Value]:
    """The function that turns a coil or discrete input into its label."""
    labels = (meaning.label(0), meaning.label(1))
    return lambda bit: labels[bit] if meaning.enum else bit


def _raw_decoder(type: str, order: str, length: int | None, count: int) -> Reader:  # noqa: A002
    return decoder(type, order, length) if count == 1 else decoder_many(type, order, length, count)


def _text_decoder(meaning: Meaning, order: str, length: int | None) -> Reader:
    size = 2 * width_of("string", length)
    codec, step = ENCODINGS[meaning.encoding], 2 if meaning.encoding == "utf-16" else 1

    def read(data: bytes, at: int) -> Value:
        text = reorder(data[at : at + size], order)
        end = next(
            (here for here in range(0, len(text), step) if not any(text[here : here + step])), len(text)
        )
        try:
            return text[:end].decode(codec).rstrip()
        except UnicodeDecodeError:
            raise DecodeError(f"the registers hold no {meaning.encoding} text") from None

    return read


def _finisher(meaning: Meaning, type: str, scale: float, offset: float) -> _Finish | None:  # noqa: A002
    last = _last_step(meaning, type, scale, offset)
    mask, shift = meaning.mask, meaning.shift
    if mask is None:
        return last
    if last is None:
        return lambda raw: (raw & mask) >> shift  # type: ignore[operator]
    return lambda raw: last((raw & mask) >> shift)  # type: ignore[operator]


def _last_step(meaning: Meaning, type: str, scale: float, offset: float) -> _Finish | None:  # noqa: A002
    if meaning.enum:
        labels = dict(meaning.enum)
        return lambda raw: labels.get(raw) or f"unknown ({raw})"  # type: ignore[arg-type]
    if meaning.flags:
        return _flags_reader(meaning.flags)
    if meaning.epoch:
        return _epoch(meaning.epoch).text
    if type == "string" or type == "bits":
        return None
    return scaler(scale, offset, type in WHOLE_TYPES)  # type: ignore[return-value]


def _flags_reader(flags: Labels) -> _Finish:
    bits = [(1 << bit, label) for bit, label in sorted(flags)]
    named = sum(bit for bit, _ in bits)

    def labels(raw: Value) -> Value:
        assert isinstance(raw, int)
        if not raw:
            return ()
        found = [label for bit, label in bits if raw & bit]
        rest = (raw & ~named) if raw >= 0 else 0
        found += [f"bit {place}" for place in range(rest.bit_length()) if rest >> place & 1]
        return tuple(found)

    return labels


def _scaled_by(
    where: ScaleRegister, delta: int, raw: Reader, nans: frozenset[object], scale: float, offset: float
) -> Reader:
    exponent_at = decoder("int16", where.order)

    def read(data: bytes, at: int) -> Value:
        value = raw(data, at)
        if value in nans:
            raise NotAvailableError
        place = at + delta
        if 0 <= place <= len(data) - 2:
            exponent = exponent_at(data, place)
        elif where.exponent is not None:
            exponent = where.exponent
        else:
            raise DecodeError(f"its scale register at address {where.address} was not read with it")
        if exponent == SCALE_MISSING:
            raise NotAvailableError
        scale_one = factor(scale, offset, exponent)
        if scale_one is None:
            return value
        return tuple(map(scale_one, value)) if isinstance(value, tuple) else scale_one(value)  # type: ignore[arg-type]

    return read


@lru_cache(maxsize=1024)
def factor(scale: float, offset: float, exponent: int) -> Scaler | None:
    """The function raw -> raw * scale * 10**exponent + offset; raises DecodeError for an exponent beyond 10."""
    if abs(exponent) > HIGHEST_EXPONENT:
        raise DecodeError(f"the scale register holds {exponent}, not a power of ten from -10 to 10")
    return scaler(power_of_ten(scale, exponent), offset, whole=True)


def power_of_ten(scale: float, exponent: int) -> float:
    """scale * 10**exponent as its decimal text says."""
    product = float(Decimal(repr(scale)).scaleb(exponent))
    return int(product) if product.is_integer() and math.fabs(product) < 1 << 53 else product
