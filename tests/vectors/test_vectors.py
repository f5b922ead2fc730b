"""The files of vectors can be read, and cover what they claim."""

from __future__ import annotations

from tests.vectors import exchanges, frames


def test_every_public_function_with_an_example_is_there() -> None:
    functions = {exchange.request[0] for exchange in exchanges()}
    assert functions == {1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 15, 16, 20, 21, 22, 23, 24, 43}


def test_every_framing_has_frames() -> None:
    assert {frame.framing for frame in frames()} == {"mbap", "rtu", "ascii"}
