"""``python -m tools.fuzz``: damaged inputs for every parser until the number asked for, in turns.

Ends with 1 at the first input that makes a parser raise what is not ours, or take longer than a second; the input is
printed as the line for the corpus. ``--target NAME`` tries one parser alone.
"""

from __future__ import annotations

import argparse
import faulthandler
import sys
import time
import traceback
from collections import Counter

from port502.errors import Port502Error
from tools.fuzz.mutate import Mutator
from tools.fuzz.targets import TARGETS, Target, corpus_of

TURN = 2000
SLOW = 1.0
STUCK = 30


class Failed(Exception):  # noqa: N818 (it names a find, not a fault of ours)
    """An input that a parser does not stand."""


def try_one(target: Target, data: bytes) -> None:
    """Give one input to a parser; raises Failed where it raises anything but our own errors, or is slow."""
    began = time.perf_counter()
    try:
        target.run(data)
    except Port502Error:
        pass
    except Exception as error:
        raise Failed("".join(traceback.format_exception(error))) from error
    took = time.perf_counter() - began
    if took > SLOW:
        raise Failed(f"took {took:.1f} s")


def fuzz(names: list[str], inputs: int, seed: int) -> Counter[str]:
    """Try the targets in turns; returns how many inputs each had."""
    mutators = {name: Mutator(corpus_of(TARGETS[name].corpus), seed + at) for at, name in enumerate(names)}
    tried: Counter[str] = Counter()
    told = time.monotonic()
    while tried.total() < inputs:
        for name in names:
            target, mutator = TARGETS[name], mutators[name]
            faulthandler.dump_traceback_later(STUCK + 10 * target.weight, exit=True)
            for _ in range(TURN * target.weight):
                data = mutator.next()
                try:
                    try_one(target, data)
                except Failed as failed:
                    print(f"{name}: {data.hex()}  # {failed}", file=sys.stderr)
                    raise SystemExit(1) from None
            tried[name] += TURN * target.weight
        if time.monotonic() - told > 60:
            told = time.monotonic()
            print(f"{tried.total()} inputs", flush=True)
    faulthandler.cancel_dump_traceback_later()
    return tried


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tools.fuzz", description="Damaged inputs for every parser."
    )
    parser.add_argument("--inputs", type=int, default=1_000_000, help="how many in all")
    parser.add_argument(
        "--seed", type=int, default=time.time_ns() % 1_000_000, help="the same gives the same inputs"
    )
    parser.add_argument("--target", action="append", choices=sorted(TARGETS), help="only this parser")
    words = parser.parse_args()
    print(f"seed {words.seed}", flush=True)
    tried = fuzz(words.target or list(TARGETS), words.inputs, words.seed)
    for name, count in sorted(tried.items()):
        print(f"{name:12} {count:>12}")
    print(f"{'in all':12} {tried.total():>12}, and none was too much", flush=True)


if __name__ == "__main__":
    main()
