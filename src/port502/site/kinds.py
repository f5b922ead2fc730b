"""The kinds of values that stand in files, for pydantic: names, texts, durations, sizes, references.

Each says in its own words what is wrong with a value, and describes itself to editors in the JSON Schema.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from port502.errors import UsageError
from port502.registers.reference import Reference, parse_reference
from port502.site.durations import (
    DURATION_PATTERN,
    SIZE_PATTERN,
    duration_text,
    parse_duration,
    parse_size,
)
from port502.site.faults import nearest
from port502.site.scalars import shown, written

LONGEST_NAME = 100
LONGEST_LINE = 200

NAME_PATTERN = r"^[^\W\d][\w-]*$"
_NAME = re.compile(NAME_PATTERN.strip("^$"))


class Section(BaseModel):
    """A mapping in a file: unknown keys are faults, values are taken as they are, never bent into shape."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, allow_inf_nan=False, hide_input_in_errors=True
    )


class Kind:
    """A kind of value: ``check`` gives what to keep or raises ValueError, ``schema`` is its JSON Schema."""

    def check(self, value: Any) -> Any:
        raise ValueError(f"{shown(value)} cannot stand here")

    def schema(self) -> JsonSchemaValue:
        return {}

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self._checked)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return self.schema()

    def _checked(self, value: Any) -> Any:
        try:
            return self.check(value)
        except UsageError as error:
            raise ValueError(str(error)) from None


@dataclass(frozen=True)
class Text(Kind):
    """One printable line of at most ``longest`` characters; ``understood`` raises for a wrong one."""

    longest: int = LONGEST_LINE
    understood: Callable[[str], object] | None = None

    def check(self, value: Any) -> str:
        if not isinstance(value, str):
            hint = f'; put it into quotes: "{written(value)}"' if isinstance(value, int | float) else ""
            raise ValueError(f"a text expected, got {shown(value)}{hint}")
        if len(value) > self.longest:
            raise ValueError(f"a text of {len(value)} characters; at most {self.longest}")
        if not value.strip() or not value.isprintable():
            raise ValueError(f"{shown(value)} is no line of text")
        if self.understood is not None:
            self.understood(value)
        return value

    def schema(self) -> JsonSchemaValue:
        return {"type": "string", "minLength": 1, "maxLength": self.longest}


@dataclass(frozen=True)
class NameKind(Kind):
    """A name that can stand in ``DEVICE.POINT`` and in expressions."""

    def check(self, value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError(f"a name expected, got {shown(value)}")
        if len(value) > LONGEST_NAME:
            raise ValueError(f"a name of {len(value)} characters; at most {LONGEST_NAME}")
        if not _NAME.fullmatch(value):
            raise ValueError(
                f"{shown(value)} is no name: letters, digits, '_' and '-', beginning with a letter or '_'"
            )
        return value

    def schema(self) -> JsonSchemaValue:
        return {"type": "string", "pattern": NAME_PATTERN, "maxLength": LONGEST_NAME}


@dataclass(frozen=True)
class Duration(Kind):
    """Seconds, written as ``250ms`` or ``5s``, from ``low`` to ``high`` seconds."""

    low: float
    high: float

    def check(self, value: Any) -> float:
        seconds = parse_duration(value)
        if not self.low <= seconds <= self.high:
            low, high = duration_text(self.low), duration_text(self.high)
            raise ValueError(f"must be from {low} to {high}, got {written(value)}")
        return seconds

    def schema(self) -> JsonSchemaValue:
        as_text = {"type": "string", "pattern": DURATION_PATTERN, "examples": ["250ms", "5s", "1m"]}
        return as_text if self.low else {"anyOf": [as_text, {"const": 0}]}


@dataclass(frozen=True)
class SizeKind(Kind):
    """Bytes, written as ``64MiB``, at least ``low`` of them."""

    low: int = 1

    def check(self, value: Any) -> int:
        size = parse_size(value)
        if size < self.low:
            raise ValueError(f"must be at least {self.low} bytes, got {written(value)}")
        return size

    def schema(self) -> JsonSchemaValue:
        return {"type": "string", "pattern": SIZE_PATTERN, "examples": ["64MiB", "2GiB"]}


@dataclass(frozen=True)
class OneOf(Kind):
    """One of a few words; ``what`` they are called in a message."""

    what: str
    words: Collection[str]

    def check(self, value: Any) -> str:
        if not isinstance(value, str) or value not in self.words:
            hint = nearest(written(value), self.words)
            raise ValueError(f"unknown {self.what} {shown(value)}; {hint or ', '.join(sorted(self.words))}")
        return value

    def schema(self) -> JsonSchemaValue:
        return {"enum": sorted(self.words)}


@dataclass(frozen=True)
class ReferenceKind(Kind):
    """A reference as on the command line; a number stands as it is written, so ``00001`` is a coil."""

    def check(self, value: Any) -> Reference:
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise ValueError(f"a reference such as 40001 or holding:0 expected, got {shown(value)}")
        return parse_reference(written(value))

    def schema(self) -> JsonSchemaValue:
        return {
            "anyOf": [{"type": "string"}, {"type": "integer"}],
            "examples": [40001, "holding:0", "%MW0", "input:10*2/float32:cdab"],
        }


Name = Annotated[str, NameKind()]
Line = Annotated[str, Text()]
Size = Annotated[int, SizeKind(1 << 20)]
Ref = Annotated[Reference, ReferenceKind()]
