"""Frames explained: which framing, which direction, field by field, and what is wrong with a broken one."""
