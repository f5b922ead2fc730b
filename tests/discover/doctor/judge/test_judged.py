"""A finding with its places filled."""

from __future__ import annotations

import pytest

from port502.discover.doctor.findings import Confidence
from port502.discover.doctor.judge.judged import concluded, found, known_places, seen
from tests.discover.doctor.cases import evidence, question


def test_the_targets_own_places_are_filled_in_everywhere() -> None:
    judged = found("TCP.REFUSED_RST", Confidence.SURE, evidence(question=question(unit=3)), seen("a", 1))
    assert judged.code == "TCP.REFUSED_RST"
    assert judged.sentence.startswith("192.168.1.10 is alive")
    assert any("nc -zv -w 3 192.168.1.10 502" in one.linux for one in judged.checks)
    assert (judged.signals[0].kind, judged.signals[0].value) == ("observed", "1")
    assert concluded("a", "b").kind == "inferred"


def test_a_place_that_nobody_filled_is_an_error_of_ours() -> None:
    with pytest.raises(KeyError):
        found("GW.0B_ALL", Confidence.SURE, evidence())


def test_what_is_known_of_a_target_without_an_address() -> None:
    places = known_places(evidence(name=None, connect=None))
    assert (places["address"], places["port"], places["source"]) == ("192.168.1.10", 502, "this machine")
