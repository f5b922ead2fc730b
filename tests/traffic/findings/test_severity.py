from __future__ import annotations

import pytest

from port502.errors import UsageError
from port502.traffic.findings.severity import Severity, severity_of


def test_severities_have_an_order() -> None:
    assert [one.rank for one in Severity] == [0, 1, 2, 3]
    assert Severity.CRITICAL.reaches(Severity.HIGH)
    assert Severity.HIGH.reaches(Severity.HIGH)
    assert not Severity.MEDIUM.reaches(Severity.HIGH)


def test_a_name_is_understood_in_any_case() -> None:
    assert severity_of(" High ") is Severity.HIGH
    with pytest.raises(UsageError, match="no severity 'bad': there are low, medium, high, critical"):
        severity_of("bad")
