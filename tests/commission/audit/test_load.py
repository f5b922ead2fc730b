"""What polling asks of devices and lines."""

from __future__ import annotations

import pytest

from port502.collect.settings import ConnectionSettings, DeviceSettings, PointSettings
from port502.commission.audit.load import blocks_of, load_of, on_the_line
from port502.registers.block import Block
from port502.registers.planner import plan
from port502.registers.point import Point
from port502.registers.reference import parse_reference
from port502.transport.url import parse_url


def point(text: str) -> Point:
    return Point.from_reference(parse_reference(text))


def device(*points: tuple[str, float]) -> DeviceSettings:
    made = [PointSettings(f"p{n}", point(text), every) for n, (text, every) in enumerate(points)]
    return DeviceSettings("d", 1, tuple(made))


def block(text: str) -> Block:
    (one,) = plan([point(text)])
    return one


def test_points_of_one_interval_are_read_together() -> None:
    found = blocks_of(device(("holding:0", 1.0), ("holding:1", 1.0), ("holding:2", 5.0)))
    assert [(interval, one.quantity) for interval, one in found] == [(1.0, 2), (5.0, 1)]


def test_a_frame_takes_its_characters_and_two_silences() -> None:
    # 8 + 5 + 2 characters of 11 bits, and twice 3.5 of them
    assert on_the_line(block("holding:0"), 9600) == pytest.approx((15 + 7) * 11 / 9600)
    # in ASCII twice as many characters of 10 bits, and colon, CR and LF twice
    assert on_the_line(block("holding:0"), 9600, ascii=True) == pytest.approx(36 * 10 / 9600)


def test_the_load_of_a_line_is_the_sum_of_its_reads() -> None:
    settings = ConnectionSettings("bus", "rtu:///dev/x?baud=9600", (device(("holding:0", 0.5)),), pause=0.01)
    found = load_of(settings, parse_url(settings.url), 0.02)
    took = (15 + 7) * 11 / 9600 + 0.03
    assert found.requests == 2.0
    assert found.longest == pytest.approx(took)
    assert found.busy == pytest.approx(2 * took)


def test_a_network_costs_nothing_and_a_line_behind_it_does() -> None:
    settings = ConnectionSettings("gw", "tcp://192.168.5.20", (device(("holding:0", 1.0)),), window=2)
    assert load_of(settings, parse_url(settings.url), 0.02).busy == pytest.approx(0.01)
    assert load_of(settings, parse_url(settings.url), 0.02, baud=1200).busy > 0.1
    assert load_of(ConnectionSettings("n", "tcp://h"), parse_url("tcp://h")).busy == 0
