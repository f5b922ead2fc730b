"""What a program that runs for years asks of the garbage collector."""

from __future__ import annotations

import gc

THRESHOLDS = (1_000, 20, 20)
"""Full rounds after 400,000 objects that stayed, instead of 70,000: a round stops all polling as long as it lasts."""


def settle() -> None:
    """Leave what was built to stay out of the collector's rounds; for before a start, and after each reload.

    A full round over a site of 10,000 points and its dashboard takes a quarter of a second and finds nothing.
    """
    gc.unfreeze()  # what a reload has replaced may go
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)


def stay() -> None:
    """The same for what a start has added, at once: nothing is looked through while something is polled."""
    gc.freeze()
