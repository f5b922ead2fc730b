from port502.collect.alarms import AlarmEvent
from port502.outputs.notice import Notice

EVENT = AlarmEvent(1000.25, "fast", "raised", "unacknowledged", "high", "Pump runs at 49 Hz", 49.0, 48.0)


def test_a_person_reads_lines_and_a_program_fields() -> None:
    notice = Notice("station-7", EVENT)
    assert notice.subject == "[station-7] high alarm raised: Pump runs at 49 Hz"
    assert "value:    49.0 (limit 48)" in notice.text
    assert notice.fields() == {
        "site": "station-7",
        "alarm": "fast",
        "event": "raised",
        "state": "unacknowledged",
        "priority": "high",
        "time": "1970-01-01T00:16:40.250Z",
        "text": "Pump runs at 49 Hz",
        "value": 49.0,
        "limit": 48.0,
    }


def test_who_did_it_is_told() -> None:
    seen = AlarmEvent(0.0, "fast", "acknowledged", "acknowledged", "high", by="ann", comment="on my way")
    assert "by:       ann, “on my way”" in Notice("s", seen).text
