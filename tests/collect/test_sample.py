from __future__ import annotations

import pytest

from port502.collect.sample import BAD, GOOD, Sample


def test_a_sample_is_good_unless_it_is_said_otherwise() -> None:
    sample = Sample("pump-1.speed", 1_700_000_000.5, 48.2)
    assert (sample.quality, sample.reason) == (GOOD, "")
    assert repr(sample) == "Sample('pump-1.speed', 1700000000.5, 48.2, 'good', '')"


def test_samples_compare_by_everything_they_say() -> None:
    assert Sample("a", 1.0, 2) == Sample("a", 1.0, 2)
    assert Sample("a", 1.0, 2) != Sample("a", 1.0, 3)
    assert Sample("a", 1.0, None, BAD, "timeout") != Sample("a", 1.0, None, BAD, "decode")
    assert Sample("a", 1.0, 2) != "a"


def test_a_sample_takes_nothing_but_its_fields_and_is_no_key() -> None:
    sample = Sample("a", 1.0, 2)
    with pytest.raises(AttributeError):
        sample.unit = "Hz"  # type: ignore[attr-defined]
    with pytest.raises(TypeError):
        hash(sample)
