"""Plans: the fewest legal reads, checked by hand-made layouts."""

from __future__ import annotations

from time import process_time

import pytest

from port502.errors import UsageError
from port502.registers.block import Block, Span
from port502.registers.planner import Limits, check_points, explain, lay_out, plan
from port502.registers.point import Point
from port502.registers.reference import Table, parse_reference

HOLDING, INPUT, COIL = Table.HOLDING, Table.INPUT, Table.COIL


def at(*addresses: int, table: Table = HOLDING, kind: str = "uint16") -> list[Point]:
    return [Point(f"{table}{address}", table, address, kind) for address in addresses]


def spans(blocks: list[Block]) -> list[tuple[int, int]]:
    return [(block.address, block.quantity) for block in blocks]


def test_nothing_to_read_is_no_read() -> None:
    assert plan([]) == []


def test_neighbours_share_a_read_and_the_order_of_points_does_not_matter() -> None:
    assert spans(plan(at(3, 1, 2, 0))) == [(0, 4)]


@pytest.mark.parametrize(
    ("gap", "expected"), [(16, [(0, 18)]), (15, [(0, 1), (17, 1)]), (0, [(0, 1), (17, 1)])]
)
def test_a_gap_is_bridged_up_to_the_limit(gap: int, expected: list[tuple[int, int]]) -> None:
    assert spans(plan(at(0, 17), Limits(gap=gap))) == expected


def test_bits_have_a_gap_limit_of_their_own() -> None:
    assert spans(plan(at(0, 65, table=COIL))) == [(0, 66)]
    assert spans(plan(at(0, 66, table=COIL))) == [(0, 1), (66, 1)]


def test_the_default_maxima_are_120_registers_and_1920_bits() -> None:
    assert spans(plan(at(*range(121)))) == [(0, 120), (120, 1)]
    assert spans(plan(at(*range(1921), table=COIL))) == [(0, 1920), (1920, 1)]


def test_a_value_is_never_torn() -> None:
    floats = at(*range(0, 20, 2), kind="float32")
    assert spans(plan(floats, Limits(max_registers=9))) == [(0, 8), (8, 8), (16, 4)]


def test_tables_never_share_a_read() -> None:
    blocks = plan(at(0) + at(1, table=INPUT) + at(2, table=COIL))
    assert [(block.table, block.address) for block in blocks] == [(COIL, 2), (INPUT, 1), (HOLDING, 0)]


def test_of_plans_with_equally_few_reads_the_one_with_fewest_registers_is_taken() -> None:
    # Filling the first read to its end would bridge 2..7 and make it 9 registers; both plans take two reads.
    assert spans(plan(at(0, 1, 8, 9, 10, 11), Limits(max_registers=10))) == [(0, 2), (8, 4)]


def test_fewest_reads_come_before_fewest_registers() -> None:
    assert spans(plan(at(0, 9, 10, 19), Limits(max_registers=10))) == [(0, 10), (10, 10)]


def test_a_long_point_over_others_does_not_hide_them() -> None:
    points = [Point("long", HOLDING, 4, count=8), *at(0, 6, 13)]
    blocks = plan(points, Limits(max_registers=10))
    assert {point.name for block in blocks for point in block.points} == {point.name for point in points}
    assert spans(blocks) == [(0, 1), (4, 10)]


def test_points_at_the_same_address_share_it() -> None:
    points = [
        Point("raw", HOLDING, 5),
        Point("value", HOLDING, 5, "float32"),
        Point("bits", HOLDING, 5, "bits"),
    ]
    assert spans(plan(points)) == [(5, 2)]


def test_forbidden_addresses_are_never_bridged_nor_read() -> None:
    limits = Limits(forbidden=(Span(HOLDING, 3, 5), Span(INPUT, 0, 100)))
    assert spans(plan(at(0, 1, 2, 5, 6), limits)) == [(0, 3), (5, 2)]
    with pytest.raises(UsageError, match=r"holding4 at holding:4 lies in the forbidden holding:3\.\.4"):
        plan(at(0, 4), limits)


