from rich.console import Console

from port502.cli.alarm_view import alarm_json, alarms_table
from port502.collect.alarms import AlarmState

LOUD = AlarmState("fast", "unacknowledged", "high", 1000.0, "Pump runs at 49 Hz", 49.0, 48.0, raised=1000.0)
SHELVED = AlarmState("gone", "normal", "critical", 900.0, shelved_until=5000.0, shelved_by="ann")


def test_a_line_per_alarm() -> None:
    console = Console(width=100)
    with console.capture() as capture:
        console.print(alarms_table([LOUD, SHELVED]))
    heading, fast, gone = [line for line in capture.get().splitlines() if line.strip()]
    assert heading.split() == ["priority", "alarm", "state", "since", "text"]
    assert fast.split() == ["high", "fast", "unacknowledged", "00:16:40", "Pump", "runs", "at", "49", "Hz"]
    assert gone.split() == ["critical", "gone", "shelved", "00:15:00"]


def test_json_has_times_with_a_zone_and_nothing_empty() -> None:
    assert alarm_json(LOUD) == {
        "alarm": "fast",
        "state": "unacknowledged",
        "active": True,
        "priority": "high",
        "since": "1970-01-01T00:16:40.000Z",
        "text": "Pump runs at 49 Hz",
        "value": 49.0,
        "limit": 48.0,
        "raised": "1970-01-01T00:16:40.000Z",
        "suppressed": False,
        "known": True,
    }
    assert alarm_json(SHELVED)["shelved_until"] == "1970-01-01T01:23:20.000Z"
