"""H240-H260: the kept inputs of the fuzzer, and damaged ones, make no parser raise or loop."""

from __future__ import annotations

import pytest

from tools.fuzz.__main__ import Failed, fuzz, try_one
from tools.fuzz.mutate import LONGEST, Mutator
from tools.fuzz.targets import CORPUS, TARGETS, Target, corpus_of


@pytest.mark.parametrize("name", TARGETS)
def test_every_kept_input_is_read_or_refused(name: str) -> None:
    target = TARGETS[name]
    inputs = corpus_of(target.corpus)
    assert inputs
    for data in inputs:
        try_one(target, data)


def test_every_corpus_is_used() -> None:
    assert {target.corpus for target in TARGETS.values()} == {path.name for path in CORPUS.iterdir()}


def test_a_turn_of_every_target_goes_well() -> None:
    tried = fuzz(["messages", "layouts"], 4000, 7)
    assert tried["messages"] >= 4000


def test_a_parser_that_raises_something_else_is_caught() -> None:
    def bad(data: bytes) -> None:
        raise KeyError(data)

    with pytest.raises(Failed, match="KeyError"):
        try_one(Target(bad, "pdus.hex"), b"\0")


def test_the_same_seed_gives_the_same_inputs() -> None:
    one, two, other = (Mutator([b"\0\1\2\3"], seed) for seed in (1, 1, 2))
    first = [one.next() for _ in range(200)]
    assert first == [two.next() for _ in range(200)]
    assert first != [other.next() for _ in range(200)]
    assert len(set(first)) > 100
    assert max(map(len, first)) <= LONGEST
