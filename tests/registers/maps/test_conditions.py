"""Which models and firmware versions have a point."""

from __future__ import annotations

import pytest

from port502.errors import UsageError
from port502.registers.maps.conditions import Condition


@pytest.mark.parametrize(
    ("condition", "model", "firmware", "holds"),
    [
        (Condition(), "M1", "1.0", True),
        (Condition(("SDM630M",)), "sdm630m", None, True),
        (Condition(("SDM630M",)), "SDM630", None, False),
        (Condition(("SDM630*", "X1")), "SDM630-V2", None, True),
        (Condition(("SDM630M",)), None, None, True),
        (Condition(firmware=">=2.0"), None, "2.0.1", True),
        (Condition(firmware=">=2.0"), None, "V1.99", False),
        (Condition(firmware=">=2.0"), None, None, True),
        (Condition(firmware=">=2.0"), None, "unknown", True),
        (Condition(firmware=">=1.5,<2"), None, "1.5", True),
        (Condition(firmware=">=1.5,<2"), None, "2.0", False),
        (Condition(firmware="!=1.7"), None, "1.7.0", False),
        (Condition(firmware="<= 1.7"), None, "1.8", False),
        (Condition(firmware=">1.7"), None, "1.7", False),
        (Condition(firmware="=3"), None, "3.0", True),
        (Condition(("M1",), ">=2"), "M1", "1", False),
    ],
)
def test_conditions(condition: Condition, model: str | None, firmware: str | None, holds: bool) -> None:
    assert condition.holds(model, firmware) is holds


@pytest.mark.parametrize("firmware", ["new", ">=", "1.2.x", ">=1,", "2..0"])
def test_a_condition_that_says_nothing_is_refused(firmware: str) -> None:
    with pytest.raises(UsageError, match=r">=2\.0"):
        Condition(firmware=firmware)
