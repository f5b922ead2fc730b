"""What a plain list of registers can say."""

from __future__ import annotations

from port502.registers.maps.exchange.plain import left_out_line, plain_points
from tests.registers.maps.samples import everything


def test_scaled_by_a_register_and_fields_of_bits_are_left_out() -> None:
    points, others = plain_points(everything())
    assert others == ["mode", "power"]
    assert len(points) == len(everything().points) - 2


def test_the_comment_names_them() -> None:
    assert left_out_line(["a", "b"]).endswith("a, b")
    assert left_out_line([]) == ""
