"""What a site collected, served again as a Modbus device of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from port502.collect.latest import Current
from port502.collect.sample import GOOD
from port502.errors import Port502Error, ServerDeviceFailureError
from port502.protocol.bits import bits_of
from port502.protocol.words import registers_of
from port502.registers.point import Point
from port502.registers.reference import Table
from port502.service.device import Device

_ADDRESSES = 65536

Look = Callable[[str], Current | None]
"""What is known of a point by its full name."""


def served_device(points: Sequence[tuple[Point, str]], look: Look, status: int | None = None) -> Device:
    """A device whose registers are the newest values of points; nobody can write them.

    A value that is not good, or that does not fit where it is shown, is answered with exception 04: nobody gets a
    guess in place of an error. For clients that cannot live with that, ``status`` is the discrete input from which on
    one bit for each point says whether it is good, and the last good value (at first 0) is served.
    """
    tables: dict[Table, dict[int | range, int | Sequence[int]]] = {table: {} for table in Table}
    for point, _ in points:
        tables[point.table][point.address] = [0] * point.width
    if status is not None:
        tables[Table.DISCRETE][status] = [0] * len(points)
    written = (Table.HOLDING, Table.COIL)
    device = Device(
        holding=tables[Table.HOLDING],
        input=tables[Table.INPUT],
        coil=_bits(tables[Table.COIL]),
        discrete=_bits(tables[Table.DISCRETE]),
        read_only={str(table): [range(_ADDRESSES)] for table in written if tables[table]},
    )
    for table in Table:
        mine = [(point, name) for point, name in points if point.table == table]
        if mine:
            _feed(device, table, mine, look, held=status is not None)
    if status is not None:
        _tell(device, points, look, status)
    return device


def _tell(device: Device, points: Sequence[tuple[Point, str]], look: Look, status: int) -> None:
    """Bring the bits that say what is good up to date before they are read."""

    def refresh(address: int, quantity: int) -> None:
        for place in range(max(address, status), min(address + quantity, status + len(points))):
            point, name = points[place - status]
            device.discrete.write(place, [_is_good(point, look(name))])

    device.discrete.on_read(refresh)


def _is_good(point: Point, current: Current | None) -> bool:
    try:
        _values(point, current, 0)
    except ServerDeviceFailureError:
        return False
    return True


def _bits(table: Mapping[int | range, int | Sequence[int]]) -> dict[int | range, bool | Sequence[bool]]:
    return {address: [False] * len(values) for address, values in table.items() if isinstance(values, list)}


def _feed(
    device: Device, name: Table, points: Sequence[tuple[Point, str]], look: Look, *, held: bool
) -> None:
    """Bring what is read up to date before it is read; ``held`` values stay what they were while they are not good."""
    served = {Table.COIL: device.coil, Table.DISCRETE: device.discrete}
    registers = {Table.INPUT: device.input, Table.HOLDING: device.holding}
    function = name.read_function

    def refresh(address: int, quantity: int) -> None:
        for point, shown in points:
            if point.address < address + quantity and address < point.end:
                try:
                    values = _values(point, look(shown), function)
                except ServerDeviceFailureError:
                    if held:
                        continue
                    raise
                if name.is_bits:
                    served[name].write(point.address, [bool(value) for value in values])
                else:
                    registers[name].write(point.address, values)

    (served[name] if name.is_bits else registers[name]).on_read(refresh)


def _values(point: Point, current: Current | None, function: int) -> list[int]:
    if current is None or current.sample.quality != GOOD or current.sample.value is None:
        raise ServerDeviceFailureError(function)
    value = current.sample.value
    try:
        if not point.table.is_bits and isinstance(value, float) and point.type not in ("float32", "float64"):
            value = round(value)
        data = point.encode(value)
    except (Port502Error, OverflowError, ValueError):
        raise ServerDeviceFailureError(function) from None
    if isinstance(data, bool):
        return [int(data)]
    return [int(bit) for bit in bits_of(data, point.width)] if point.table.is_bits else registers_of(data)
