from __future__ import annotations

from port502.registers.maps.library import Library
from port502.registers.maps.words import place_of, remarks, type_of


def test_a_point_in_words() -> None:
    points = Library.default().load("eastron/sdm630").points
    voltage = points["voltage_l1"]
    assert (place_of(voltage), type_of(voltage)) == ("input:0", "float32")
    points = Library.default().load("abb/acs850").points
    writable = [one for one in points.values() if one.write is not None]
    assert writable
    assert all(any("may be written" in text for text in remarks(one)) for one in writable)
