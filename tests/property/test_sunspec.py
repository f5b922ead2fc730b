"""Chains of any content: walked to an end within bounds, and never a value that was not read."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from port502.registers.sunspec.discovery import MAX_MODELS, discover
from port502.registers.sunspec.mapping import map_of
from port502.registers.sunspec.model import HEADER
from port502.registers.sunspec.reading import read_device
from port502.registers.sunspec.shelf import known_models
from tests.registers.sunspec.chains import Wire, raw_chain

words = st.one_of(st.sampled_from([0, 1, 2, 0x7FFF, 0x8000, 0xFFFF]), st.integers(0, 0xFFFF))
ids = st.one_of(st.sampled_from(known_models()), words)


@st.composite
def models(draw: st.DrawFn) -> list[int]:
    content = draw(st.lists(words, max_size=130))
    length = len(content) if draw(st.booleans()) else draw(st.integers(0, 200))
    return [draw(ids), length, *content]


@given(st.lists(models(), max_size=6), st.sampled_from([(), (0xFFFF,), (0xFFFF, 0)]), st.integers(2, 125))
def test_any_chain_is_walked_to_an_end_and_read(
    chain: list[list[int]], end: tuple[int, ...], most: int
) -> None:
    wire = Wire(raw_chain(chain, end=end), most)
    device = wire.run(discover(most))
    assert len(device.models) <= MAX_MODELS
    last = device.base + HEADER
    for found in device.models:
        assert found.start == last
        last += found.size
        assert all(one.end <= found.size for one in found.layout.fields)
    values = wire.run(read_device(device, (), most))
    assert len(values) == len(device.points)
    for one in values:
        place = one.point.found.start + one.point.field.offset
        assert (one.value is None) == bool(one.reason)
        if one.value is not None:
            assert [wire.registers[place + index] for index in range(len(one.registers))] == list(
                one.registers
            )
    assert set(map_of(device, most).points) <= set(device.points)
    assert max((count for _, count in wire.requests), default=0) <= most
