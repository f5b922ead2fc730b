import pytest
from hypothesis import given
from hypothesis import strategies as st

from port502.collect.alarms.conditions import Judge, good_value, judge_of, points_of
from port502.collect.alarms.settings import (
    Condition,
    Deviation,
    Limit,
    Offline,
    Quality,
    Rate,
    State,
    WhenTrue,
)
from port502.collect.sample import BAD, UNCERTAIN
from port502.errors import ConfigError
from tests.collect.alarms.views import SmallView

KNOWN = frozenset({"pump.speed", "pump.mode", "pump.setpoint"})


def judge(condition: Condition) -> Judge:
    return judge_of(condition, KNOWN)


@pytest.mark.parametrize(
    ("condition", "value", "was", "active"),
    [
        (Limit("pump.speed", high=48.0), 48.0, False, False),
        (Limit("pump.speed", high=48.0), 48.1, False, True),
        (Limit("pump.speed", high=48.0, hysteresis=2.0), 46.5, True, True),
        (Limit("pump.speed", high=48.0, hysteresis=2.0), 46.5, False, False),
        (Limit("pump.speed", high=48.0, hysteresis=2.0), 45.9, True, False),
        (Limit("pump.speed", low=5.0), 4.9, False, True),
        (Limit("pump.speed", low=5.0, hysteresis=1.0), 5.5, True, True),
        (Limit("pump.speed", low=5.0, hysteresis=1.0), 6.1, True, False),
        (State("pump.speed", (3, 4)), 4, False, True),
        (State("pump.speed", (3, 4)), 5, False, False),
        (State("pump.speed", (3, 4), other=True), 5, False, True),
        (WhenTrue("pump.speed > 48"), 49.0, False, True),
        (WhenTrue("pump.speed > 48", "pump.speed < 46"), 47.0, True, True),
        (WhenTrue("pump.speed > 48", "pump.speed < 46"), 47.0, False, False),
        (WhenTrue("pump.speed > 48", "pump.speed < 46"), 45.0, True, False),
    ],
)
def test_a_condition_of_one_value(condition: Condition, value: float, was: bool, active: bool) -> None:
    view = SmallView(pump__speed=value)
    judgement = judge(condition).judge(view, 0.0, was)
    assert judgement.active is active
    assert judgement.value == value


@pytest.mark.parametrize(
    "condition",
    [
        Limit("pump.speed", high=1.0),
        Rate("pump.speed", rise=1.0),
        State("pump.speed", (1,)),
        WhenTrue("pump.speed > 1"),
        Deviation("pump.speed", "pump.setpoint", 1.0),
    ],
)
def test_a_value_that_is_not_good_tells_nothing(condition: Condition) -> None:
    view = SmallView(pump__setpoint=1.0)
    view.spoil("pump.speed")
    assert judge(condition).judge(view, 0.0, True).active is None


def test_a_rate_looks_back_over_its_time_only() -> None:
    view = SmallView(pump__speed=10.0)
    rising = judge(Rate("pump.speed", rise=5.0, per=60.0))
    assert rising.judge(view, 0.0, False).active is False
    view.put("pump.speed", 14.0)
    assert rising.judge(view, 30.0, False).active is False
    view.put("pump.speed", 15.0)
    assert rising.judge(view, 59.0, False).active is True
    assert rising.judge(view, 61.0, False).active is False, "the 10.0 is more than a minute ago"


def test_a_rate_falls_and_forgets_what_was_before_a_gap() -> None:
    view = SmallView(pump__speed=10.0)
    falling = judge(Rate("pump.speed", fall=5.0, per=60.0))
    falling.judge(view, 0.0, False)
    view.spoil("pump.speed")
    falling.judge(view, 1.0, False)
    view.put("pump.speed", 2.0)
    assert falling.judge(view, 2.0, False).active is False
    view.put("pump.speed", -4.0)
    assert falling.judge(view, 3.0, False).active is True


