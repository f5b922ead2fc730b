from dataclasses import replace

import pytest

from port502.collect.alarms.alarm import LONGEST_SHELF
from port502.collect.alarms.alarms import Alarms, shown
from port502.collect.alarms.settings import AlarmSettings, Limit, Offline, WhenTrue
from port502.errors import ConfigError, UsageError
from tests.collect.alarms.views import SmallView

KNOWN = frozenset({"pump.speed", "pump.service"})
FAST = AlarmSettings("fast", Limit("pump.speed", high=48.0), 2.0, 5.0, "high", "Pump runs at {pump.speed} Hz")
DEAD = AlarmSettings("dead", Offline("pump"), 0.0, 0.0, "critical")


def alarms(*settings: AlarmSettings, view: SmallView) -> Alarms:
    return Alarms(settings, KNOWN, view, 1000.0)


def test_an_alarm_is_raised_with_its_text_and_cleared() -> None:
    view = SmallView(pump__speed=49.25)
    working = alarms(FAST, view=view)
    assert working.tick(0.0, 1000.0) == []
    (event,) = working.tick(2.0, 1002.0)
    assert (event.what, event.alarm, event.text) == ("raised", "fast", "Pump runs at 49.25 Hz")
    view.put("pump.speed", 40)
    assert working.tick(3.0, 1003.0) == []
    (event,) = working.tick(8.0, 1008.0)
    assert (event.what, event.state) == ("cleared", "returned")


def test_without_a_text_of_its_own_an_alarm_says_its_condition() -> None:
    view = SmallView()
    view.dead["pump"] = True
    (event,) = alarms(DEAD, view=view).tick(0.0, 1000.0)
    assert event.text == "pump does not answer"


def test_the_important_ones_come_first_and_the_silent_ones_last() -> None:
    view = SmallView(pump__speed=50.0)
    view.dead["pump"] = True
    low = AlarmSettings("low", Limit("pump.speed", low=1.0))
    quick = AlarmSettings("quick", Limit("pump.speed", high=1.0), 0.0)
    shelved = AlarmSettings("shelved", Limit("pump.speed", high=1.0), 0.0, priority="critical")
    working = alarms(low, FAST, quick, DEAD, shelved, view=view)
    working.shelve("shelved", 2000.0, "ann", "", 1000.0)
    working.tick(0.0, 1000.0)
    working.tick(2.0, 1002.0)
    working.acknowledge(["dead"], "ann", "", 1003.0)
    assert [state.alarm for state in working.states()] == ["fast", "quick", "dead", "low", "shelved"]


def test_shelving_ends_by_itself() -> None:
    working = alarms(FAST, view=SmallView(pump__speed=1))
    working.shelve("fast", 1060.0, "ann", "", 1000.0)
    assert working.tick(59.0, 1059.0) == []
    (event,) = working.tick(60.0, 1060.0)
    assert (event.what, event.by) == ("unshelved", "")


def test_several_are_acknowledged_at_once_and_those_seen_already_are_left_out() -> None:
    view = SmallView(pump__speed=50.0)
    view.dead["pump"] = True
    working = alarms(AlarmSettings("fast", FAST.condition, 0.0), DEAD, view=view)
    working.tick(0.0, 1000.0)
    working.acknowledge(["dead"], "ann", "", 1001.0)
    assert [event.alarm for event in working.acknowledge(["fast", "dead"], "ann", "", 1002.0)] == ["fast"]
    with pytest.raises(UsageError, match="nothing to acknowledge"):
        working.acknowledge(["fast", "dead"], "ann", "", 1003.0)


def test_a_name_that_is_none_lists_those_that_are() -> None:
    working = alarms(FAST, view=SmallView())
    for ask in (
        lambda: working.acknowledge(["slow"], "ann", "", 0.0),
        lambda: working.shelve("slow", 1.0, "ann", "", 0.0),
        lambda: working.unshelve("slow", "ann", 0.0),
        lambda: working.state("slow"),
    ):
        with pytest.raises(UsageError, match=r"no alarm 'slow'; there are fast"):
            ask()


def test_a_suppressing_expression_keeps_it_silent_while_true() -> None:
    view = SmallView(pump__speed=50.0, pump__service=True)
    settings = AlarmSettings("fast", FAST.condition, 0.0, suppress="pump.service")
    working = alarms(settings, view=view)
    (event,) = working.tick(0.0, 1000.0)
    assert event.silent
    view.put("pump.service", False)
    working.tick(1.0, 1001.0)
    assert not working.state("fast").silent


def test_a_reload_keeps_the_state_of_what_did_not_change() -> None:
    view = SmallView(pump__speed=50.0)
    quick = AlarmSettings("quick", Limit("pump.speed", high=1.0), 0.0)
    working = alarms(quick, DEAD, view=view)
    working.tick(0.0, 1000.0)
    assert working.apply([quick, AlarmSettings("dead", Offline("other"))], KNOWN, 1001.0) == []
    assert working.state("quick").state == "unacknowledged"


