"""Names and sets of codes."""

from __future__ import annotations

from port502 import errors
from port502.protocol import codes


def test_names_with_and_without_the_exception_bit() -> None:
    assert codes.function_name(3) == "read holding registers"
    assert codes.function_name(0x83) == "read holding registers"
    assert codes.function_name(66) == "function 66"


def test_exception_names_are_those_of_the_errors() -> None:
    for code, name in codes.EXCEPTION_NAMES.items():
        assert errors.device_error(3, code).meaning == name
    assert codes.exception_name(9) == "exception 9"


def test_write_functions_are_public_functions() -> None:
    assert set(codes.FUNCTION_NAMES) >= codes.WRITE_FUNCTIONS
    assert not codes.WRITE_FUNCTIONS & {1, 2, 3, 4, 7, 8, 11, 12, 17, 20, 24, 43}


def test_changing_diagnostics_are_the_ones_that_return_nothing_new() -> None:
    reading = {code for code, name in codes.DIAGNOSTIC_NAMES.items() if name.startswith("return")}
    assert set(codes.DIAGNOSTIC_NAMES) - reading == codes.CHANGING_DIAGNOSTICS
