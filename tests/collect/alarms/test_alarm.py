import pytest

from port502.collect.alarms.alarm import LONGEST_SHELF, Alarm, AlarmEvent
from port502.collect.alarms.conditions import Judgement
from port502.collect.alarms.settings import AlarmSettings, Limit
from port502.errors import UsageError

HIGH = Judgement(True, 49.0, 48.0)
FINE = Judgement(False, 40.0, 48.0)
UNKNOWN = Judgement(None)


def make(on_delay: float = 2.0, off_delay: float = 5.0) -> Alarm:
    settings = AlarmSettings("overspeed", Limit("pump.speed", high=48.0), on_delay, off_delay, "high")
    return Alarm(settings, ("pump.speed",), 1000.0)


def raised(alarm: Alarm, time: float = 1000.0) -> AlarmEvent:
    return alarm.turn(HIGH, "too fast", time)


def test_the_condition_must_last_its_delay_both_ways() -> None:
    alarm = make()
    assert not alarm.turning(HIGH, 10.0)
    assert not alarm.turning(HIGH, 11.9)
    assert alarm.turning(HIGH, 12.0)
    raised(alarm)
    assert not alarm.turning(FINE, 13.0)
    assert not alarm.turning(HIGH, 17.0), "it was back in between"
    assert not alarm.turning(FINE, 17.5)
    assert not alarm.turning(FINE, 22.4)
    assert alarm.turning(FINE, 22.5)


def test_what_cannot_be_told_changes_nothing_and_starts_the_delay_anew() -> None:
    alarm = make()
    assert not alarm.turning(HIGH, 10.0)
    assert not alarm.turning(UNKNOWN, 11.0)
    assert not alarm.state.known
    assert not alarm.turning(HIGH, 12.5)
    assert alarm.turning(HIGH, 14.5)
    assert alarm.state.known


def test_raised_acknowledged_cleared_is_normal_again() -> None:
    alarm = make()
    event = raised(alarm)
    assert (event.what, event.state, event.value, event.limit, event.text) == (
        "raised",
        "unacknowledged",
        49.0,
        48.0,
        "too fast",
    )
    event = alarm.acknowledge("ann", "on my way", 1010.0)
    assert (event.what, event.state, event.by, event.comment) == (
        "acknowledged",
        "acknowledged",
        "ann",
        "on my way",
    )
    assert alarm.state.acknowledged_by == "ann"
    event = alarm.turn(FINE, "", 1020.0)
    assert (event.what, event.state) == ("cleared", "normal")
    assert not alarm.active


def test_raised_cleared_waits_for_its_acknowledgement() -> None:
    alarm = make()
    raised(alarm)
    assert alarm.turn(FINE, "", 1001.0).state == "returned"
    assert alarm.acknowledge("ann", "", 1002.0).state == "normal"


def test_a_returned_alarm_is_raised_anew() -> None:
    alarm = make()
    raised(alarm)
    alarm.turn(FINE, "", 1001.0)
    event = raised(alarm, 1005.0)
    assert (event.state, alarm.state.raised, alarm.state.since) == ("unacknowledged", 1005.0, 1005.0)


@pytest.mark.parametrize("again", [False, True])
def test_nothing_to_acknowledge_is_said(again: bool) -> None:
    alarm = make()
    if again:
        raised(alarm)
        alarm.acknowledge("ann", "", 1001.0)
    with pytest.raises(UsageError, match="nothing to acknowledge"):
        alarm.acknowledge("ann", "", 1002.0)


def test_a_shelved_alarm_lives_on_in_silence_until_its_time() -> None:
    alarm = make()
    event = alarm.shelve(1600.0, "ann", "sensor is replaced", 1000.0)
    assert (event.what, event.until, event.silent) == ("shelved", 1600.0, True)
    assert raised(alarm, 1100.0).silent
    assert alarm.state.silent
    assert not alarm.overdue(1599.0)
    assert alarm.overdue(1600.0)
    event = alarm.unshelve("", 1600.0)
    assert (event.what, event.state, event.silent) == ("unshelved", "unacknowledged", False)
    with pytest.raises(UsageError, match="not shelved"):
        alarm.unshelve("", 1601.0)


@pytest.mark.parametrize("until", [999.0, 1000.0, 1000.0 + LONGEST_SHELF + 1])
def test_a_shelf_has_an_end(until: float) -> None:
    with pytest.raises(UsageError, match="shelved until"):
        make().shelve(until, "ann", "", 1000.0)


def test_a_suppressed_alarm_is_silent() -> None:
    alarm = make()
    alarm.suppress(True)
    assert raised(alarm).silent
    alarm.suppress(False)
    assert not alarm.state.silent


def test_it_goes_on_after_a_restart_as_it_stood() -> None:
    alarm = make()
    raised(alarm)
    alarm.acknowledge("ann", "seen", 1001.0)
    alarm.shelve(2000.0, "bob", "", 1002.0)
    after = make()
    after.restore(alarm.state)
    after.turning(HIGH, 0.0)
    alarm.turning(HIGH, 0.0)
    assert after.state == alarm.state
