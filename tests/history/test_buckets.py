from __future__ import annotations

import math

from port502.collect.sample import Sample
from port502.history.buckets import buckets_of


def test_numbers_are_summed_up_per_point_and_step() -> None:
    samples = [Sample("a", 60 + at, float(at)) for at in range(0, 120, 10)]
    first, second = buckets_of(samples, 60.0)
    assert (first.time, first.count, first.minimum, first.maximum, first.mean) == (60, 6, 0, 50, 25)
    assert (second.time, second.last, second.quality) == (120, 110, "good")
    assert first.sample() == Sample("a", 60, 25.0)


def test_the_mean_of_equal_numbers_is_that_number() -> None:
    for value in (48.1, 0.1, -273.15):
        (bucket,) = buckets_of([Sample("a", at / 10, value) for at in range(599)], 60.0)
        assert bucket.mean == value


def test_points_of_one_step_come_by_name_and_empty_steps_not_at_all() -> None:
    samples = [Sample("b", 0.0, 1), Sample("a", 0.5, 2), Sample("a", 100.0, 3)]
    assert [(each.point, each.time) for each in buckets_of(samples, 1.0)] == [("a", 0), ("b", 0), ("a", 100)]


def test_steps_below_a_second_do_not_drift() -> None:
    samples = [Sample("a", 1_760_000_000 + step / 10, step) for step in range(100)]
    assert [each.count for each in buckets_of(samples, 0.1)] == [1] * 100


def test_bad_samples_do_not_spoil_the_mean_but_the_quality() -> None:
    samples = [Sample("a", 0, 10.0), Sample("a", 1, None, "bad", "timeout"), Sample("a", 2, 20.0)]
    (bucket,) = buckets_of(samples, 60.0)
    assert bucket.sample() == Sample("a", 0, 15.0, "uncertain", "1 of 3 samples not good, last: timeout")


def test_a_bad_sample_with_a_value_counts_for_nothing_but_bad() -> None:
    (bucket,) = buckets_of([Sample("a", 0, 99.0, "bad", "sentinel")], 60.0)
    assert (bucket.mean, bucket.last, bucket.quality) == (None, None, "bad")


def test_uncertain_values_count_and_show() -> None:
    (bucket,) = buckets_of([Sample("a", 0, 99.0, "uncertain", "stale")], 60.0)
    assert (bucket.mean, bucket.quality, bucket.faults) == (99.0, "uncertain", 1)


def test_what_is_no_number_gives_its_last_value() -> None:
    samples = [Sample("a", 0, True), Sample("a", 1, False), Sample("b", 2, "run"), Sample("b", 3, "stop")]
    assert [each.sample().value for each in buckets_of(samples, 60.0)] == [False, "stop"]


def test_nan_is_left_out_of_the_numbers() -> None:
    (bucket,) = buckets_of([Sample("a", 0, math.nan), Sample("a", 1, 4.0)], 60.0)
    assert (bucket.minimum, bucket.mean, bucket.count) == (4.0, 4.0, 2)
