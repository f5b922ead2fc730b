"""What can be explained offline: functions, exceptions, fields of a frame, practices."""
