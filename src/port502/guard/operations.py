"""What a rule can allow: functions, and of some functions their parts, in the words of a policy.

An operation is a function code as text (``3``, ``90``), a diagnostics sub-function (``8/0``), an encapsulated
interface (``43/14``), or one half of function 23, which reads (``23r``) and writes (``23w``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from port502.errors import UsageError
from port502.protocol.codes import (
    CLEAR_COUNTERS,
    DIAGNOSTIC_NAMES,
    DIAGNOSTICS,
    ENCAPSULATED_INTERFACE,
    FORCE_LISTEN_ONLY,
    FUNCTION_NAMES,
    MEI_CANOPEN,
    MEI_DEVICE_IDENTIFICATION,
    READ_WRITE_MULTIPLE_REGISTERS,
    RESTART_COMMUNICATIONS,
)

READ_HALF = f"{READ_WRITE_MULTIPLE_REGISTERS}r"
WRITE_HALF = f"{READ_WRITE_MULTIPLE_REGISTERS}w"
HIGHEST = 127
"""The highest function code that a request can have (Application Protocol V1.1b3, clause 4.1)."""

NEVER_IMPLIED = frozenset(
    f"{DIAGNOSTICS}/{sub}" for sub in (RESTART_COMMUNICATIONS, FORCE_LISTEN_ONLY, CLEAR_COUNTERS)
)
"""What takes a device off the network or wipes its memory of errors: only allowed where it is named."""

_SPLIT = {
    DIAGNOSTICS: tuple(f"{DIAGNOSTICS}/{sub}" for sub in DIAGNOSTIC_NAMES),
    ENCAPSULATED_INTERFACE: (
        f"{ENCAPSULATED_INTERFACE}/{MEI_CANOPEN}",
        f"{ENCAPSULATED_INTERFACE}/{MEI_DEVICE_IDENTIFICATION}",
    ),
    READ_WRITE_MULTIPLE_REGISTERS: (READ_HALF, WRITE_HALF),
}

OPERATIONS = frozenset(
    operation for code in range(1, HIGHEST + 1) for operation in _SPLIT.get(code, (str(code),))
)
"""Every operation that there is."""

WORDS: dict[str, frozenset[str]] = {
    "read": frozenset({"1", "2", "3", "4", "20", "24", READ_HALF}),
    "write": frozenset({"5", "6", "15", "16", "21", "22", WRITE_HALF}),
    "identify": frozenset({"17", "43/14"}),
    "diagnose": frozenset({"7", "11", "12", *_SPLIT[DIAGNOSTICS]}) - NEVER_IMPLIED,
    "all": OPERATIONS - NEVER_IMPLIED,
}
"""The words for several operations at once."""

_NUMBER = re.compile(r"(\d{1,3}|0[xX][0-9a-fA-F]{1,2})(?:/(\d{1,5}))?", re.ASCII)


def operations_of(word: str) -> frozenset[str]:
    """The operations that one word means: ``read``, ``8/0``, ``43/14``, ``16``, ``all``; raises UsageError."""
    if word in WORDS:
        return WORDS[word]
    if word in OPERATIONS:
        return frozenset((word,))
    match = _NUMBER.fullmatch(word)
    if match is None:
        raise UsageError(
            f"{word[:60]!r} is no function: write {', '.join(WORDS)}, a code such as 16, 8/0 or 43/14"
        )
    code, inner = int(match[1], 0), match[2]
    if not 1 <= code <= HIGHEST:
        raise UsageError(f"function codes are 1-{HIGHEST}, got {code}")
    parts = _SPLIT.get(code, ())
    if inner is None:
        return frozenset(parts or (str(code),)) - NEVER_IMPLIED
    name = f"{code}/{int(inner)}"
    if name not in parts:
        known = ", ".join(part for part in parts if "/" in part)
        raise UsageError(
            f"there is no function {name}; " + (f"there are {known}" if known else f"write {code}")
        )
    return frozenset((name,))


def all_operations(words: Iterable[str]) -> frozenset[str]:
    """The operations that several words mean together; raises UsageError."""
    return frozenset().union(*map(operations_of, words))


def words_for(operations: Iterable[str]) -> list[str]:
    """The shortest list of words that means exactly these operations, as far as the words go."""
    left = set(operations)
    words = []
    for word in ("all", "read", "write", "diagnose", "identify"):
        if left >= WORDS[word]:
            words.append(word)
            left -= WORDS[word]
    if {READ_HALF, WRITE_HALF} <= left:
        left = left - {READ_HALF, WRITE_HALF} | {str(READ_WRITE_MULTIPLE_REGISTERS)}
    return words + sorted(left, key=_order)


def operation_name(operation: str) -> str:
    """An operation in words: ``write single register``, ``diagnostics: force listen only mode``."""
    code, _, inner = operation.partition("/")
    if operation in (READ_HALF, WRITE_HALF):
        half = "read" if operation == READ_HALF else "write"
        return f"{FUNCTION_NAMES[READ_WRITE_MULTIPLE_REGISTERS]} (its {half})"
    name = FUNCTION_NAMES.get(int(code), f"function {code}")
    if code == str(DIAGNOSTICS) and inner:
        return f"{name}: {DIAGNOSTIC_NAMES.get(int(inner), inner)}"
    if code == str(ENCAPSULATED_INTERFACE) and inner:
        kinds = {str(MEI_CANOPEN): "CANopen", str(MEI_DEVICE_IDENTIFICATION): "read device identification"}
        return kinds.get(inner, name)
    return name


def _order(operation: str) -> tuple[int, str]:
    code = re.match(r"\d+", operation)
    return (int(code[0]) if code else 0, operation)
