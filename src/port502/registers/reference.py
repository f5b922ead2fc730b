"""References: the text by which a user names registers and coils, such as ``holding:107*4/float32:cdab``.

An *address* is the zero-based number of the protocol (Application Protocol V1.1b3, clause 4.4), a
*reference* such as 40108 is the one-based number of device manuals. Whatever could be read in two ways is
refused, with both spellings shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from enum import StrEnum

from port502.errors import UsageError
from port502.protocol.codes import (
    READ_COILS,
    READ_DISCRETE_INPUTS,
    READ_HOLDING_REGISTERS,
    READ_INPUT_REGISTERS,
)
from port502.registers.values import ORDERS, TYPES, width_of

HIGHEST_ADDRESS = 65535
LONGEST_TEXT = 200


class Table(StrEnum):
    """One of the four tables of a device."""

    COIL = "coil"
    DISCRETE = "discrete"
    INPUT = "input"
    HOLDING = "holding"

    @property
    def is_bits(self) -> bool:
        """True for the tables of single bits, False for those of 16-bit registers."""
        return self in (Table.COIL, Table.DISCRETE)

    @property
    def read_function(self) -> int:
        """The function code (1-4) that reads this table."""
        return _READ_FUNCTIONS[self]

    @property
    def digit(self) -> str:
        """The leading digit of its one-based references: 0, 1, 3 or 4."""
        return _DIGITS[self]


_READ_FUNCTIONS = {
    Table.COIL: READ_COILS,
    Table.DISCRETE: READ_DISCRETE_INPUTS,
    Table.INPUT: READ_INPUT_REGISTERS,
    Table.HOLDING: READ_HOLDING_REGISTERS,
}
_DIGITS = {Table.COIL: "0", Table.DISCRETE: "1", Table.INPUT: "3", Table.HOLDING: "4"}
_TABLE_OF_DIGIT = {digit: table for table, digit in _DIGITS.items()}
_TABLE_OF_NAME = {str(table): table for table in Table} | {table[0]: table for table in Table}
_TABLE_OF_IEC = {"w": Table.HOLDING, "": Table.COIL}


@dataclass(frozen=True, slots=True)
class Reference:
    """``count`` values of one type, one after the other, from ``address`` (0-65535) of a table on.

    ``type`` is None where the text names none (a register is then uint16, a coil a bit), ``length`` is that
    of a string in registers, ``text`` what the user wrote. Raises UsageError for what no table can hold.
    """

    table: Table
    address: int
    count: int = 1
    type: str | None = None
    order: str = "abcd"
    length: int | None = None
    text: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if self.table.is_bits and (self.type is not None or self.order != "abcd"):
            raise UsageError(f"{self.protocol_form} is a single bit and takes no type")
        if self.order not in ORDERS:
            raise UsageError(f"unknown order {self.order!r}{_nearest(self.order, ORDERS)}")
        if not 0 <= self.address <= HIGHEST_ADDRESS:
            raise UsageError(
                f"addresses are 0..{HIGHEST_ADDRESS}, got {self.address}; "
                f"the last is {self.table}:{HIGHEST_ADDRESS}"
            )
        if self.count < 1:
            raise UsageError(f"{self.protocol_form} cannot be read {self.count} times; the least is *1")
        if self.address + self.span > HIGHEST_ADDRESS + 1:
            end = self.address + self.span - 1
            raise UsageError(f"{self} ends at address {end}, beyond the last one, {HIGHEST_ADDRESS}")

    @property
    def width(self) -> int:
        """Registers (or bits) of one value."""
        return 1 if self.table.is_bits else width_of(self.type or "uint16", self.length)

    @property
    def span(self) -> int:
        """Registers (or bits) of all values together."""
        return self.count * self.width

    @property
    def protocol_form(self) -> str:
        """Table and zero-based address: ``holding:107``."""
        return f"{self.table}:{self.address}"

    @property
    def reference_form(self) -> str:
        """The one-based reference: ``40108``, with six digits where five cannot hold it."""
        number = self.address + 1
        return f"{self.table.digit}{number:0{4 if number <= 9999 else 5}d}"

    @property
    def notice(self) -> str:
        """A doubt worth telling the user, or empty: ``holding:40001`` is valid but seldom what was meant."""
        address = str(self.address)
        if len(address) == 5 and address[0] == self.table.digit and address[1:] != "0000":
            meant = replace(self, address=int(address[1:]) - 1, count=1, text="").protocol_form
            return f"{self.protocol_form} is the zero-based address; the reference {address} is {meant}"
        return ""

    def each(self) -> Iterator[Reference]:
        """One reference for every single value, in order, each in the notation of the whole."""
        if self.count == 1:
            yield self
            return
        one_based = self.text[:1].isdecimal()
        for index in range(self.count):
            single = replace(self, address=self.address + index * self.width, count=1)
            text = str(single)
            if one_based:
                text = single.reference_form + text.removeprefix(single.protocol_form)
            yield replace(single, text=text)

    def __str__(self) -> str:
        text = self.protocol_form
        if self.count != 1:
            text += f"*{self.count}"
        if self.type is not None:
            text += f"/{self.type}" + (f"[{self.length}]" if self.length is not None else "")
            text += f":{self.order}" if self.order != "abcd" else ""
        return text


_PARTS = re.compile(
    r"(?P<place>[^*/.]+)"
    r"(?:\.\.(?P<last>[^*/.]+))?"
    r"(?:\*(?P<count>[^*/.]*))?"
    r"(?:/(?P<type>[^*/.]*))?"
)
_NAMED = re.compile(r"([^:@]*)[:@](.*)", re.DOTALL)
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]{1,8}|[0-9]{1,10}")
_ONE_BASED = re.compile(r"([0134])([0-9]{4,5})")
_ONE_BASED_X = re.compile(r"([0134])[xX]([0-9]{1,6})")
_IEC = re.compile(r"%[mM]([wW]?)([0-9]{1,10})")
_TYPE = re.compile(r"([A-Za-z0-9]+)(?:\[([0-9]{1,6})\])?(?::([A-Za-z]+))?")


def parse_reference(text: str) -> Reference:
    """The reference that a text names.

    Raises UsageError, saying what is wrong and the nearest valid spelling, where it does not surely name one.
    """
    if len(text) > LONGEST_TEXT:
        raise UsageError(f"a reference has at most {LONGEST_TEXT} characters, got {len(text)}")
    stripped = text.strip()
    parts = _PARTS.fullmatch(stripped)
    if parts is None:
        raise UsageError(
            f"{text!r} is no reference: write TABLE:ADDRESS, then *COUNT or ..LAST, then /TYPE:ORDER, "
            f"as in holding:107*4/float32:cdab"
        )
    table, address = _place(parts["place"])
    kind, length, order = _type(parts["type"], table) if parts["type"] is not None else (None, None, "abcd")
    count = 1
    if parts["last"] is not None:
        if parts["count"] is not None:
            raise UsageError(f"{text!r} has both a range and a count: leave one out")
        count = _values_in_range(parts, table, address, kind, length)
    elif parts["count"] is not None:
        count = _count(parts["count"], stripped)
    return Reference(table, address, count, kind, order, length, stripped)


def _place(text: str) -> tuple[Table, int]:
    """Table and zero-based address of one place, whichever way it is written."""
    if named := _NAMED.fullmatch(text):
        return _named_place(named[1], named[2], text)
    if one_based := _ONE_BASED.fullmatch(text) or _ONE_BASED_X.fullmatch(text):
        if text[:2] in ("0x", "0X"):
            raise _either_coil_or_hex(text)
        return _one_based_place(_TABLE_OF_DIGIT[one_based[1]], int(one_based[2]), text)
    if iec := _IEC.fullmatch(text):
        table = _TABLE_OF_IEC[iec[1].lower()]
        return table, _address(iec[2], table, text)
    if text[:2] in ("0x", "0X") and _NUMBER.fullmatch(text):
        raise _either_coil_or_hex(text)
    raise UsageError(_what_is_wrong_with_place(text))


def _named_place(name: str, number: str, text: str) -> tuple[Table, int]:
    table = _TABLE_OF_NAME.get(name.lower())
    if table is not None:
        return table, _address(number, table, text)
    if name in _TABLE_OF_DIGIT:
        meant = _TABLE_OF_DIGIT[name]
        hint = f"; for the zero-based address write {meant}:{number}"
        if number.isdecimal() and 1 <= int(number[:6]) <= 9999:
            hint += f", for the one-based reference {meant.digit}{int(number):04d}"
        raise UsageError(f"{text!r} names no table{hint}")
    close = get_close_matches(name.lower(), [str(table) for table in Table], 1, 0.4)
    hint = f"; did you mean {close[0]}:{number}?" if close else ""
    raise UsageError(
        f"{text!r} names no table: tables are coil, discrete, input, holding, short c d i h{hint}"
    )


def _address(number: str, table: Table, text: str) -> int:
    if not _NUMBER.fullmatch(number):
        if re.fullmatch(r"-[0-9]+", number):
            raise UsageError(f"{text!r}: an address is not negative; the first is {table}:0")
        raise UsageError(
            f"{text!r}: {number!r} is no address; write it decimal or hexadecimal, "
            f"such as {table}:107 or {table}:0x6B"
        )
    address = int(number, 16) if number[:2] in ("0x", "0X") else int(number)
    if address > HIGHEST_ADDRESS:
        raise UsageError(
            f"{text!r}: addresses are 0..{HIGHEST_ADDRESS}; the last is {table}:{HIGHEST_ADDRESS}"
        )
    return address


def _one_based_place(table: Table, number: int, text: str) -> tuple[Table, int]:
    if number == 0:
        raise UsageError(
            f"{text!r}: references count from 1; the first is {table.digit}0001, that is {table}:0"
        )
    if number > HIGHEST_ADDRESS + 1:
        last = f"{table.digit}{HIGHEST_ADDRESS + 1}, that is {table}:{HIGHEST_ADDRESS}"
        raise UsageError(f"{text!r}: references end at {last}")
    return table, number - 1


def _either_coil_or_hex(text: str) -> UsageError:
    digits = text[2:]
    coil = f"coil:{int(digits) - 1}" if digits.isdecimal() and int(digits) > 0 else f"coil:{text}"
    return UsageError(
        f"{text!r} could be a coil or a hexadecimal address: "
        f"write {coil} for the coil, holding:{text} for the register"
    )


def _what_is_wrong_with_place(text: str) -> str:
    if re.fullmatch(r"-[0-9]+", text):
        return f"{text!r}: an address is not negative; the first is holding:0, or 40001"
    if not re.fullmatch(r"[0-9]+", text):
        return (
            f"{text!r} is no reference: write a table and an address such as holding:107, "
            f"a reference such as 40108, or %MW107"
        )
    number = int(text[:7])
    if number > HIGHEST_ADDRESS:
        last = f"holding:{HIGHEST_ADDRESS}"
        return f"{text!r} names no table, and addresses end at {HIGHEST_ADDRESS}; the last is {last}"
    nearest = f"for the zero-based address write holding:{number}"
    if 1 <= number <= 9999:
        nearest += f", for the one-based reference 4{number:04d} (a coil is 0{number:04d}, quoted in a file)"
    return f"{text!r} names no table; {nearest}"


def _values_in_range(
    parts: re.Match[str], table: Table, first: int, kind: str | None, length: int | None
) -> int:
    """How many values lie in the registers from ``first`` to the range's last place, that one included."""
    text, last_text = parts["place"], parts["last"]
    if _NUMBER.fullmatch(last_text) and (text[0] == "%" or ":" in text or "@" in text):
        last = _address(last_text, table, f"{table}:{last_text}")
    else:
        last_table, last = _place(last_text)
        if last_table != table:
            raise UsageError(
                f"a range stays in one table, and {text} is {table}, {last_text} is {last_table}"
            )
    if last < first:
        raise UsageError(f"{text}..{last_text} ends before it starts: write {table}:{last}..{first}")
    registers = last - first + 1
    width = 1 if table.is_bits else width_of(kind or "uint16", length)
    if registers % width:
        nearest = Reference(table, first, registers // width or 1, kind, "abcd", length)
        raise UsageError(
            f"{text}..{last_text} are {registers} registers, and {kind} takes {width} each: write {nearest}"
        )
    return registers // width


def _count(text: str, whole: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", text) or int(text) < 1:
        raise UsageError(
            f"{whole!r}: after * stands how many values to read, a number from 1 to 65536, got {text!r}"
        )
    return int(text)


def _type(text: str, table: Table) -> tuple[str, int | None, str]:
    """Type, length and order from what follows the slash."""
    match = _TYPE.fullmatch(text)
    if match is None:
        raise UsageError(
            f"{text!r} is no type: write /TYPE or /TYPE:ORDER, as in /float32:cdab or /string[8]"
        )
    kind, order = match[1].lower(), (match[3] or "abcd").lower()
    if table.is_bits:
        raise UsageError(f"/{text}: a {table} is a single bit and takes no type")
    if kind not in TYPES:
        raise UsageError(f"{match[1]!r} is no type{_nearest(kind, TYPES)}; types are {', '.join(TYPES)}")
    if order not in ORDERS:
        raise UsageError(f"{match[3]!r} is no order{_nearest(order, ORDERS)}; orders are {', '.join(ORDERS)}")
    length = int(match[2]) if match[2] else None
    width_of(kind, length)
    return kind, length, order


def _nearest(word: str, known: tuple[str, ...]) -> str:
    close = get_close_matches(word.lower(), known, 1, 0.5)
    return f", did you mean {close[0]}?" if close else ""
