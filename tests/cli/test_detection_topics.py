"""``explain`` knows the findings of traffic."""

from __future__ import annotations

import json

from port502.cli.detection_topics import detection_topics
from port502.traffic.findings.table import DETECTIONS
from tests.cli.conftest import Run


def test_every_detection_is_a_topic() -> None:
    topics = detection_topics()
    assert set(topics) == set(DETECTIONS)
    for code, topic in topics.items():
        assert topic.title == f"{code}: {DETECTIONS[code].title}"
        assert "{" not in topic.text
        assert "ATT&CK for ICS 18.1" in topic.text


def test_explain_takes_its_code_in_any_case(run: Run) -> None:
    told = run("explain", "diagnostics.listen_only")
    assert told.code == 0
    assert told.out.startswith("# DIAGNOSTICS.LISTEN_ONLY: a device is forced to listen only\n")
    assert "CLIENT forces unit UNIT of SERVER to listen only" in told.out
    learned = json.loads(run("explain", "CLIENT.ROGUE", "--json").out)
    assert learned["commands"][-1].endswith("--baseline-for 10m")


def test_they_are_listed(run: Run) -> None:
    ids = {topic["id"] for topic in json.loads(run("explain", "--json").out)["topics"]}
    assert set(DETECTIONS) <= ids
