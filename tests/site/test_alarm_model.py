import pytest
from pydantic import ValidationError

from port502.site.alarm_model import Alarm


@pytest.mark.parametrize(
    ("written", "conditions"),
    [
        ({"when": "a.b > 1", "clear": "a.b < 0"}, []),
        ({"point": "a.b", "high": 90.0, "hysteresis": 2.0}, ["high"]),
        ({"point": "a.b", "low": 0.0}, ["low"]),
        ({"point": "a.b", "rise": 5.0, "per": "10s"}, ["rise"]),
        ({"point": "a.b", "deviation": 5.0, "target": "a.c"}, ["deviation"]),
        ({"point": "a.b", "is": ["tripped", 3]}, ["is"]),
        ({"point": "a.b", "is_not": "running"}, ["is_not"]),
        ({"point": "a.*", "stale": True}, ["stale"]),
        ({"device": "*", "offline": True}, []),
    ],
)
def test_an_alarm_has_one_condition(written: dict[str, object], conditions: list[str]) -> None:
    assert Alarm.model_validate(written).conditions == conditions


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({}, "exactly one of 'when', 'point' and 'device'; this has none of them"),
        ({"when": "a.b", "point": "a.b", "high": 1.0}, "this has 'when' and 'point'"),
        ({"point": "a.b"}, "exactly one of high, low"),
        ({"point": "a.b", "high": 1.0, "low": 0.0}, "this has 'high' and 'low'"),
        ({"device": "a"}, "offline: true"),
        ({"when": "a.b", "offline": True}, "only a device has it"),
        ({"when": "a.b", "high": 1.0}, "'high' needs a 'point'"),
        ({"point": "a.b", "high": 1.0, "per": "1m"}, "'per' belongs to 'rise' or 'fall'"),
        ({"point": "a.b", "stale": True, "hysteresis": 1.0}, "'hysteresis' belongs to"),
        ({"point": "a.b", "high": 1.0, "clear": "a.b < 0"}, "'clear' belongs to 'when'"),
        ({"point": "a.b", "deviation": 1.0}, "'deviation' needs a 'target'"),
        ({"point": "a.b", "is": {"x": 1}}, "a value or a list of values"),
        ({"point": "a.b", "high": 1.0, "priority": "urgent"}, "unknown priority"),
    ],
)
def test_what_contradicts_itself_is_said(written: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Alarm.model_validate(written)
    assert message in str(caught.value)
