from __future__ import annotations

import re

from port502.collect.status import BlockStatus
from port502.web.pages.strip import LEAST, WIDTH, drawn, place_text


def block(address: int, count: int, *gaps: tuple[int, int]) -> BlockStatus:
    return BlockStatus("pump", 1.0, "holding", address, count, 3, gaps)


def rects(picture: str, look: str) -> list[tuple[float, float]]:
    found = re.findall(rf'class="{look}" x="([\d.]+)" y="2" width="([\d.]+)"', picture)
    return [(float(x), float(width)) for x, width in found]


def test_a_block_in_words() -> None:
    assert place_text(block(0, 6, (2, 3))) == (
        "holding:0 to 5, every 1 s, 3 points, 3 between them for nothing"
    )
    assert place_text(BlockStatus("pump", 0.5, "coil", 7, 1, 1)) == "coil:7, every 0.5 s, 1 point"


def test_blocks_are_to_scale_and_gaps_lie_in_them() -> None:
    picture = drawn([block(100, 50, (120, 10)), block(150, 50)])
    (first, second), ((gap, wide),) = rects(picture, "p5-block"), rects(picture, "p5-gap")
    assert first == (0.0, WIDTH / 2 - 1.5)
    assert second == (WIDTH / 2, WIDTH / 2 - 1.5)
    assert (gap, wide) == (WIDTH * 0.2, WIDTH * 0.1)
    assert "p5-break" not in picture
    assert "<span>100</span><span>199</span>" in picture


def test_a_long_way_between_two_blocks_is_shortened_and_says_so() -> None:
    picture = drawn([block(40_000, 60), block(0, 60)])
    first, second = rects(picture, "p5-block")
    assert first[1] > 0.4 * WIDTH
    assert second[0] - first[0] - first[1] < 0.1 * WIDTH
    assert picture.count("p5-break") == 1


def test_whatever_is_read_stays_on_the_strip_and_can_be_seen() -> None:
    blocks = [block(address, 1) for address in range(0, 65_536, 100)] + [block(65_400, 125), block(10, 120)]
    for x, width in rects(drawn(blocks), "p5-block"):
        assert width >= 0.99 * min(LEAST, WIDTH)
        assert x >= 0
        assert x + width <= WIDTH + 0.1


def test_blocks_that_overlap() -> None:
    assert len(rects(drawn([block(0, 100), block(50, 20), block(90, 30)]), "p5-block")) == 3
