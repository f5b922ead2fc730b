from __future__ import annotations

from port502.collect.batch import Batch
from port502.collect.sample import Sample


def filled() -> Batch:
    batch = Batch()
    batch.add_reading(("d.a", "d.b"), 1.0, (10, 20))
    batch.add_samples([Sample("d.c", 2.0, None, "bad", "timeout")])
    return batch


def test_a_batch_is_a_sequence_of_samples() -> None:
    batch = filled()
    expected = [Sample("d.a", 1.0, 10), Sample("d.b", 1.0, 20), Sample("d.c", 2.0, None, "bad", "timeout")]
    assert len(batch) == 3
    assert list(batch) == expected
    assert batch[0] == expected[0]
    assert batch[-1] == expected[-1]
    assert batch[1:] == expected[1:]
    assert expected[1] in batch


def test_its_samples_are_made_once_for_all_who_look() -> None:
    batch = filled()
    assert all(mine is theirs for mine, theirs in zip(batch, batch, strict=True))


def test_an_empty_batch_is_false() -> None:
    assert not Batch()
    assert filled()
