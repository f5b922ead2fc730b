"""What an answer says about a unit."""

from __future__ import annotations

import pytest

from port502.discover.units import Answer, Patience, UnitClass, answers_any_unit, silent_units
from port502.errors import NoReplyError, Port502Error, ReplyError, device_error


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (None, UnitClass.DEVICE),
        (device_error(3, 1), UnitClass.DEVICE),
        (device_error(3, 2), UnitClass.DEVICE),
        (device_error(3, 4), UnitClass.DEVICE),
        (device_error(3, 6), UnitClass.DEVICE),
        (device_error(3, 10), UnitClass.GATEWAY_NO_PATH),
        (device_error(3, 11), UnitClass.GATEWAY_SILENT),
        (NoReplyError("silence"), UnitClass.SILENT),
        (ReplyError("nonsense"), UnitClass.BROKEN),
    ],
)
def test_only_what_a_device_says_itself_makes_it_one(error: Port502Error | None, kind: UnitClass) -> None:
    assert Answer(1, b"", error).kind is kind
    assert kind.is_device is (kind is UnitClass.DEVICE)


def test_proof_in_words() -> None:
    assert Answer(1).proof == "read answered"
    assert Answer(1, error=device_error(3, 2)).proof == "exception 2, illegal data address"
    assert Answer(1, error=NoReplyError("silence")).proof == ""
    assert Answer(1, error=device_error(3, 2)).exception == 2


def test_who_answers_at_unlikely_units_too_answers_at_any() -> None:
    same = {unit: Answer(unit) for unit in (1, 201, 247)}
    assert answers_any_unit(same)
    assert not answers_any_unit({unit: Answer(unit) for unit in (1, 247)})
    assert not answers_any_unit({201: Answer(201), 247: Answer(247)})
    assert not answers_any_unit(same | {247: Answer(247, error=NoReplyError("silence"))})
    assert not answers_any_unit(same | {1: Answer(1, error=device_error(3, 2))})
    gateway = {unit: Answer(unit, error=device_error(3, 11)) for unit in (201, 247)}
    assert not answers_any_unit({1: Answer(1)} | gateway)


def test_silent_units_in_order() -> None:
    silence = NoReplyError("silence")
    assert silent_units([Answer(9, error=silence), Answer(1), Answer(2, error=silence)]) == [2, 9]


def test_patience_learns_from_the_slowest_answer() -> None:
    patience = Patience(1.0, 0.1)
    assert patience.timeout == 1.0
    patience.heard(0.01)
    assert patience.timeout == 0.1
    patience.heard(0.2)
    assert patience.timeout == pytest.approx(0.6)
    patience.heard(5.0)
    assert patience.timeout == 1.0
    patience.stretch(3.0)
    assert patience.timeout == 3.0
