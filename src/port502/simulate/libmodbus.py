"""The server that the unit tests of libmodbus want to talk to, as a device with faults.

Its tables are small, and some of its addresses misbehave on purpose.
"""

from __future__ import annotations

from port502.protocol.codes import (
    ILLEGAL_DATA_VALUE,
    READ_HOLDING_REGISTERS,
    SERVER_DEVICE_BUSY,
    WRITE_SINGLE_COIL,
    WRITE_SINGLE_REGISTER,
)
from port502.service.device import Device
from port502.service.identity import Identity
from port502.service.units import Units
from port502.simulate.effects import Delay, Drip, Effect, Refuse, Short, ZeroId
from port502.simulate.rule import Rule, When

NAME = "libmodbus"
VERSION = "3.1.12"
SERVER_ID = 180

COILS = range(0x130, 0x130 + 37)
DISCRETE, DISCRETE_COUNT = 0x1C4, 22
DISCRETE_BYTES = (0xAC, 0xDB, 0x35)
REGISTERS = range(0x160, 0x160 + 32)
INPUT, INPUT_VALUE = 0x108, 10


def libmodbus_device(version: str = VERSION) -> Device:
    """A device with the tables and the server id that the client of that version expects."""
    bits = [bool(DISCRETE_BYTES[place >> 3] >> (place & 7) & 1) for place in range(DISCRETE_COUNT)]
    return Device(
        coil={COILS: False},
        discrete={DISCRETE: bits},
        holding={REGISTERS: 0},
        input={INPUT: [INPUT_VALUE]},
        identity=Identity(
            "libmodbus",
            "unit test",
            version,
            server_id=bytes((SERVER_ID,)),
            additional=f"LMB{version}".encode(),
        ),
    )


def libmodbus_units(version: str = VERSION) -> Units:
    """That device at every unit id."""
    return Units({}, any_unit=libmodbus_device(version))


def _at(name: str, function: int, address: int, effect: Effect) -> Rule:
    when = When(functions=frozenset({function}), addresses=range(address, address + 1), begins=True)
    return Rule(effect, when, name)


LIBMODBUS_RULES = (
    _at("write coil", WRITE_SINGLE_COIL, 0x132, Refuse(ILLEGAL_DATA_VALUE)),
    _at("write register", WRITE_SINGLE_REGISTER, 0x170, Refuse(ILLEGAL_DATA_VALUE)),
    _at("busy", READ_HOLDING_REGISTERS, 0x170, Refuse(SERVER_DEVICE_BUSY)),
    _at("no id", READ_HOLDING_REGISTERS, 0x171, ZeroId()),
    _at("late", READ_HOLDING_REGISTERS, 0x172, Delay(0.5, 0.5)),
    _at("drip", READ_HOLDING_REGISTERS, 0x173, Drip(0.005)),
    Rule(Short(1), When(functions=frozenset({READ_HOLDING_REGISTERS}), quantity=range(2, 3)), "one short"),
)
"""Where it misbehaves; the special addresses count where a read begins, not where it passes by."""
