import pytest
from pydantic import ValidationError

from port502.collect.sample import Sample
from port502.web.api.models import Acknowledge, Kept, Now, Shelve, WriteOrder
from port502.web.station import PointNow


def test_a_sample_of_several_values() -> None:
    kept = Kept.of(Sample("a.b", 0.5, (1, 2), "uncertain", "stale"))
    assert kept.model_dump() == {
        "point": "a.b",
        "time": "1970-01-01T00:00:00.500Z",
        "value": [1, 2],
        "quality": "uncertain",
        "reason": "stale",
    }


@pytest.mark.parametrize("value", [True, 5, 2.5, "auto"])
def test_a_value_to_write_stays_what_it_is(value: object) -> None:
    order = WriteOrder.model_validate({"value": value})
    assert order.value == value
    assert type(order.value) is type(value)


def test_what_makes_no_sense_is_refused() -> None:
    for model, content in (
        (WriteOrder, {"value": None}),
        (WriteOrder, {"value": 1, "force": True}),
        (Acknowledge, {"alarms": []}),
        (Shelve, {"seconds": 0}),
        (Shelve, {"seconds": 8 * 86_400}),
    ):
        with pytest.raises(ValidationError):
            model.model_validate(content)


def test_what_was_known_last_is_told_beside_a_missing_value() -> None:
    now = Now.of(PointNow("a.b", None, "bad", "timeout", 0.0, 60.0, (475,), 47.5))
    assert (now.value, now.last_known, now.age_s) == (None, 47.5, 60.0)
