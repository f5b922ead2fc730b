from __future__ import annotations

from port502.collect.deadband import Deadband
from port502.collect.sample import BAD, GOOD, Value


def keeps(band: Deadband, value: Value, now: float, quality: str = GOOD, reason: str = "") -> bool:
    return band.keeps(value, quality, reason, now)


def test_only_changes_beyond_the_width_are_kept() -> None:
    band = Deadband(0.5)
    values = [10.0, 10.5, 10.51, 10.2, 10.01, 9.9]
    assert [keeps(band, value, now) for now, value in enumerate(values)] == [
        True, False, True, False, False, True,
    ]  # fmt: skip


def test_slow_drift_is_noticed_because_it_is_measured_from_what_was_kept() -> None:
    band = Deadband(1.0)
    kept = [value / 10 for value in range(40) if keeps(band, value / 10, 0.0)]
    assert kept == [0.0, 1.1, 2.2, 3.3]


def test_a_turn_of_quality_or_reason_is_kept() -> None:
    band = Deadband(5.0)
    assert keeps(band, 1, 0.0)
    assert keeps(band, None, 1.0, BAD, "timeout")
    assert not keeps(band, None, 2.0, BAD, "timeout")
    assert keeps(band, None, 3.0, BAD, "link down")
    assert keeps(band, 1, 4.0)


def test_a_sign_of_life_is_kept_each_minute() -> None:
    band = Deadband(5.0)
    kept = [now for now in range(200) if keeps(band, 1, float(now))]
    assert kept == [0, 60, 120, 180]


def test_what_is_no_number_changes_when_it_differs() -> None:
    band = Deadband(5.0)
    assert [keeps(band, value, 0.0) for value in ("on", "on", "off", True, True, False)] == [
        True, False, True, True, False, True,
    ]  # fmt: skip


def test_several_values_change_when_one_of_them_does() -> None:
    band = Deadband(1.0)
    assert keeps(band, (1.0, 2.0), 0.0)
    assert not keeps(band, (1.9, 2.9), 0.0)
    assert keeps(band, (1.0, 3.1), 0.0)
    assert keeps(band, (1.0,), 0.0)
