"""port502 takes a block apart: points that were planned once, and the data of each reply."""

from __future__ import annotations

import sys
from collections.abc import Callable

from bench.peers.counting import Window, count
from bench.peers.decoding import data_of, fields
from port502.registers.block import Block
from port502.registers.point import Point
from port502.registers.reference import Table

REPLIES = 20


def decoder() -> Callable[[], list[object]]:
    """What gives the values of one reply."""
    made = fields()
    block = Block(
        tuple(
            Point(f"p{one.address}", Table.HOLDING, one.address, type=one.type, scale=one.scale)
            for one in made
        )
    )
    data = data_of(made)
    return lambda: [value for _, value in block.values(data)]


def work(window: Window) -> None:
    """Decode reply after reply."""
    decode = decoder()
    while window.open():
        for _ in range(REPLIES):
            decode()
        window.add(REPLIES)


if __name__ == "__main__":
    count(float(sys.argv[1]), work)
