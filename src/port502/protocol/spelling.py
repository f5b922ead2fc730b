"""Words as people type them: numbers, bits, bytes, registers, and functions by code or name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches

from port502.errors import UsageError
from port502.protocol.codes import (
    ENCAPSULATED_INTERFACE,
    FUNCTION_NAMES,
    MEI_CANOPEN,
    MEI_DEVICE_IDENTIFICATION,
)

_BITS = {"1": True, "on": True, "true": True, "0": False, "off": False, "false": False}
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]{1,8}|[0-9]{1,10}")
_NAMES = {name.replace(" ", "-").replace("/", "-"): str(code) for code, name in FUNCTION_NAMES.items()} | {
    "canopen": f"{ENCAPSULATED_INTERFACE}/{MEI_CANOPEN}",
    "read-device-identification": f"{ENCAPSULATED_INTERFACE}/{MEI_DEVICE_IDENTIFICATION}",
}


def function_code(function: str) -> tuple[int, int | None]:
    """Function code (1-127) and, behind a slash, sub-function or MEI type: ``3``, ``0x03``, ``8/0``, a name.

    Raises UsageError, with the nearest name.
    """
    word = function.strip().lower()
    named = re.sub(r"[ _/]", "-", word)
    word = _NAMES.get(named, word)
    code, slash, inner = word.partition("/")
    if not _NUMBER.fullmatch(code) or (slash and not _NUMBER.fullmatch(inner)):
        close = get_close_matches(named, _NAMES, 1, 0.5)
        hint = f"did you mean {close[0]}?" if close else "write a code such as 3 or 43/14, or a name"
        raise UsageError(f"{function[:60]!r} is no function; {hint}")
    code_number = number("function code", code)
    if not 1 <= code_number <= 0x7F:
        raise UsageError(f"function codes are 1 to 127, got {code_number}")
    return code_number, number("sub-function", inner) if slash else None


def hex_bytes(text: str) -> bytes:
    """The bytes of hexadecimal digits; spaces, colons, newlines and ``0x`` between them do not matter."""
    digits = re.sub(r"0[xX]|[\s:]", "", text)
    if len(digits) % 2 or not re.fullmatch(r"[0-9a-fA-F]*", digits):
        raise UsageError(
            f"{text[:60]!r} is no sequence of bytes: write pairs of hexadecimal digits, such as A537"
        )
    return bytes.fromhex(digits)


def number(what: str, word: str) -> int:
    """A number, decimal or ``0x...``; raises UsageError, which names ``what`` it is."""
    if not _NUMBER.fullmatch(word):
        raise UsageError(f"{what} is a number, decimal or 0x..., got {word[:60]!r}")
    return int(word, 0) if word[:2] in ("0x", "0X") else int(word)


def bit(word: str) -> bool:
    """On, off, true, false, 1 or 0; raises UsageError."""
    value = _BITS.get(word.lower())
    if value is None:
        raise UsageError(f"a coil is on, off, 1 or 0, got {word[:60]!r}")
    return value


def parts(words: Sequence[str]) -> list[str]:
    """Words of a list, which commas may separate too."""
    return [part for word in words for part in word.split(",") if part]


def registers(words: Sequence[str]) -> list[int]:
    """Numbers of 0-65535; raises UsageError."""
    values = [number("a register", part) for part in parts(words)]
    for value in values:
        if value > 0xFFFF:
            raise UsageError(f"a register holds 0 to 65535, got {value}")
    return values
