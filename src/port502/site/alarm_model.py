"""Alarms in the site file, as models: when each is active, and whom it tells."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, field_validator, model_validator

from port502.collect.alarms.settings import OFF_DELAY, ON_DELAY, PRIORITIES
from port502.collect.expression import LONGEST_TEXT
from port502.site.kinds import Duration, Line, Name, OneOf, Section, Text

HOUR = 3600.0
DAY = 86_400.0

CONDITIONS = ("high", "low", "rise", "fall", "deviation", "is", "is_not", "stale", "bad")
"""The conditions that a point can have; exactly one stands in an alarm."""

Condition = Annotated[str, Text(LONGEST_TEXT)]
Delay = Annotated[float, Duration(0, DAY)]


class Alarm(Section):
    """One alarm: an expression, a condition of points, or devices that do not answer."""

    model_config = ConfigDict(validate_by_alias=True, validate_by_name=False)

    when: Condition | None = None
    clear: Condition | None = None
    point: Line | None = None
    high: float | None = None
    low: float | None = None
    hysteresis: Annotated[float, Field(ge=0)] | None = None
    rise: Annotated[float, Field(gt=0)] | None = None
    fall: Annotated[float, Field(gt=0)] | None = None
    per: Annotated[float, Duration(1, HOUR)] | None = None
    target: Line | None = None
    deviation: Annotated[float, Field(gt=0)] | None = None
    equal: Any = Field(default=None, alias="is")
    unequal: Any = Field(default=None, alias="is_not")
    stale: bool = False
    bad: bool = False
    device: Line | None = None
    offline: bool = False
    delay: Delay = Field(default=ON_DELAY, alias="for")
    clear_for: Delay = OFF_DELAY
    priority: Annotated[str, OneOf("priority", PRIORITIES)] = "medium"
    say: Annotated[str, Text(300)] | None = None
    suppress: Condition | None = None

    @field_validator("equal", "unequal")
    @classmethod
    def _values(cls, value: Any) -> tuple[Any, ...]:
        values = value if isinstance(value, list) else [value]
        if not values or any(not isinstance(one, bool | int | float | str) for one in values):
            raise ValueError("a value or a list of values expected")
        return tuple(values)

    @model_validator(mode="after")
    def _one_condition(self) -> Self:
        kinds = [kind for kind in ("when", "point", "device") if getattr(self, kind) is not None]
        if len(kinds) != 1:
            said = " and ".join(repr(kind) for kind in kinds) or "none of them"
            raise ValueError(f"an alarm has exactly one of 'when', 'point' and 'device'; this has {said}")
        given = self.conditions
        if self.point is not None and len(given) != 1:
            said = " and ".join(repr(one) for one in given) or "none"
            raise ValueError(f"a point's alarm has exactly one of {', '.join(CONDITIONS)}; this has {said}")
        if self.point is None and given:
            raise ValueError(f"{given[0]!r} needs a 'point'")
        if (self.device is not None) != self.offline:
            raise ValueError("the condition of a device is 'offline: true', and only a device has it")
        self._check_belongings()
        return self

    @property
    def conditions(self) -> list[str]:
        """The point's conditions that are given."""
        names = {"is": "equal", "is_not": "unequal"}
        values = {name: getattr(self, names.get(name, name)) for name in CONDITIONS}
        return [name for name, value in values.items() if value is not None and value is not False]

    def _check_belongings(self) -> None:
        belongings = {
            "clear": ("when",),
            "hysteresis": ("high", "low", "deviation"),
            "per": ("rise", "fall"),
            "target": ("deviation",),
        }
        given = ["when"] if self.when is not None else self.conditions
        for key, owners in belongings.items():
            if getattr(self, key) is not None and not set(owners) & set(given):
                raise ValueError(f"{key!r} belongs to {' or '.join(repr(one) for one in owners)}")
        if self.deviation is not None and self.target is None:
            raise ValueError("'deviation' needs a 'target', the point to be near to")


Alarms = dict[Name, Alarm]