def test_other_limits_and_words_do_not_take_back_what_somebody_has_seen_or_shelved() -> None:
    view = SmallView(pump__speed=50.0)
    quick = AlarmSettings("quick", Limit("pump.speed", high=1.0), 0.0, 0.0)
    working = alarms(quick, FAST, view=view)
    working.tick(0.0, 1000.0)
    working.acknowledge(["quick"], "ann", "on my way", 1001.0)
    working.shelve("fast", 1100.0, "bob", "", 1001.0)
    other = replace(quick, condition=Limit("pump.speed", high=2.0), say="other words", priority="low")
    assert working.apply([other, replace(FAST, on_delay=3.0)], KNOWN, 1002.0) == []
    assert working.tick(2.0, 1002.0) == []
    now = working.state("quick")
    assert (now.state, now.acknowledged_by, now.comment) == ("acknowledged", "ann", "on my way")
    assert working.state("fast").shelved_until == 1100.0
    working.apply([replace(quick, condition=Limit("pump.speed", high=90.0))], KNOWN, 1003.0)
    (event,) = working.tick(3.0, 1003.0)
    assert (event.what, event.state) == ("cleared", "normal")


def test_an_alarm_that_is_gone_or_watches_something_else_is_over() -> None:
    view = SmallView(pump__speed=50.0, pump__service=3.0)
    view.dead.update(pump=True, other=True)
    quick = AlarmSettings("quick", Limit("pump.speed", high=1.0), 0.0)
    working = alarms(quick, DEAD, view=view)
    working.tick(0.0, 1000.0)
    working.acknowledge(["quick", "dead"], "ann", "", 1001.0)
    working.shelve("quick", 1100.0, "ann", "", 1001.0)
    events = working.apply([replace(DEAD, condition=Offline("other"))], KNOWN, 1002.0)
    assert [(event.alarm, event.what, event.state, event.silent) for event in events] == [
        ("quick", "cleared", "normal", True),
        ("dead", "cleared", "normal", False),
    ]
    (event,) = working.tick(1.0, 1003.0)
    assert (event.alarm, event.what, event.state) == ("dead", "raised", "unacknowledged")
    working.apply([DEAD, quick], KNOWN, 1004.0)
    assert working.state("quick").shelved_until is None
    assert working.tick(200.0, 1200.0)


@pytest.mark.parametrize("jump", [-3600.0, 0.0, 3600.0])
def test_a_shelf_lasts_no_longer_for_a_clock_that_was_set(jump: float) -> None:
    working = alarms(FAST, view=SmallView(pump__speed=1))
    working.tick(0.0, 1e6)
    working.shelve("fast", 1e6 + 60.0, "ann", "", 1e6)
    events = [working.tick(float(second), 1e6 + jump + second) for second in range(1, 62)]
    ends = [second for second, told in enumerate(events, 1) if told]
    assert ends == ([1] if jump > 0 else [60])


@pytest.mark.parametrize("jump", [-3600.0, 3600.0])
def test_delays_do_not_care_about_a_clock_that_was_set(jump: float) -> None:
    view = SmallView(pump__speed=49.0)
    working = alarms(FAST, view=view)
    assert working.tick(0.0, 1e6) == []
    assert working.tick(1.0, 1e6 + jump) == []
    (event,) = working.tick(2.0, 1e6 + jump + 1)
    assert event.what == "raised"
    view.put("pump.speed", 40)
    assert working.tick(3.0, 1e6) == []
    assert working.tick(7.5, 1e6 + jump) == []
    assert working.tick(8.0, 1e6)[0].what == "cleared"


def test_a_shelf_from_before_a_restart_lasts_a_week_at_most() -> None:
    before = alarms(FAST, view=SmallView(pump__speed=1))
    before.shelve("fast", 1060.0, "ann", "", 1000.0)
    (state,) = before.states()
    after = alarms(FAST, view=SmallView(pump__speed=1))
    after.restore([replace(state, shelved_until=1e9)], 1000.0)
    after.tick(0.0, 1000.0)
    assert after.tick(LONGEST_SHELF + 1, 1001.0)[0].what == "unshelved"


def test_a_restart_goes_on_where_it_stood_and_forgets_alarms_that_are_gone() -> None:
    view = SmallView(pump__speed=50.0)
    quick = AlarmSettings("quick", Limit("pump.speed", high=1.0), 0.0)
    before = alarms(quick, DEAD, view=view)
    before.tick(0.0, 1000.0)
    before.acknowledge(["quick"], "ann", "seen", 1001.0)
    after = alarms(quick, view=view)
    after.restore(before.states(), 1002.0)
    assert after.tick(0.0, 1002.0) == []
    assert (after.state("quick").state, after.state("quick").comment) == ("acknowledged", "seen")


def test_a_restart_does_not_take_another_alarm_of_the_same_name_for_the_old_one() -> None:
    view = SmallView(pump__speed=50.0, pump__service=3.0)
    before = alarms(AlarmSettings("quick", Limit("pump.speed", high=1.0), 0.0), view=view)
    before.tick(0.0, 1000.0)
    before.acknowledge(["quick"], "ann", "", 1001.0)
    after = alarms(AlarmSettings("quick", Limit("pump.service", high=1.0), 0.0), view=view)
    after.restore(before.states(), 1002.0)
    assert after.tick(0.0, 1002.0)[0].what == "raised"


def test_a_faulty_expression_is_refused_and_a_text_names_what_is_unknown() -> None:
    with pytest.raises(ConfigError):
        alarms(AlarmSettings("x", WhenTrue("pump.nothing > 1")), view=SmallView())
    view = SmallView()
    view.dead["pump"] = True
    settings = AlarmSettings("dead", Offline("pump"), 0.0, say="last speed {pump.speed}")
    (event,) = alarms(settings, view=view).tick(0.0, 0.0)
    assert event.text == "last speed ?"


def test_values_are_shown_short() -> None:
    assert shown(49.123456789) == "49.1235"
    assert shown(True) == "True"
