"""The baseline file: written, read back, and checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from port502.site.baseline_file import load_baseline
from port502.site.check import check_file
from port502.site.faults import SiteFileError
from port502.traffic.dissector import Dissector
from port502.traffic.findings.baseline import Usual, Who
from port502.traffic.findings.baseline_text import baseline_text
from port502.traffic.findings.learner import Learner
from tests.traffic.findings.scene import Scene, usual_morning

ENTRY = """
baseline: plant
conversations:
  - {client: 10.0.0.1, server: 10.0.0.2, unit: 1, functions: [3, "8/0"], %s}
"""


def written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_what_was_learned_is_read_back(tmp_path: Path) -> None:
    scene = Scene()
    line, _ = usual_morning(scene, 2)
    line.ask("08 0000 a537").answer("08 0000 a537").ask("0f 0003 0003 01 05").answer("0f 0003 0003")
    line.read(5, 2, function=4)
    learner = Learner()
    for message in Dissector().feed(scene.records):
        learner.add(message)
    learned = learner.baseline
    path = written(tmp_path / "usual.yaml", baseline_text(learned))
    assert check_file(path).kind == "baseline"
    assert not check_file(path).faults
    read = load_baseline(path)
    assert set(read.conversations) == set(learned.conversations)
    for who, one in learned.conversations.items():
        other = read.conversations[who]
        assert other.functions == one.functions
        assert other.values == one.values
        for spans, others in ((one.reads, other.reads), (one.writes, other.writes)):
            assert {table: found.ranges() for table, found in spans.items()} == {
                table: found.ranges() for table, found in others.items()
            }
        assert other.pause == pytest.approx(one.pause, abs=0.001)
        assert (other.per_second, other.requests) == (one.per_second, one.requests)


def test_it_may_be_written_by_hand(tmp_path: Path) -> None:
    text = ENTRY % "reads: [40001*10, input:5/float32], values: {40101: {min: 0, max: 500}}"
    baseline = load_baseline(written(tmp_path / "own.yaml", text))
    one = baseline.conversations[Who("10.0.0.1", "10.0.0.2", 502, 1)]
    assert one.functions == {"3", "8/0"}
    assert one.reads["holding"].ranges() == [(0, 10)]
    assert one.reads["input"].ranges() == [(5, 7)]
    assert one.values == {("holding", 100): Usual(0, 500)}


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("reads: [holding:x]", "holding:x"),
        ("writes: [input:3]", "input:3 cannot be written"),
        ("values: {nothing: {min: 0, max: 1}}", "nothing"),
        ("values: {'holding:1': {min: 5, max: 1}}", "min 5 is above max 1"),
        ("values: {'holding:1': {min: 5, max: 70000}}", "must be at most 65535"),
        ("speed: 3", "unknown key"),
        ("pause: fast", "a duration is a number and a unit"),
    ],
)
def test_faults_have_their_place(tmp_path: Path, said: str, fault: str) -> None:
    path = written(tmp_path / "bad.yaml", ENTRY % said)
    with pytest.raises(SiteFileError) as caught:
        load_baseline(path)
    (found,) = caught.value.faults
    assert fault in str(found)
    assert found.line == 4


def test_twice_the_same_is_a_fault(tmp_path: Path) -> None:
    entry = "  - {client: a, server: b, unit: 1, functions: [3]}\n"
    path = written(tmp_path / "twice.yaml", "baseline: plant\nconversations:\n" + 2 * entry)
    (fault,) = check_file(path).faults
    assert "are there already" in fault.message


def test_something_else_is_none(tmp_path: Path) -> None:
    with pytest.raises(SiteFileError):
        load_baseline(written(tmp_path / "list.yaml", "- 1\n"))
