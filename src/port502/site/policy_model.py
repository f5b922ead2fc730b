"""The policy file as models: every key, what it may hold, and what it is when it is not written."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from port502.guard.policy import READ_BEFORE, FilePlace, Rate, Refusal, Step
from port502.site.kinds import Line, Name, OneOf, Section, Text
from port502.site.model import timezone_known
from port502.site.policy_kinds import (
    FUNCTION_EXAMPLES,
    HoursKind,
    OneOrMore,
    PerTime,
    RefusalKind,
    fingerprint_of,
    function_of,
    mark_of,
    network_of,
    rate_of,
    records_of,
    step_of,
    units_of,
)

Texts = tuple[str, ...]
Refuse = Annotated[Refusal, RefusalKind()]
Number = Annotated[float, Field(strict=False)]


class PolicyClient(Section):
    """Who somebody is: every mark that is given has to match, by one of its values."""

    model_config = ConfigDict(populate_by_name=False)

    networks: Annotated[Texts, OneOrMore("network", network_of, ("192.168.1.10", "10.0.0.0/8"))] = Field(
        default=(), alias="from"
    )
    role: Annotated[Texts, OneOrMore("role", mark_of, ("engineer",))] = ()
    fingerprint: Annotated[Texts, OneOrMore("fingerprint", fingerprint_of)] = ()
    subject: Annotated[Texts, OneOrMore("subject", mark_of, ("CN=scada,O=Works",))] = ()


class PolicyValues(Section):
    """Limits of what is written: raw registers, or engineering values where a point says how they are read."""

    min: float | None = None
    max: float | None = None
    set: Annotated[list[float], Field(min_length=1)] | None = None
    mask: Annotated[int, Field(ge=0, le=0xFFFF)] | None = None
    step: Annotated[Step, PerTime(step_of)] | None = None


class PolicyRule(Section):
    """One rule; the first that fits decides."""

    name: Line | None = None
    clients: list[Name] = Field(default_factory=list)
    units: Annotated[tuple[frozenset[int], ...], OneOrMore("unit id", units_of, (1, "1-16"))] | None = None
    functions: Annotated[Texts, OneOrMore("function", function_of, FUNCTION_EXAMPLES)]
    points: Annotated[Texts, OneOrMore("point", mark_of, (40101, "holding:0*200", "setpoint"))] | None = None
    files: Annotated[tuple[FilePlace, ...], OneOrMore("file", records_of, (4, "4:0-99"))] | None = None
    map: Line | None = None
    values: PolicyValues | None = None
    rate: Annotated[Rate, PerTime(rate_of)] | None = None
    during: Annotated[str, HoursKind()] | None = None
    deny: bool = False
    refuse: Refuse | None = None
    dry_run: bool = False


class PolicyFile(Section):
    """A whole policy file."""

    default: Literal["deny"]
    timezone: Annotated[str, Text(64, timezone_known)] | None = None
    map: Line | None = None
    refuse: Refuse = Refusal()
    read_only: bool = False
    dry_run: bool = False
    read_before: Annotated[str, OneOf("word", READ_BEFORE)] = "always"
    clients: dict[Name, PolicyClient] = Field(default_factory=dict)
    rules: list[PolicyRule] = Field(default_factory=list)


def entry_of(path: tuple[Any, ...]) -> tuple[Any, ...]:
    """What is left out for a fault at a path: one client, or all rules."""
    return path[:2] if path[:1] == ("clients",) else path[:1]
