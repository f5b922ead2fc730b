from __future__ import annotations

from port502.guard.record import MOST_TEXT, Record, values_text
from port502.service.call import Session


def test_fields_with_nothing_to_say_are_left_out() -> None:
    record = Record(event="write", unit=0, address=0, exception=2, before=[0])
    assert record.fields() == {
        "event": "write",
        "unit": 0,
        "address": 0,
        "before": [0],
        "exception": 2,
        "exception_name": "illegal data address",
    }


def test_who_it_was_is_in_one_spelling() -> None:
    session = Session("::ffff:10.0.0.1", 40000, "tls", "hall", role="a\nb", fingerprint="ab", subject="CN=x")
    said = Record(event="refused").about(session).fields()
    assert (said["client"], said["port"], said["listener"]) == ("10.0.0.1", 40000, "hall")
    assert (said["role"], said["fingerprint"], said["subject"]) == ("a\nb", "ab", "CN=x")


def test_long_text_is_cut() -> None:
    assert len(Record(event="x", reason="y" * 10_000).fields()["reason"]) == MOST_TEXT


def test_values_are_numbers_and_coils_are_a_text() -> None:
    assert values_text([1, 2], bits=False) == [1, 2]
    assert values_text([1, 0, 1], bits=True) == "101"
    assert values_text(None, bits=True) is None
