"""Values in registers: thirteen types in four orders, to and from big-endian register bytes.

An order says how the bytes A B C D of a value lie in its registers: ``abcd`` as they are, ``cdab`` words
reversed, ``badc`` bytes swapped in each word, ``dcba`` both. Values of one, four or more registers follow the
same rule.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain
from struct import Struct
from typing import TypeAlias

from port502.errors import Port502Error, UsageError

Value: TypeAlias = "bool | int | float | str | tuple[bool | int | float | str, ...]"
Decoder: TypeAlias = "Callable[[bytes, int], Value]"
ManyDecoder: TypeAlias = "Callable[[bytes, int], tuple[bool | int | float | str, ...]]"

ORDERS = ("abcd", "cdab", "badc", "dcba")

INTEGERS: dict[str, tuple[str, int]] = {
    "uint16": ("H", 1),
    "int16": ("h", 1),
    "uint32": ("I", 2),
    "int32": ("i", 2),
    "uint64": ("Q", 4),
    "int64": ("q", 4),
}
FLOATS: dict[str, tuple[str, int]] = {"float16": ("e", 1), "float32": ("f", 2), "float64": ("d", 4)}
BCDS: dict[str, int] = {"bcd16": 1, "bcd32": 2}
_NUMBERS = INTEGERS | FLOATS
_HIGHEST_FLOATS = {"float16": "65504", "float32": "3.4028235e38", "float64": "1.797e308"}

TYPES = (*INTEGERS, *FLOATS, "string", *BCDS, "bits")

WHOLE_TYPES = frozenset((*INTEGERS, *BCDS))
"""The types whose values are integers."""

_BITS: tuple[tuple[bool, ...], ...] = tuple(
    tuple(bool(byte >> bit & 1) for bit in range(8)) for byte in range(256)
)


class DecodeError(Port502Error, ValueError):
    """The registers hold no value of the type they were said to hold."""

    @property
    def fault(self) -> str:
        """Why there is no value, as the reason of a bad sample."""
        return f"decode: {self}"


class NotAvailableError(DecodeError):
    """The registers hold the number by which the device says that it has no value."""

    def __init__(self) -> None:
        super().__init__("not available")

    @property
    def fault(self) -> str:
        """Why there is no value, as the reason of a bad sample."""
        return "not available"


def width_of(type: str, length: int | None = None) -> int:  # noqa: A002
    """How many registers one value takes; ``length`` is that of a string, in registers.

    Raises UsageError for an unknown type, a string without length and a length on any other type.
    """
    if type == "string":
        if length is None or length < 1:
            got = "" if length is None else f", got {length}"
            raise UsageError(f"a string needs its length in registers, such as string[8]{got}")
        return length
    if length is not None:
        raise UsageError(f"only a string has a length, {type} has not")
    if type in _NUMBERS:
        return _NUMBERS[type][1]
    if type in BCDS:
        return BCDS[type]
    if type == "bits":
        return 1
    raise UsageError(f"unknown value type {shown(type)}, known are {', '.join(TYPES)}")


def reorder(data: bytes, order: str) -> bytes:
    """Register bytes of one value taken from ``order`` to abcd, which is also the way back."""
    if order == "abcd":
        return data
    if order == "dcba":
        return data[::-1]
    if order == "badc":
        return _swapped(data)
    if order == "cdab":
        return _swapped(data[::-1])
    raise UsageError(f"unknown order {shown(order)}, known are {', '.join(ORDERS)}")


def _swapped(data: bytes) -> bytes:
    words = array("H", data)
    words.byteswap()
    return words.tobytes()


@lru_cache(maxsize=1024)
def decoder(type: str, order: str = "abcd", length: int | None = None) -> Decoder:  # noqa: A002
    """The function that reads one value at a byte offset of register bytes; obtain it once, call it often.

    It raises DecodeError for BCD digits above nine. Raises UsageError for an unknown type or order.
    """
    width = width_of(type, length)
    reorder(b"", order)
    if type in _NUMBERS:
        return _number_decoder(_NUMBERS[type][0], width, order)
    if type == "bits":
        return _swapped_bits if order in ("badc", "dcba") else _bits
    size = 2 * width
    finish = _text if type == "string" else _bcd

    def decode(data: bytes, offset: int) -> Value:
        return finish(reorder(data[offset : offset + size], order))

    return decode


def _number_decoder(letter: str, width: int, order: str) -> Decoder:
    if width == 1:
        order = "dcba" if order in ("badc", "dcba") else "abcd"
    if order in ("abcd", "dcba"):
        unpack = Struct((">" if order == "abcd" else "<") + letter).unpack_from

        def straight(data: bytes, offset: int) -> Value:
            return unpack(data, offset)[0]  # type: ignore[no-any-return]

        return straight
    reversed_words = Struct((">" if order == "cdab" else "<") + letter).unpack
    if width == 2:

        def two_words(data: bytes, offset: int) -> Value:
            middle = offset + 2
            return reversed_words(data[middle : middle + 2] + data[offset:middle])[0]  # type: ignore[no-any-return]

        return two_words

    def four_words(data: bytes, at: int) -> Value:
        words = data[at + 6 : at + 8] + data[at + 4 : at + 6] + data[at + 2 : at + 4] + data[at : at + 2]
        return reversed_words(words)[0]  # type: ignore[no-any-return]

    return four_words


@lru_cache(maxsize=1024)
def decoder_many(type: str, order: str, length: int | None, count: int) -> ManyDecoder:  # noqa: A002
    """The function that reads ``count`` values in a row as one tuple, numbers with one struct call.

    Several ``bits`` registers give one flat tuple of 16 booleans each.
    """
    width = width_of(type, length)
    reorder(b"", order)
    if type in _NUMBERS:
        return _numbers_decoder(_NUMBERS[type][0], width, order, count)
    one = decoder(type, order, length)
    step, size = 2 * width, 2 * width * count

    def decode(data: bytes, offset: int) -> tuple[bool | int | float | str, ...]:
        values = [one(data, at) for at in range(offset, offset + size, step)]
        return tuple(chain.from_iterable(values)) if type == "bits" else tuple(values)  # type: ignore[arg-type]

    return decode


def _numbers_decoder(letter: str, width: int, order: str, count: int) -> ManyDecoder:
    if width == 1:
        order = "dcba" if order in ("badc", "dcba") else "abcd"
    # Swapping the bytes of all words turns cdab into dcba and badc into abcd, which struct reads itself.
    numbers = Struct(f"{'>' if order in ('abcd', 'badc') else '<'}{count}{letter}")
    if order in ("abcd", "dcba"):
        return numbers.unpack_from
    size, unpack = numbers.size, numbers.unpack

    def decode(data: bytes, offset: int) -> tuple[bool | int | float | str, ...]:
        return unpack(_swapped(data[offset : offset + size]))

    return decode


def _bits(data: bytes, offset: int) -> Value:
    return _BITS[data[offset + 1]] + _BITS[data[offset]]


def _swapped_bits(data: bytes, offset: int) -> Value:
    return _BITS[data[offset]] + _BITS[data[offset + 1]]


def _text(data: bytes) -> str:
    text = data.rstrip(b"\0 ")
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("latin-1")


def _bcd(data: bytes) -> int:
    digits = data.hex()
    if not digits.isdecimal():
        raise DecodeError(f"0x{digits} is no binary coded decimal: its digits are 0 to 9")
    return int(digits)


def decode_value(type: str, order: str, data: bytes, length: int | None = None) -> Value:  # noqa: A002
    """One value from exactly its register bytes.

    Numbers come as int or float (a float may be NaN: ask ``value_fault``), ``string`` without trailing NULs
    and spaces, as UTF-8 or else Latin-1, ``bits`` as 16 booleans, bit 0 (the least significant) first.
    Raises DecodeError when the bytes hold no such value, UsageError when their number is not the type's.
    """
    if len(data) != 2 * width_of(type, length):
        raise UsageError(f"{type} takes {2 * width_of(type, length)} bytes, got {len(data)}")
    return decoder(type, order, length)(data, 0)


def encode_value(type: str, order: str, value: Value, length: int | None = None) -> bytes:  # noqa: A002
    """The big-endian register bytes of one value.

    ``bits`` takes 16 booleans, bit 0 first, or their number; strings are UTF-8, filled up with NULs.
    Raises UsageError, naming the range, for a value that the type cannot hold.
    """
    size = 2 * width_of(type, length)
    if type in INTEGERS:
        data = _encoded_integer(type, value)
    elif type in FLOATS:
        data = _encoded_float(type, value)
    elif type in BCDS:
        highest = 10 ** (2 * size) - 1
        data = bytes.fromhex(f"{_whole(type, value, 0, highest):0{2 * size}d}")
    elif type == "bits":
        data = _encoded_bits(value)
    else:
        if not isinstance(value, str):
            raise UsageError(f"string[{length}] holds text, got {shown(value)}")
        data = value.encode()
        if len(data) > size:
            raise UsageError(f"string[{length}] holds {size} bytes, got {len(data)} in {shown(value)}")
        data = data.ljust(size, b"\0")
    return reorder(data, order)


def _encoded_integer(type: str, value: Value) -> bytes:  # noqa: A002
    letter, width = INTEGERS[type]
    span = 1 << 16 * width
    lowest = -span // 2 if type.startswith("int") else 0
    return Struct(">" + letter).pack(_whole(type, value, lowest, lowest + span - 1))


def _whole(type: str, value: Value, lowest: int, highest: int) -> int:  # noqa: A002
    number = value
    if isinstance(number, float) and number.is_integer():
        number = int(number)
    if isinstance(number, bool) or not isinstance(number, int) or not lowest <= number <= highest:
        raise UsageError(f"{type} holds whole numbers {lowest}..{highest}, got {shown(value)}")
    return number


def _encoded_float(type: str, value: Value) -> bytes:  # noqa: A002
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UsageError(f"{type} holds numbers, got {shown(value)}")
    try:
        return Struct(">" + FLOATS[type][0]).pack(float(value))
    except OverflowError:
        highest = _HIGHEST_FLOATS[type]
        raise UsageError(f"{type} holds -{highest}..{highest}, got {shown(value)}") from None


def _encoded_bits(value: Value) -> bytes:
    if isinstance(value, tuple | list):
        if len(value) != 16 or any(bit not in (0, 1) for bit in value):
            raise UsageError(f"bits are 16 times True or False, bit 0 first, got {shown(value)}")
        return sum(1 << bit for bit, one in enumerate(value) if one).to_bytes(2, "big")
    return _whole("bits", value, 0, 0xFFFF).to_bytes(2, "big")


def value_fault(value: Value | None) -> str:
    """Why a decoded value is not a good one, "not a number" or "infinite"; empty when it is."""
    if isinstance(value, float):
        if math.isfinite(value):
            return ""
        return "not a number" if math.isnan(value) else "infinite"
    if isinstance(value, tuple):
        return _fault_among(value)
    return ""


def _fault_among(values: Sequence[bool | int | float | str]) -> str:
    return next((fault for fault in map(value_fault, values) if fault), "")


def shown(value: object) -> str:
    """A value as an error message shows it: at most 80 characters."""
    try:
        text = repr(value[:60] if isinstance(value, str) else value)
    except ValueError:
        return "a number of thousands of digits"
    return text if len(text) <= 80 else text[:77] + "..."