def test_a_rate_remembers_a_bounded_number_of_values() -> None:
    view = SmallView(pump__speed=0.0)
    rising = judge(Rate("pump.speed", rise=1e9, per=60.0))
    for step in range(5_000):
        view.put("pump.speed", step)
        rising.judge(view, step * 0.02, False)
    assert len(rising._seen) <= 600  # type: ignore[attr-defined]


@given(st.lists(st.integers(-100, 100), min_size=1, max_size=200), st.booleans())
def test_a_rate_is_the_way_from_the_lowest_or_highest_value_of_its_time(speeds: list[int], up: bool) -> None:
    view = SmallView(pump__speed=0)
    rate = judge(Rate("pump.speed", rise=30.0, per=10.0) if up else Rate("pump.speed", fall=30.0, per=10.0))
    for now, speed in enumerate(speeds):
        view.put("pump.speed", speed)
        past = speeds[max(0, now - 10) : now + 1]
        moved = speed - min(past) if up else max(past) - speed
        assert rate.judge(view, float(now), False).active is (moved >= 30)


def test_a_deviation_is_a_distance_in_both_directions() -> None:
    view = SmallView(pump__speed=10.0, pump__setpoint=12.5)
    away = judge(Deviation("pump.speed", "pump.setpoint", 2.0, hysteresis=1.0))
    assert away.judge(view, 0.0, False).active is True
    view.put("pump.speed", 13.9)
    assert away.judge(view, 0.0, True).active is True
    view.put("pump.speed", 13.4)
    assert away.judge(view, 0.0, True).active is False


def test_quality_alarms_of_points_keep_still_while_their_device_is_offline() -> None:
    view = SmallView()
    view.spoil("pump.speed")
    bad = judge(Quality("pump.speed", BAD))
    assert bad.judge(view, 0.0, False).active is True
    view.dead["pump"] = True
    assert bad.judge(view, 0.0, False).active is None
    view.dead["pump"] = False
    view.put("pump.speed", 3, UNCERTAIN, "stale: last read 9 s ago")
    assert bad.judge(view, 0.0, True).active is False
    stale = judge(Quality("pump.speed", UNCERTAIN))
    assert stale.judge(view, 0.0, False).active is True
    view.put("pump.speed", None, UNCERTAIN, "not yet read")
    assert stale.judge(view, 0.0, False).active is None


def test_a_device_nobody_asked_yet_is_neither_online_nor_offline() -> None:
    view = SmallView()
    offline = judge(Offline("pump"))
    view.dead["pump"] = None
    assert offline.judge(view, 0.0, True).active is None
    view.dead["pump"] = True
    assert offline.judge(view, 0.0, False).active is True


def test_an_expression_that_has_no_value_or_is_a_text_tells_nothing() -> None:
    view = SmallView(pump__speed=0.0, pump__mode="auto")
    assert judge(WhenTrue("1 / pump.speed > 2")).judge(view, 0.0, False).active is None
    assert judge(WhenTrue("pump.mode")).judge(view, 0.0, False).active is None
    assert judge(WhenTrue("pump.mode == 'auto'")).judge(view, 0.0, False).active is True


def test_the_points_of_a_condition() -> None:
    assert points_of(WhenTrue("pump.speed > 1", "pump.mode == 1"), KNOWN) == ("pump.speed", "pump.mode")
    assert points_of(Deviation("pump.speed", "pump.setpoint", 1.0), KNOWN) == ("pump.speed", "pump.setpoint")
    assert points_of(Limit("pump.speed", high=1.0), KNOWN) == ("pump.speed",)
    assert points_of(Offline("pump"), KNOWN) == ()


def test_an_unknown_point_in_an_expression_is_refused() -> None:
    with pytest.raises(ConfigError, match="no point"):
        judge(WhenTrue("pump.sped > 1"))


def test_only_a_good_value_counts() -> None:
    view = SmallView(pump__speed=1)
    assert good_value(view, "pump.speed") == 1
    assert good_value(view, "nothing") is None
    view.put("pump.speed", 1, UNCERTAIN, "stale")
    assert good_value(view, "pump.speed") is None
