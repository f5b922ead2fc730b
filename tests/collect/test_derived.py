from __future__ import annotations

import pytest

from port502.collect.derived import Derived, names_of
from port502.collect.sample import BAD, GOOD, UNCERTAIN, Sample
from port502.collect.settings import DeviceSettings, ExpressionSettings
from port502.errors import ConfigError
from tests.collect.wire import device, holding


def pump(**expressions: str) -> DeviceSettings:
    computed = tuple(ExpressionSettings(name, text) for name, text in expressions.items())
    return device("pump-1", 1, holding("flow", 0), holding("speed", 1), expressions=computed)


def meter() -> DeviceSettings:
    return device("meter", 2, holding("power", 0, interval=60.0))


SAMPLES = {
    "pump-1.flow": Sample("pump-1.flow", 0.0, 4),
    "pump-1.speed": Sample("pump-1.speed", 0.0, 50),
    "meter.power": Sample("meter.power", 0.0, 1000),
}


def test_a_value_is_computed_from_points_of_several_devices() -> None:
    derived = Derived([pump(specific="meter.power / max(flow, 0.1)"), meter()])
    (node,) = derived.fed_by(["meter.power"])
    sample = node.computed(SAMPLES, 100.0, 5.0)
    assert sample == Sample("pump-1.specific", 5.0, 250.0)
    assert node.sample(0) is sample
    assert node.read_at == 100.0


def test_only_what_depends_on_a_point_is_computed_and_in_order() -> None:
    derived = Derived([pump(twice="double + double", double="flow * 2", other="speed + 1"), meter()])
    assert [node.name for node in derived.fed_by(["pump-1.flow"])] == ["pump-1.double", "pump-1.twice"]
    assert [node.name for node in derived.fed_by(["pump-1.speed"])] == ["pump-1.other"]
    assert derived.fed_by(["meter.power"]) == ()


def test_bad_in_is_bad_out_and_uncertain_in_is_uncertain_out() -> None:
    (node,) = Derived([pump(total="flow + speed")]).fed_by(["pump-1.flow"])
    bad = SAMPLES | {"pump-1.flow": Sample("pump-1.flow", 0.0, None, BAD, "timeout")}
    found = node.computed(bad, 100.0, 5.0)
    assert found is not None
    assert (found.value, found.quality, found.reason) == (None, BAD, "pump-1.flow: timeout")
    old = SAMPLES | {"pump-1.flow": Sample("pump-1.flow", 0.0, 4, UNCERTAIN, "stale: last read 9.0 s ago")}
    found = node.computed(old, 101.0, 6.0)
    assert found is not None
    assert (found.value, found.quality, found.reason) == (
        54,
        UNCERTAIN,
        "pump-1.flow: stale: last read 9.0 s ago",
    )
    unread = SAMPLES | {"pump-1.flow": Sample("pump-1.flow", 0.0, None, UNCERTAIN, "not yet read")}
    found = node.computed(unread, 102.0, 7.0)
    assert found is not None
    assert (found.value, found.quality) == (None, UNCERTAIN)


def test_what_cannot_be_computed_is_bad_with_the_reason() -> None:
    (node,) = Derived([pump(ratio="speed / flow")]).fed_by(["pump-1.flow"])
    found = node.computed(SAMPLES | {"pump-1.flow": Sample("pump-1.flow", 0.0, 0)}, 100.0, 5.0)
    assert found is not None
    assert (found.value, found.quality) == (None, BAD)
    assert "zero" in found.reason


def test_inputs_as_before_are_computed_once_per_interval_only() -> None:
    (node,) = Derived([pump(double="flow * 2")]).fed_by(["pump-1.flow"])
    assert node.computed(SAMPLES, 100.0, 5.0) is not None
    assert node.computed(SAMPLES, 100.5, 5.5) is None
    assert node.computed(SAMPLES | {"pump-1.flow": Sample("pump-1.flow", 0.0, 5)}, 100.6, 5.6) is not None
    assert node.computed(SAMPLES | {"pump-1.flow": Sample("pump-1.flow", 0.0, 5)}, 101.6, 6.6) is not None


def test_a_computed_value_may_be_as_old_as_its_inputs() -> None:
    derived = Derived([pump(a="meter.power * 2", b="flow + 1", c="a + b"), meter()])
    limits = derived.limits({"meter.power": 180.0, "pump-1.flow": 5.0, "pump-1.speed": 5.0})
    assert limits == {"pump-1.a": 180.0, "pump-1.b": 5.0, "pump-1.c": 180.0}
    assert derived.nodes["pump-1.a"].raw(0) == ()


@pytest.mark.parametrize(
    ("expressions", "words"),
    [
        ({"a": "b + 1", "b": "a + 1"}, "need themselves"),
        ({"a": "a + 1"}, "need themselves"),
        ({"a": "flwo + 1"}, "pump-1.a: no point 'flwo'"),
        ({"a": "1 + 1"}, "names no point"),
        ({"a": "flow +"}, "pump-1.a"),
    ],
)
def test_what_can_never_be_computed_is_refused_at_load(expressions: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        Derived([pump(**expressions)])


def test_names_of_a_device_are_its_points_and_expressions() -> None:
    assert names_of(pump(double="flow * 2")) == ["flow", "speed", "double"]


def test_good_is_the_quality_of_a_good_result() -> None:
    (node,) = Derived([pump(fast="speed > 48")]).fed_by(["pump-1.speed"])
    found = node.computed(SAMPLES, 100.0, 5.0)
    assert found is not None
    assert (found.value, found.quality) == (True, GOOD)