def test_a_point_with_a_side_effect_is_read_alone_and_never_bridged() -> None:
    touchy = Point("reset_on_read", HOLDING, 5, side_effect=True)
    assert spans(plan([touchy, *at(3, 4, 6, 7)])) == [(3, 2), (5, 1), (6, 2)]
    assert spans(plan([touchy, *at(3, 4, 8)], Limits(gap=16))) == [(3, 2), (5, 1), (8, 1)]


def test_a_point_over_a_side_effect_is_read_alone_too() -> None:
    touchy = Point("reset_on_read", HOLDING, 5, side_effect=True)
    wide = Point("wide", HOLDING, 4, "float32")
    blocks = plan([touchy, wide, *at(3, 6)])
    assert [[point.name for point in block.points] for block in blocks] == [
        ["holding3"],
        ["wide"],
        ["reset_on_read"],
        ["holding6"],
    ]


@pytest.mark.parametrize(
    ("point", "limits", "advice"),
    [
        (
            Point("name", HOLDING, 0, "string", length=126),
            Limits(max_registers=125),
            "make it several points",
        ),
        (Point("name", HOLDING, 0, "string", length=122), Limits(), "allow 122 per read"),
        (Point("name", COIL, 0, count=1921), Limits(), "allow 1921 per read"),
        (Point("name", COIL, 0, count=2001), Limits(max_bits=2000), "make it several points"),
    ],
)
def test_a_point_larger_than_a_read_is_refused_by_name(point: Point, limits: Limits, advice: str) -> None:
    with pytest.raises(UsageError, match=rf"name takes {point.width} .*: {advice}"):
        plan([point], limits)


@pytest.mark.parametrize(
    "arguments",
    [
        {"max_registers": 0},
        {"max_registers": 126},
        {"max_bits": 0},
        {"max_bits": 2001},
        {"gap": -1},
        {"bit_gap": -1},
    ],
)
def test_clauses_6_1_to_6_4_bound_the_limits(arguments: dict[str, int]) -> None:
    with pytest.raises(UsageError, match=next(iter(arguments))):
        Limits(**arguments)  # type: ignore[arg-type]


def test_no_block_crosses_a_cut() -> None:
    blocks = lay_out(at(*range(10)), Limits(), cuts=[(HOLDING, 4), (INPUT, 7)])
    assert spans(blocks) == [(0, 4), (4, 6)]


def test_a_barrier_stops_bridging_but_not_reading() -> None:
    assert spans(lay_out(at(0, 1, 4), Limits(), barriers=[Span(HOLDING, 2, 4)])) == [(0, 2), (4, 1)]
    assert spans(lay_out(at(0, 1, 4), Limits(), barriers=[Span(HOLDING, 4, 9)])) == [(0, 5)]


def test_an_oversized_point_stands_alone_once_a_smaller_limit_was_learned() -> None:
    points = [*at(0), Point("wide", HOLDING, 1, count=10), *at(11, 12)]
    assert spans(lay_out(points, Limits(max_registers=4))) == [(0, 1), (1, 10), (11, 2)]


def test_a_plan_explains_itself() -> None:
    blocks = plan(at(0, 3) + at(100) + at(5, 6, table=COIL))
    assert explain(blocks).splitlines() == [
        "coil 5..6: 2 bits, 2 points",
        "holding 0..3: 4 registers, 2 points, 2 bridged",
        "holding 100..100: 1 register, 1 point",
        "3 requests, 5 registers, 2 of them bridged, 2 bits, 0 of them bridged",
    ]
    assert explain([]) == "0 requests"


def test_a_thousand_points_are_planned_in_fifty_milliseconds() -> None:
    points = at(*(7 * index + index % 5 for index in range(1000)), kind="float32")
    best = 1.0
    for _ in range(3):
        start = process_time()
        plan(points)
        best = min(best, process_time() - start)
    assert best < 0.05


def test_what_has_only_a_number_is_named_by_its_reference() -> None:
    reference = parse_reference("holding:0/string[500]")
    with pytest.raises(UsageError, match=r"^holding:0/string\[500\] takes 500 registers"):
        check_points([Point.from_reference(reference, name="0")], Limits())
