"""The same block through pymodbus's converters, from registers as its replies hold them."""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable

from pymodbus.client.mixin import ModbusClientMixin

from bench.peers.counting import Window, count
from bench.peers.decoding import data_of, fields

REPLIES = 20


def decoder() -> Callable[[], list[object]]:
    """What gives the values of one reply."""
    made = fields()
    kinds = ModbusClientMixin.DATATYPE
    known = {"float32": kinds.FLOAT32, "int16": kinds.INT16, "uint16": kinds.UINT16}
    steps = [(one.address, one.address + one.registers, known[one.type], one.scale) for one in made]
    data = data_of(made)
    registers = list(struct.unpack(f">{len(data) // 2}H", data))
    convert = ModbusClientMixin.convert_from_registers

    def decode() -> list[object]:
        values: list[object] = []
        for start, stop, kind, scale in steps:
            value = convert(registers[start:stop], kind)
            values.append(value if scale == 1 else value * scale)  # type: ignore[operator]
        return values

    return decode


def work(window: Window) -> None:
    """Decode reply after reply."""
    decode = decoder()
    while window.open():
        for _ in range(REPLIES):
            decode()
        window.add(REPLIES)


if __name__ == "__main__":
    count(float(sys.argv[1]), work)
