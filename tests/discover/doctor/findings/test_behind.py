"""The findings of this stretch of the way, in the order in which they are met."""

from __future__ import annotations

from port502.discover.doctor.findings.behind import BEHIND


def test_codes_are_distinct_and_of_one_shape() -> None:
    codes = [one.code for one in BEHIND]
    assert len(set(codes)) == len(codes)
    for code in codes:
        family, _, name = code.partition(".")
        assert family.isupper() or family[0].isupper()
        assert name == name.upper()


def test_no_two_findings_say_the_same() -> None:
    assert len({one.sentence for one in BEHIND}) == len(BEHIND)
    assert len({one.title for one in BEHIND}) == len(BEHIND)
