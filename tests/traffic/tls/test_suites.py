"""Cipher suites."""

from __future__ import annotations

import pytest

from port502.traffic.tls.suites import MAC_SIZES, SUITES


@pytest.mark.parametrize("suite", SUITES.values(), ids=str)
def test_a_suite_is_consistent(suite: object) -> None:
    from port502.traffic.tls.suites import Suite

    assert isinstance(suite, Suite)
    assert (suite.mode == "cbc") == (suite.mac != "")
    assert suite.key in (16, 32)
    assert suite.tag in (8, 16)
    assert suite.mac in MAC_SIZES
