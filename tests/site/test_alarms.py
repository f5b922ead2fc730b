from pathlib import Path

from port502.collect.alarms.settings import (
    AlarmSettings,
    Deviation,
    Limit,
    Offline,
    Quality,
    Rate,
    State,
    WhenTrue,
)
from port502.site.alarm_model import Alarm
from port502.site.alarms import alarm_settings
from port502.site.document import Document
from port502.site.faults import Fault
from port502.site.validate import validated

POINTS = ["pump-1.speed", "pump-1.target", "pump-2.speed", "meter.power"]
DEVICES = ["pump-1", "pump-2", "meter"]


def understood(text: str) -> tuple[dict[str, AlarmSettings], list[Fault]]:
    body = "alarms:\n" + "".join(f"  {line}\n" for line in text.strip().splitlines())
    document = Document(Path("site.yaml"), body, {})
    alarms: dict[str, Alarm] = {}
    for name, written in document.data["alarms"].items():
        alarm, faults = validated(Alarm, written, document, ("alarms", name))
        assert alarm is not None
        assert not faults
        alarms[name] = alarm
    settings, faults = alarm_settings(alarms, POINTS, DEVICES, document)
    return {one.name: one for one in settings}, faults


def test_each_kind_of_condition() -> None:
    settings, faults = understood("""
fast: {when: "pump-1.speed > 48", for: 1s, clear: "pump-1.speed < 46", priority: high, say: "{pump-1.speed} Hz"}
high: {point: pump-1.speed, high: 90, for: 0, clear_for: 1m}
low: {point: pump-1.speed, low: -50, hysteresis: 2}
rise: {point: pump-1.speed, rise: 5, per: 10s}
away: {point: pump-1.speed, target: pump-1.target, deviation: 4}
state: {point: pump-1.speed, is: [3, 4]}
other: {point: pump-1.speed, is_not: running, suppress: "meter.power < 1"}
stale: {point: meter.power, stale: true}
bad: {point: meter.power, bad: true}
""")
    assert faults == []
    assert settings["fast"] == AlarmSettings(
        "fast",
        WhenTrue("pump-1.speed > 48", "pump-1.speed < 46"),
        1.0,
        5.0,
        "high",
        "{pump-1.speed} Hz",
        "",
        "pump-1",
    )
    assert settings["high"] == AlarmSettings(
        "high", Limit("pump-1.speed", 90.0, None, 0.9), 0.0, 60.0, device="pump-1"
    )
    assert settings["low"].condition == Limit("pump-1.speed", None, -50.0, 2.0)
    assert settings["rise"].condition == Rate("pump-1.speed", 5.0, None, 10.0)
    assert settings["away"].condition == Deviation("pump-1.speed", "pump-1.target", 4.0, 0.04)
    assert settings["state"].condition == State("pump-1.speed", (3, 4))
    assert settings["other"].condition == State("pump-1.speed", ("running",), other=True)
    assert settings["other"].suppress == "meter.power < 1"
    assert settings["stale"].condition == Quality("meter.power", "uncertain")
    assert settings["bad"].condition == Quality("meter.power", "bad")


def test_a_glob_is_an_alarm_for_each_that_fits() -> None:
    settings, faults = understood('gone: {device: "*", offline: true}\nfast: {point: "*.speed", high: 48}')
    assert faults == []
    assert list(settings) == [
        "gone/pump-1",
        "gone/pump-2",
        "gone/meter",
        "fast/pump-1.speed",
        "fast/pump-2.speed",
    ]
    assert settings["gone/meter"].condition == Offline("meter")
    assert settings["fast/pump-2.speed"].device == "pump-2"


def test_an_expression_over_several_devices_belongs_to_none() -> None:
    settings, _ = understood('sum: {when: "pump-1.speed + pump-2.speed > 90"}')
    assert settings["sum"].device == ""


def test_what_names_nothing_is_a_fault_with_its_place() -> None:
    settings, faults = understood("""
a: {point: pump-1.sped, high: 1}
b: {device: metr, offline: true}
c: {when: "pump-1.speed > hihg"}
d: {when: "1 > 2"}
e: {point: pump-1.speed, target: nothing, deviation: 1}
f: {point: "x*", high: 1}
g: {point: meter.power, high: 1, say: "at {meter.pwr}"}
h: {point: meter.power, high: 1, suppress: "meter.power >"}
""")
    assert settings == {}
    assert [str(fault).partition(":")[2] for fault in faults] == [
        "2:14 alarms.a.point: no point is called 'pump-1.sped'; did you mean 'pump-1.speed'?",
        "3:15 alarms.b.device: no device is called 'metr'; did you mean 'meter'?",
        "4:13 alarms.c.when: no point 'hihg' (character 16)",
        "5:13 alarms.d.when: names no point, so it would never change",
        f"6:36 alarms.e.target: no point is called 'nothing'; known here: {', '.join(sorted(POINTS))}",
        f"7:14 alarms.f.point: no point fits 'x*'; known here: {', '.join(sorted(POINTS))}",
        "8:41 alarms.g.say: no point is called 'meter.pwr'; did you mean 'meter.power'?",
        "9:46 alarms.h.suppress: this is no expression; see values and signs around here",
    ]
