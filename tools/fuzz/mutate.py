"""Inputs out of a corpus: a good one, damaged in the ways that break parsers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

_TELLING = (0x00, 0x01, 0x02, 0x7F, 0x80, 0xFE, 0xFF)
_LENGTHS = (0, 1, 2, 3, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF)
LONGEST = 4096


class Mutator:
    """Gives one damaged input after the other; the same seed gives the same ones."""

    def __init__(self, corpus: Sequence[bytes], seed: int) -> None:
        self._corpus = list(corpus) or [b""]
        self._random = Random(seed)

    def next(self) -> bytes:
        """The next input, at most 4096 bytes long."""
        random = self._random
        data = bytearray(self._corpus[int(random.random() * len(self._corpus))])
        for _ in range(1 + int(random.random() * random.random() * 6)):
            _DAMAGES[int(random.random() * len(_DAMAGES))](self, data)
        return bytes(data[:LONGEST])

    def _at(self, data: bytearray, spare: int = 0) -> int:
        return int(self._random.random() * (len(data) + spare))

    def _flip(self, data: bytearray) -> None:
        if data:
            data[self._at(data)] ^= 1 << int(self._random.random() * 8)

    def _set(self, data: bytearray) -> None:
        if data:
            data[self._at(data)] = self._random.choice(_TELLING)

    def _any(self, data: bytearray) -> None:
        if data:
            data[self._at(data)] = int(self._random.random() * 256)

    def _length(self, data: bytearray) -> None:
        if len(data) > 1:
            at = self._at(data, -1)
            order = "big" if self._random.random() < 0.7 else "little"
            data[at : at + 2] = self._random.choice(_LENGTHS).to_bytes(2, order)  # type: ignore[arg-type]

    def _insert(self, data: bytearray) -> None:
        at = self._at(data, 1)
        data[at:at] = self._random.randbytes(1 + int(self._random.random() * 8))

    def _delete(self, data: bytearray) -> None:
        if data:
            at = self._at(data)
            del data[at : at + 1 + int(self._random.random() * 8)]

    def _cut(self, data: bytearray) -> None:
        del data[self._at(data, 1) :]

    def _double(self, data: bytearray) -> None:
        if data and len(data) < LONGEST:
            at = self._at(data)
            size = 1 + int(self._random.random() * 32)
            data[at:at] = data[at : at + size] * (1 + int(self._random.random() * 4))

    def _splice(self, data: bytearray) -> None:
        other = self._random.choice(self._corpus)
        data[self._at(data, 1) :] = other[int(self._random.random() * (len(other) + 1)) :]

    def _move(self, data: bytearray) -> None:
        if len(data) > 2:
            at, to = self._at(data), self._at(data)
            piece = data[at : at + 4]
            del data[at : at + 4]
            data[to:to] = piece


_DAMAGES: tuple[Callable[[Mutator, bytearray], None], ...] = (
    Mutator._flip,
    Mutator._set,
    Mutator._any,
    Mutator._length,
    Mutator._insert,
    Mutator._delete,
    Mutator._cut,
    Mutator._double,
    Mutator._splice,
    Mutator._move,
)
