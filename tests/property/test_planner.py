"""Plans and healing for all layouts of points and all tempers of devices."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from port502.registers.block import Block, Span
from port502.registers.healing import Healing
from port502.registers.knowledge import Knowledge
from port502.registers.planner import Limits, plan
from port502.registers.point import Point
from port502.registers.reference import Table
from tests.thoroughness import times

TYPES = ["uint16", "int32", "float64", "bits"]


@st.composite
def layouts(draw: st.DrawFn, highest: int = 400, most: int = 40) -> list[Point]:
    """Points of several widths and tables, close enough to share reads and to lie over each other."""
    places = draw(st.lists(st.tuples(st.sampled_from(Table), st.integers(0, highest)), max_size=most))
    points = []
    for number, (table, address) in enumerate(places):
        kind = "uint16" if table.is_bits else draw(st.sampled_from(TYPES))
        points.append(
            Point(
                f"p{number}",
                table,
                address,
                kind,
                count=draw(st.integers(1, 3)),
                side_effect=draw(st.integers(0, 9)) == 0,
            )
        )
    return points


@st.composite
def limits(draw: st.DrawFn, least: int = 12) -> Limits:
    return Limits(
        draw(st.integers(least, 125)),
        draw(st.integers(least, 2000)),
        draw(st.integers(0, 30)),
        draw(st.integers(0, 100)),
    )


def covered(points: list[Point]) -> set[tuple[Table, int]]:
    return {(point.table, address) for point in points for address in range(point.address, point.end)}


@given(layouts(), limits())
def test_every_point_is_in_exactly_one_legal_block_and_whole(points: list[Point], limit: Limits) -> None:
    blocks = plan(points, limit)
    assert sorted(point.name for block in blocks for point in block.points) == sorted(
        point.name for point in points
    )
    wanted = covered(points)
    for block in blocks:
        assert 1 <= block.quantity <= limit.most(block.table)
        assert all(point.table == block.table for point in block.points)
        assert all(block.address <= point.address < point.end <= block.end for point in block.points)
        assert block.address == min(point.address for point in block.points)
        assert block.end == max(point.end for point in block.points)
        strange = [at for at in range(block.address, block.end) if (block.table, at) not in wanted]
        assert len(strange) <= block.bridged
        assert all(
            gap.end - gap.address <= limit.widest_gap(block.table) or strange == [] for gap in block.gaps
        )


@given(layouts(), limits())
def test_what_has_a_side_effect_is_read_by_nobody_else(points: list[Point], limit: Limits) -> None:
    touchy = [point for point in points if point.side_effect]
    for block in plan(points, limit):
        for point in touchy:
            if block.table == point.table and block.address < point.end and point.address < block.end:
                assert len(block.points) == 1


@given(layouts(), limits(), st.lists(st.tuples(st.sampled_from(Table), st.integers(0, 400)), max_size=10))
def test_forbidden_addresses_are_never_read(
    points: list[Point], limit: Limits, places: list[tuple[Table, int]]
) -> None:
    free = [place for place in places if place not in covered(points)]
    forbidden = tuple(Span(table, address, address + 1) for table, address in free)
    strict = Limits(limit.max_registers, limit.max_bits, limit.gap, limit.bit_gap, forbidden)
    for block in plan(points, strict):
        assert not any(
            table == block.table and block.address <= address < block.end for table, address in free
        )


def fewest(points: list[Point], most: int, gap: int) -> int:
    """The fewest reads of points in one table, found by trying every way to part them."""
    ordered = sorted(points, key=lambda point: (point.address, point.end))
    best = [0] * (len(ordered) + 1)
    for start in range(len(ordered) - 1, -1, -1):
        best[start] = len(ordered)
        end = ordered[start].end
        for stop in range(start + 1, len(ordered) + 1):
            point = ordered[stop - 1]
            reached = max((before.end for before in ordered[: stop - 1]), default=point.address)
            if stop - 1 > start and point.address - max(end, reached) > gap:
                break
            end = max(end, point.end)
            if end - ordered[start].address <= most:
                best[start] = min(best[start], 1 + best[stop])
    return best[0]


@given(
    st.lists(st.tuples(st.integers(0, 120), st.integers(1, 8)), max_size=14),
    st.integers(8, 40),
    st.integers(0, 10),
)
def test_no_plan_needs_fewer_reads(places: list[tuple[int, int]], most: int, gap: int) -> None:
    points = [Point(f"p{n}", Table.HOLDING, at, count=size) for n, (at, size) in enumerate(places)]
    assert len(plan(points, Limits(max_registers=most, gap=gap))) == fewest(points, most, gap)


@given(layouts(), limits(), st.randoms())
def test_the_order_of_points_does_not_matter(points: list[Point], limit: Limits, random: object) -> None:
    shuffled = list(points)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    before = [(block.table, block.address, block.quantity) for block in plan(points, limit)]
    assert [(block.table, block.address, block.quantity) for block in plan(shuffled, limit)] == before


@given(layouts(), limits())
def test_a_block_decodes_each_point_as_the_point_itself_does(points: list[Point], limit: Limits) -> None:
    for block in plan(points, limit):
        if block.table.is_bits:
            pattern = int.from_bytes(bytes(range(1, 251)), "little") >> block.address % 97
            data = (pattern & (1 << block.quantity) - 1).to_bytes((block.quantity + 7) // 8, "little")
            scale = 1
        else:
            data = b"".join((at * 257 & 0xFFFF).to_bytes(2, "big") for at in range(block.address, block.end))
            scale = 2
        expected = [
            (point, point.decode(data, scale * (point.address - block.address))) for point in block.points
        ]
        assert repr(block.values(data)) == repr(expected)


class Device:
    """A device with absent addresses, a largest read and a boundary, in each of its tables alike."""

    def __init__(self, absent: set[int], largest: int, edge: int) -> None:
        self.absent = absent
        self.largest = largest
        self.edge = edge

    def answer(self, block: Block) -> int:
        if block.quantity > self.largest:
            return 3
        crosses = block.address < self.edge < block.end
        return 2 if crosses or self.absent & set(range(block.address, block.end)) else 0


@settings(max_examples=times(2))
@given(
    layouts(highest=150, most=30),
    limits(),
    st.sets(st.integers(0, 150), max_size=5),
    st.integers(1, 130),
    st.integers(0, 150),
)
def test_healing_leaves_no_readable_point_unread_and_comes_to_rest(
    points: list[Point], limit: Limits, absent: set[int], largest: int, edge: int
) -> None:
    device = Device(absent, largest, edge)
    healing = Healing(points, limit)
    readable = {point.name for point in points if device.answer(Block([point])) == 0}
    refusals = 0
    for now in range(20):
        refusals = 0
        good: set[str] = set()
        queue = list(healing.blocks(float(now)))
        while queue:
            block = queue.pop()
            code = device.answer(block)
            if code:
                refusals += 1
                queue += healing.refused(block, code, float(now))
            else:
                healing.succeeded(block)
                good |= {point.name for point in block.points}
        assert good == readable
    assert refusals == 0
    assert set(healing.guilty) == {point.name for point in points} - readable
    assert Knowledge.loads(healing.knowledge.dumps()) == healing.knowledge
