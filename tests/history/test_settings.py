from __future__ import annotations

from pathlib import Path

from port502.history import Keep


def test_the_path_is_a_directory_with_one_file_in_it() -> None:
    assert Keep(Path("data")).file == Path("data/history.sqlite")


def test_a_week_and_two_gibibytes_are_kept_unless_told_otherwise() -> None:
    keep = Keep(Path("data"))
    assert (keep.keep, keep.max_bytes) == (604_800.0, 2 * 1024**3)
