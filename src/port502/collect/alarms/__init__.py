"""Alarms: conditions on collected values, with a life cycle after ISA-18.2."""

from port502.collect.alarms.alarm import AlarmEvent, AlarmState
from port502.collect.alarms.alarms import Alarms
from port502.collect.alarms.settings import AlarmSettings

__all__ = ["AlarmEvent", "AlarmSettings", "AlarmState", "Alarms"]
