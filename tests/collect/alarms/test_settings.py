from dataclasses import replace

from port502.collect.alarms.settings import PRIORITIES, AlarmSettings, Limit


def test_equal_settings_are_equal_so_that_a_reload_can_tell() -> None:
    settings = AlarmSettings("hot", Limit("boiler.temperature", high=90.0))
    assert settings == AlarmSettings("hot", Limit("boiler.temperature", high=90.0))
    assert settings != replace(settings, condition=Limit("boiler.temperature", high=91.0))
    assert settings.priority in PRIORITIES
