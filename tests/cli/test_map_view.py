"""A map as people and programs read it."""

from __future__ import annotations

import pytest

from port502.cli.map_view import (
    drawing,
    map_json,
    place_of,
    plan_json,
    plan_lines,
    point_json,
    points_table,
    remarks,
    title_lines,
    type_of,
)
from port502.registers.block import Block
from port502.registers.planner import plan
from port502.registers.point import Point
from port502.registers.reference import Table
from tests.registers.maps.samples import everything

MAP = everything()


def test_the_title_says_what_is_known() -> None:
    lines = title_lines(MAP)
    assert lines[0] == "acme/m1  Acme  M1, M2"
    assert "corroborated" in lines[1]
    assert (
        lines[2] == "takes 2 connections, 50 registers per read, 20 ms between requests, hangs up after 60 s"
    )
    assert lines[3:] == ["from a manual", "note: a note"]


@pytest.mark.parametrize(
    ("name", "place", "kind", "said"),
    [
        ("voltage_l1", "input:0", "float32:cdab", []),
        ("level", "input:22", "uint16 x0.1 -4", ["up is positive"]),
        ("state", "input:20", "uint16", ["0 off, 1 on"]),
        ("mode", "holding:5", "uint16", ["bits 0xf0", "may be written 0..3", "restarts"]),
        ("power", "input:40", "int16", ["scale in input:44"]),
        ("clock", "input:70", "uint32", ["time (unix)"]),
        ("serial", "input:60", "string[4]", []),
        ("spare", "input:80", "uint16*4", ["only M2* >=2.0"]),
        ("run", "coil:3", "bool", ["may be written"]),
    ],
)
def test_a_point_in_words(name: str, place: str, kind: str, said: list[str]) -> None:
    one = MAP.point(name)
    assert place_of(one) == place
    assert type_of(one) == kind
    assert remarks(one) == said


def test_every_point_has_a_row() -> None:
    assert points_table(list(MAP.points.values())).row_count == len(MAP.points)


def test_json_leaves_out_what_has_nothing_to_say() -> None:
    assert point_json(MAP.point("voltage_l2")) == {
        "name": "voltage_l2",
        "ref": "input:2",
        "table": "input",
        "address": 2,
        "type": "float32",
        "order": "cdab",
        "unit_of_measure": "V",
        "ucum": "V",
        "quantity": "voltage",
        "phase": "l2",
        "poll": "normal",
        "note": "of the second phase",
    }
    assert point_json(MAP.point("mode"))["write"] == {"min": 0, "max": 3, "step": 1, "function": 22}
    assert point_json(MAP.point("run"))["write"] == {}
    assert point_json(MAP.point("state"))["enum"] == {"0": "off", "1": "on"}
    content = map_json(MAP, MAP.select("state"))
    assert content["capabilities"] == {
        "max_connections": 2,
        "idle_close_s": 60.0,
        "max_registers": 50,
        "max_bits": 100,
        "gap": 4,
        "pause_ms": 20.0,
        "settle_ms": 1000.0,
        "tolerate": ("extra_bytes",),
    }
    assert content["sources"] == [{"source": "a manual", "page": "12"}]


def test_requests_are_drawn_to_scale() -> None:
    near = [Point("a", Table.INPUT, 0, "float32"), Point("b", Table.INPUT, 4)]
    assert drawing(Block(near)) == "██░░█"
    far = [Point("a", Table.INPUT, 0, count=2), Point("b", Table.INPUT, 118, count=2)]
    assert drawing(Block(far)) == "█" + "░" * 58 + "█"
    blocks = plan(near)
    assert plan_lines(blocks) == [
        "input 0..4: 5 registers, 2 points, 2 bridged",
        "  ██░░█",
        "1 request, 5 registers, 2 of them bridged",
    ]
    assert plan_json(blocks[0])["bridged"] == 2
