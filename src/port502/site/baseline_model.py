"""The baseline file as a model: what is usual between clients and servers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field
from pydantic.json_schema import JsonSchemaValue

from port502.site.kinds import Duration, Kind, Line, Ref, Section
from port502.site.scalars import shown

_OPERATION = re.compile(r"\d{1,3}(/\d{1,5})?")
_LONGEST = 1e7


@dataclass(frozen=True)
class OperationKind(Kind):
    """A function code, with its sub-function where it has one: ``3``, ``8/4``, ``43/14``."""

    def check(self, value: Any) -> str:
        text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        if not isinstance(text, str) or not _OPERATION.fullmatch(text):
            raise ValueError(f"{shown(value)} is no function code such as 3, 8/4 or 43/14")
        return text

    def schema(self) -> JsonSchemaValue:
        return {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": f"^{_OPERATION.pattern}$"}]}


class UsualValues(Section):
    """The values that are written to a place: between which, by steps of at most ``step``, in how many ``writes``.

    ``counts`` is for a sign of life that counts on by one: any value is usual there.
    """

    min: Annotated[int, Field(ge=0, le=65535)]
    max: Annotated[int, Field(ge=0, le=65535)]
    step: Annotated[int, Field(ge=0, le=65535)] = 0
    writes: Annotated[int, Field(ge=1)] = 1
    counts: bool = False


class UsualConversation(Section):
    """What one client does with one unit; ``pause`` is the longest time between two requests."""

    client: Line
    server: Line
    port: Annotated[int, Field(ge=0, le=65535)] = 502
    unit: Annotated[int, Field(ge=0, le=255)]
    functions: list[Annotated[str, OperationKind()]]
    reads: list[Ref] = Field(default_factory=list)
    writes: list[Ref] = Field(default_factory=list)
    values: dict[str, UsualValues] = Field(default_factory=dict)
    pause: Annotated[float, Duration(0.0, _LONGEST)] | None = None
    response_time: Annotated[float, Duration(0.0, _LONGEST)] | None = None
    per_second: Annotated[int, Field(ge=1)] = 1
    requests: Annotated[int, Field(ge=0)] = 0


class BaselineFile(Section):
    """What is usual in a network: whatever is not here is a finding of ``port502 inspect --findings --baseline``."""

    baseline: Line
    since: Line | None = None
    until: Line | None = None
    conversations: list[UsualConversation]
