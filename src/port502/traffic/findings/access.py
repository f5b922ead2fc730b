"""What a request touches: which items of which table it reads or writes, and with which values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from port502.protocol.codes import (
    CHANGING_DIAGNOSTICS,
    DIAGNOSTICS,
    ENCAPSULATED_INTERFACE,
    READ_FIFO_QUEUE,
    READ_WRITE_MULTIPLE_REGISTERS,
    WRITE_FUNCTIONS,
)
from port502.traffic.message import Message

COIL: Final = "coil"
HOLDING: Final = "holding"
_READS: Final = {1: COIL, 2: "discrete", 3: HOLDING, 4: "input", READ_FIFO_QUEUE: HOLDING}
_WRITES: Final = {5: COIL, 15: COIL, 6: HOLDING, 16: HOLDING, 22: HOLDING}
_CANOPEN: Final = 13


@dataclass(frozen=True, slots=True)
class Access:
    """``count`` items from ``address`` of a table on; ``values`` where a write says them whole."""

    writes: bool
    table: str
    address: int
    count: int
    values: Sequence[int] | None = None

    @property
    def end(self) -> int:
        """The first address behind it."""
        return self.address + self.count

    def __str__(self) -> str:
        return place_text(self.table, self.address, self.count)


def place_text(table: str, address: int, count: int = 1) -> str:
    """A place as a reference: ``holding:107*3``."""
    return f"{table}:{address}" + (f"*{count}" if count != 1 else "")


def accesses(request: Message) -> list[Access]:
    """What a request reads and writes; nothing for functions that have no address, or where it is cut."""
    code, fields = request.function, request.fields
    found: list[Access] = []
    address = fields.reference_num
    if address is not None and code in _READS:
        found.append(Access(False, _READS[code], address, fields.word_cnt or fields.bit_cnt or 1))
    elif address is not None and code in _WRITES:
        values = fields.values
        count = fields.word_cnt or fields.bit_cnt or 1
        whole = values is not None and len(values) == count
        found.append(Access(True, _WRITES[code], address, count, values if whole else None))
    elif address is not None and code == READ_WRITE_MULTIPLE_REGISTERS:
        found.append(Access(False, HOLDING, address, fields.word_cnt or 1))
        if fields.write_reference_num is not None:
            found.append(
                Access(True, HOLDING, fields.write_reference_num, fields.write_word_cnt or 1, fields.values)
            )
    return found


def operation(request: Message) -> str:
    """The function as policies name it: ``3``, with its sub-function ``8/4``, with its kind ``43/14``."""
    code, fields = request.function, request.fields
    if code == DIAGNOSTICS and fields.diagnostic_code is not None:
        return f"{code}/{fields.diagnostic_code}"
    if code == ENCAPSULATED_INTERFACE and fields.mei is not None:
        return f"{code}/{fields.mei}"
    return str(code)


def changes(request: Message) -> bool:
    """Whether a request changes something in the device."""
    code, fields = request.function, request.fields
    if code == DIAGNOSTICS:
        return fields.diagnostic_code in CHANGING_DIAGNOSTICS
    return code in WRITE_FUNCTIONS or (code == ENCAPSULATED_INTERFACE and fields.mei == _CANOPEN)
