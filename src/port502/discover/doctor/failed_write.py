"""A write that failed while reads work: its own exchange, out of an audit log or typed in; never tried again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from port502.errors import ConfigError, UsageError
from port502.protocol.codes import exception_name, function_name

MOST_BYTES = 64 << 20
_LINE = 1 << 16
_TYPED = re.compile(
    r"(?:unit\s*(?P<unit>\d+)\s*)?(?:function|fc)?\s*(?P<function>\d+)\s*(?:(?:at|address)\s*(?P<address>\d+))?\s*"
    r"(?::|=|,|exception|refused|\s)+\s*(?:with\s+)?(?:exception\s*)?(?P<exception>(?:0x)?[0-9a-fA-F]{1,2}|silence|none)\s*\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class FailedWrite:
    """One refused write: ``exception`` 0 means that nothing came back; ``told_by`` is where that is known from."""

    function: int
    exception: int
    unit: int | None = None
    address: int | None = None
    quantity: int | None = None
    rule: str = ""
    told_by: str = ""
    refused_by_guard: bool = False
    other_units_worked: tuple[int, ...] = ()

    @property
    def text(self) -> str:
        """The exchange in words."""
        where = "" if self.address is None else f" at address {self.address}"
        unit = "" if self.unit is None else f" to unit {self.unit}"
        answer = (
            f"exception {self.exception:02X} ({exception_name(self.exception)})"
            if self.exception
            else "no answer"
        )
        return f"{function_name(self.function)}{where}{unit}: {answer}"


def parse_failed_write(text: str) -> FailedWrite:
    """``6 at 107: 02`` or ``unit 3 fc 16 at 40: silence``; raises UsageError."""
    found = _TYPED.match(text.strip())
    if found is None:
        raise UsageError(
            f'not a refused write: {text!r} (write FUNCTION at ADDRESS: EXCEPTION, such as "6 at 107: 02")'
        )
    word = found["exception"].lower()
    code = 0 if word in ("silence", "none") else int(word.removeprefix("0x"), 16)
    unit, address = found["unit"], found["address"]
    return FailedWrite(
        _write_function(int(found["function"]), text),
        code,
        None if unit is None else int(unit),
        None if address is None else int(address),
        told_by="what was typed in",
    )


def read_failed_write(path: Path) -> FailedWrite | None:
    """The last refused write of an audit log (JSON lines); None without any.

    Raises ConfigError for a file that cannot be read. Lines of other programs are passed over.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ConfigError(f"{path} has more than {MOST_BYTES >> 20} MiB; cut out the part that matters")
        with path.open(encoding="utf-8", errors="replace") as lines:
            return last_refusal(lines, str(path))
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror or error}") from error


def last_refusal(lines: Iterable[str], told_by: str) -> FailedWrite | None:
    """The last line that tells of a refused write."""
    found: FailedWrite | None = None
    worked: set[int] = set()
    for line in lines:
        said = _fields(line)
        function, exception = said.get("function"), said.get("exception")
        if not isinstance(function, int) or function not in WRITES:
            continue
        unit = said.get("unit")
        if (isinstance(exception, int) and exception > 0) or said.get("outcome") in _UNANSWERED:
            found = _refusal(said, function, told_by)
        elif isinstance(unit, int) and said.get("outcome") == "done":
            worked.add(unit)
    if found is None:
        return None
    return FailedWrite(
        found.function,
        found.exception,
        found.unit,
        found.address,
        found.quantity,
        found.rule,
        found.told_by,
        found.refused_by_guard,
        tuple(sorted(worked - {found.unit})),
    )


WRITES = frozenset((5, 6, 15, 16, 21, 22, 23))
"""The functions that write."""

_UNANSWERED = frozenset(("silence", "unknown"))


def _refusal(said: dict[str, object], function: int, told_by: str) -> FailedWrite:
    def number(name: str) -> int | None:
        value = said.get(name)
        return value if isinstance(value, int) else None

    return FailedWrite(
        function,
        number("exception") or 0,
        number("unit"),
        number("address"),
        number("quantity"),
        str(said.get("rule") or said.get("reason") or "")[:200],
        told_by,
        said.get("event") in ("refused", "locked"),
    )


def _fields(line: str) -> dict[str, object]:
    if len(line) > _LINE:
        return {}
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _write_function(code: int, text: str) -> int:
    if code not in WRITES:
        raise UsageError(f"{text}: function {code} does not write; those that do are {sorted(WRITES)}")
    return code
