"""The fields of a PDU, one after the other, whatever its bytes are.

Names are Wireshark's (``reference_num``, ``word_cnt``, ``byte_cnt``). Nothing here raises: what is missing, too
much or impossible becomes a ``Problem``, and every byte ends in some field.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from port502.protocol.codes import ADDRESS_SPACE, EXCEPTION_BIT, FUNCTION_NAMES, exception_name, function_name
from port502.registers.reference import Reference, Table
from port502.traffic.decoding.problem import Problem, number_of

HEADER, UNIT, FUNCTION, PLACE, COUNT, DATA, CHECK, EXTRA = (
    "header",
    "unit",
    "function",
    "place",
    "count",
    "data",
    "check",
    "extra",
)
"""The kinds of fields, which a terminal shows in different colours."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its bytes are ``size`` from offset ``start`` of the frame; ``text`` says what the value means."""

    name: str
    start: int
    size: int
    value: int | str
    text: str = ""
    kind: str = DATA

    def moved(self, by: int) -> Field:
        """The same field further back."""
        return replace(self, start=self.start + by)


@dataclass(frozen=True, slots=True)
class Span:
    """Registers or bits that a message speaks of; ``address`` is None where only a request would tell."""

    table: Table
    address: int | None
    quantity: int

    def place(self, index: int) -> str:
        """The name of one of them, both ways: ``holding:107 = 40108``; ``register 0`` where nobody knows."""
        if self.address is None or not 0 <= self.address + index < ADDRESS_SPACE:
            return f"{'bit' if self.table.is_bits else 'register'} {index}"
        return both_ways(self.table, self.address + index)


@dataclass(slots=True)
class Layout:
    """What was found: the fields, the faults, where values lie and which they are.

    ``data`` are the bytes of registers or packed bits, ``span`` says of which, ``write`` where a request has a
    second place (function 23).
    """

    fields: list[Field] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    span: Span | None = None
    data: bytes = b""
    write: Span | None = None

    def value(self, name: str) -> int | None:
        """The number in the first field of a name, None where there is none."""
        found = next((one.value for one in self.fields if one.name == name), None)
        return found if isinstance(found, int) else None

    @property
    def fits(self) -> bool:
        """Whether the bytes are such a message, though its values may be impossible."""
        return not any(one.is_structural for one in self.problems)


class Walk:
    """A place in a PDU that moves on field by field; ``asked`` is what a response's request asked for."""

    def __init__(self, pdu: bytes, asked: Span | None = None) -> None:
        self.pdu = pdu
        self.at = 0
        self.asked = asked
        self.found = Layout()
        self._short = False

    @property
    def left(self) -> int:
        """How many bytes are not in any field yet."""
        return len(self.pdu) - self.at

    def number(
        self, name: str, size: int = 2, say: Callable[[int], str] | None = None, kind: str = COUNT
    ) -> int | None:
        """The next number; None, and one problem for the whole PDU, where it ends before that."""
        if self.left < size:
            self._miss(name, size)
            return None
        value = int.from_bytes(self.pdu[self.at : self.at + size], "big")
        self.found.fields.append(Field(name, self.at, size, value, say(value) if say else "", kind))
        self.at += size
        return value

    def take(self, name: str, size: int, text: str = "", kind: str = DATA) -> bytes:
        """The next bytes as one field, as many of them as are there."""
        size = max(0, min(size, self.left))
        data = self.pdu[self.at : self.at + size]
        if size:
            self.found.fields.append(Field(name, self.at, size, data.hex(" "), text, kind))
        self.at += size
        return data

    def rest(self, name: str) -> bytes:
        """All that is left as one field."""
        return self.take(name, self.left)

    def registers(self, name: str, size: int, span: Span) -> bytes:
        """The next bytes as registers, one field each; an odd byte at the end stays alone (H241)."""
        size = max(0, min(size, self.left))
        data = self.pdu[self.at : self.at + size]
        for index in range(size // 2):
            self.number(name, 2, lambda _, index=index: span.place(index), DATA)  # type: ignore[misc]
        if size % 2:
            self.take("odd_byte", 1, "half a register", EXTRA)
        self.found.data = data[: size // 2 * 2]
        self.found.span = replace(span, quantity=size // 2)
        return data

    def bits(self, name: str, size: int, span: Span) -> None:
        """The next bytes as packed bits, one field a byte, the lowest bit first."""
        size = max(0, min(size, self.left))
        self.found.data = self.pdu[self.at : self.at + size]
        for index in range(size):
            here = min(8, span.quantity - 8 * index) if span.quantity else 8
            self.number(name, 1, lambda byte, i=index, n=here: _bits_text(byte, span, 8 * i, n), DATA)  # type: ignore[misc]
        count = min(span.quantity, 8 * size) if span.quantity else 8 * size
        self.found.span = replace(span, quantity=count)

    def complain(self, kind: str, text: str, cause: str = "", at: int | None = None) -> None:
        """Note a fault; ``at`` is its offset in the PDU."""
        self.found.problems.append(Problem(kind, text, cause, at))

    def finish(self) -> Layout:
        """What was found; bytes that no field took are too many."""
        if self.left and not self._short:
            many = self.left
            self.complain(
                "extra", f"{number_of(many, 'byte')} more than the function needs", at=len(self.pdu) - many
            )
        self.take("extra", self.left, "more than the function needs", EXTRA)
        return self.found

    def _miss(self, name: str, size: int) -> None:
        if self._short:
            return
        self._short = True
        words = name.replace("_", " ")
        left = f"{number_of(self.left, 'byte')} left" if self.left else "nothing left"
        self.complain("cut", f"{words} takes {number_of(size, 'byte')}, there is {left}", at=self.at)


def both_ways(table: Table, address: int) -> str:
    """A place as address and as reference: ``holding:107 = 40108``."""
    reference = Reference(table, address)
    return f"{reference.protocol_form} = {reference.reference_form}"


def span_text(span: Span) -> str:
    """A range of places both ways: ``holding:107..109 = 40108..40110``; one place where there is but one."""
    if span.address is None:
        return number_of(span.quantity, "bit" if span.table.is_bits else "register")
    last = span.address + span.quantity - 1
    if span.quantity < 2 or last >= ADDRESS_SPACE:
        return both_ways(span.table, span.address)
    first, end = Reference(span.table, span.address), Reference(span.table, last)
    return f"{first.protocol_form}..{last} = {first.reference_form}..{end.reference_form}"


def function_field(walk: Walk) -> int | None:
    """The function code, without the bit that marks a refusal; a code that nobody defined is said."""

    def say(code: int) -> str:
        if code >= EXCEPTION_BIT:
            return f"{function_name(code)} refused ({code - EXCEPTION_BIT} + 128)"
        return FUNCTION_NAMES.get(code, "no function of the specification")

    return walk.number("func_code", 1, say, FUNCTION)


def exception_fields(walk: Walk) -> None:
    """What follows the function code of a refusal."""
    code = walk.number("exception_code", 1, exception_name, DATA)
    if code == 0:
        walk.complain("exception", "exception code 0 means nothing", at=1)


def _bits_text(byte: int, span: Span, first: int, count: int) -> str:
    said = " ".join("1" if byte >> bit & 1 else "0" for bit in range(max(count, 0)))
    return f"from {span.place(first)}: {said}" if said else "no bit that was asked for"
