"""Chance that is the same every time: generators and numbers that follow from a seed and some names."""

from __future__ import annotations

import random
from hashlib import blake2b


def chance(seed: object, *names: object) -> random.Random:
    """A generator of its own for these names; equal seeds and names give equal numbers on every machine."""
    return random.Random(_number(seed, *names))  # noqa: S311 (a simulation has no secrets)


def share(seed: object, *names: object) -> float:
    """One number, 0 to below 1, that belongs to these names."""
    return _number(seed, *names) / 2**64


def _number(seed: object, *names: object) -> int:
    text = "\x1f".join(map(str, (seed, *names)))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")
