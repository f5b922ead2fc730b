"""Exceptions from the longest frame name peer, function and size."""

from __future__ import annotations

import pytest

from port502.errors import UsageError
from port502.service.access import Networks
from port502.service.long_frames import LongFrames, all_sizes, sizes_for

ENGINEERS = Networks(["10.0.0.0/24"])


def test_only_the_peers_that_are_named_may() -> None:
    exceptions = (
        LongFrames(ENGINEERS, 90),
        LongFrames(Networks(["10.0.0.5"]), 90, 265),
        LongFrames(Networks(["10.0.0.5"]), 100, 280),
    )
    assert sizes_for(exceptions, "10.0.0.7") == {90: 261}
    assert sizes_for(exceptions, "10.0.0.5") == {90: 265, 100: 280}
    assert sizes_for(exceptions, "::ffff:10.0.0.5") == {90: 265, 100: 280}
    assert sizes_for(exceptions, "10.0.1.5") == sizes_for((), "10.0.0.5") == {}
    assert all_sizes(exceptions) == {90: 265, 100: 280}


def test_what_the_specification_defines_has_no_exceptions() -> None:
    with pytest.raises(UsageError):
        LongFrames(ENGINEERS, 16)
    with pytest.raises(UsageError):
        LongFrames(ENGINEERS, 90, 2000)
