"""Devices that behave: moving values, plants of devices, and faults."""
