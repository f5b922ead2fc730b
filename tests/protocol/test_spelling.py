"""Words as people type them."""

from __future__ import annotations

import pytest

from port502.errors import UsageError
from port502.protocol.spelling import bit, function_code, hex_bytes, number, parts, registers


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("3", (3, None)),
        ("0x2B/14", (43, 14)),
        ("read_coils", (1, None)),
        ("read-device-identification", (43, 14)),
    ],
)
def test_functions_go_by_code_or_name(text: str, code: tuple[int, int | None]) -> None:
    assert function_code(text) == code


@pytest.mark.parametrize(
    ("text", "said"),
    [("0", "1 to 127"), ("128", "1 to 127"), ("raed-coils", "did you mean read-coils"), ("3/x", "no")],
)
def test_what_is_no_function_is_refused(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        function_code(text)


def test_numbers_bits_and_registers() -> None:
    assert number("address", "0x6B") == 107
    assert [bit(word) for word in ("on", "FALSE", "1")] == [True, False, True]
    assert registers(["1,2", "0x3"]) == [1, 2, 3]
    assert parts(["1,,2"]) == ["1", "2"]
    assert hex_bytes("A5:37 0x01") == b"\xa5\x37\x01"


@pytest.mark.parametrize(
    ("wrong", "word"), [(bit, "2"), (hex_bytes, "A53"), (lambda word: number("address", word), "-1")]
)
def test_anything_else_is_refused(wrong, word: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UsageError):
        wrong(word)
    with pytest.raises(UsageError, match="65535"):
        registers(["70000"])
