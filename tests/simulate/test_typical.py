"""Values of points that no model knows."""

from __future__ import annotations

from port502.registers.maps.quantities import QUANTITIES
from port502.registers.maps.units import units
from port502.simulate.typical import (
    BY_DIMENSION,
    BY_QUANTITY,
    GROWTH,
    PERCENT,
    counts,
    is_counter,
    moves,
    text_of,
)
from tests.simulate.maps import meter_map, point


def test_the_tables_speak_of_what_there_is() -> None:
    assert set(BY_QUANTITY) | set(GROWTH) | PERCENT <= set(QUANTITIES)
    assert set(BY_DIMENSION) <= {unit.dimension for unit in units().values()}


def test_gauges_move_about_what_is_usual() -> None:
    wave = moves(point("u", "voltage", unit="V"), "voltage", 1)
    values = [wave.at(1.7e9 + 60 * minute) for minute in range(500)]
    assert all(220 < value < 240 for value in values)
    assert max(values) - min(values) > 1


def test_counters_only_grow() -> None:
    counter = point("energy", "active_energy", unit="W.h")
    assert is_counter(counter)
    assert 0 < counts(counter, 1, 3600.0) < counts(counter, 1, 7200.0)
    assert is_counter(point("x", rollover=1000.0))
    assert not is_counter(point("u", "voltage"))


def test_texts() -> None:
    found = {
        name: text_of(point(name, name), meter_map(), 1)
        for name in ("manufacturer", "model", "serial_number", "identity")
    }
    assert found["manufacturer"] == "Tried"
    assert found["model"] == "T1"
    assert found["serial_number"].isdigit()
    assert found["identity"] == "OK"
    assert text_of(point("s", "serial_number"), meter_map(), 2) != found["serial_number"]
