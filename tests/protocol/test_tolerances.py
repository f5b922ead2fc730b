"""Named peculiarities of devices."""

from __future__ import annotations

import pytest

from port502.errors import UsageError
from port502.protocol.tolerances import TOLERANCES, tolerances


def test_names_become_a_set() -> None:
    assert tolerances(["extra_bytes", "extra_bytes"]) == frozenset({"extra_bytes"})
    assert tolerances(TOLERANCES) == TOLERANCES


def test_nothing_is_tolerated_unless_named() -> None:
    assert tolerances(()) == frozenset()


def test_an_unknown_name_is_refused_with_those_that_exist() -> None:
    with pytest.raises(
        UsageError, match=r"no such tolerance: extra_byte \(there are any_unit_in_reply, extra_bytes"
    ):
        tolerances(["extra_byte"])
