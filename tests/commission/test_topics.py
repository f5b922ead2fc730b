"""What can be explained: the findings of traffic beside everything else."""

from __future__ import annotations

from port502.commission.topics import all_topics, detection_topics, topic_of
from port502.traffic.findings.table import DETECTIONS


def test_every_detection_is_a_topic() -> None:
    topics = detection_topics()
    assert set(topics) == set(DETECTIONS)
    for code, topic in topics.items():
        assert topic.title == f"{code}: {DETECTIONS[code].title}"
        assert "{" not in topic.text
        assert "ATT&CK for ICS 18.1" in topic.text


def test_everything_is_found_by_its_id() -> None:
    known = all_topics()
    assert len({topic.id for topic in known}) == len(known)
    assert {"unit-id", "exception-2", "TCP.REFUSED_RST", "WRITE.STRANGER"} <= {topic.id for topic in known}
    assert all(topic_of(topic.id) == topic for topic in known)
