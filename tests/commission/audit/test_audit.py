"""All checks of a site."""

from __future__ import annotations

import json
from pathlib import Path

from port502.commission.audit.audit import audit, page
from port502.commission.audit.checks import CHECKS
from port502.commission.audit.outcome import Outcome
from port502.discover.pages.html import html
from tests.commission.audit.sites import facts

BAD = "connections: {c: {url: 'tcp://8.8.8.8'}}\n"
GOOD = (
    "timezone: Europe/Oslo\nconnections: {c: {url: 'tcp://192.168.5.10'}}\n"
    "devices: {d: {connection: c, unit: 1, points: {a: {ref: 40001}}}}\n"
)


def test_a_site_at_an_address_of_the_internet_is_not_ready(tmp_path: Path) -> None:
    report = audit(facts(tmp_path, BAD))
    assert not report.is_ready
    assert report.verdict == "not ready: 2 checks fail"
    assert [one.check.code for one in report.of(Outcome.FAIL)] == ["ADDR.PUBLIC", "NET.REMOTE"]


def test_every_check_is_counted_once(tmp_path: Path) -> None:
    report = audit(facts(tmp_path, GOOD))
    assert report.is_ready
    assert report.verdict == "nothing fails"
    assert sum(report.counts.values()) + len(report.idle) == len(CHECKS)
    assert len(list(report.in_order())) == len(CHECKS)
    assert report.counted.endswith(f"{len(report.idle)} of what this site has not")


def test_the_object_of_json_has_the_worst_first(tmp_path: Path) -> None:
    told = json.loads(json.dumps(audit(facts(tmp_path, BAD)).json()))
    assert told["site"] == "s"
    assert told["checks"][0]["outcome"] == "fail"
    assert told["checks"][0]["seen"][0]["text"].startswith("c is at 8.8.8.8")
    assert told["checks"][-1]["applies"] is False
    assert told["counts"]["not_testable"] == len(
        [one for one in told["checks"] if one["outcome"] == "not_testable"]
    )
    assert told["time"] == "2027-01-15T08:00:00Z"


def test_the_page_has_a_part_for_each_outcome(tmp_path: Path) -> None:
    made = page(audit(facts(tmp_path, BAD)))
    assert made.level == "fault"
    assert made.verdict == "Not ready: 2 checks fail."
    assert [one.heading.partition(" (")[0] for one in made.sections] == [
        "Fails",
        "Not testable from here",
        "Passes",
        "Nothing of the kind in this site",
    ]
    assert "ADDR.PUBLIC" in html(made)
    good = page(audit(facts(tmp_path, GOOD)))
    assert (good.level, good.fix) == ("fine", "Nothing.")


def test_what_a_site_file_says_stands_in_the_page_as_text(tmp_path: Path) -> None:
    text = "connections: {c: {url: 'tcp://<script>alert(1)<_script>'}}\n"
    assert "<script>" not in html(page(audit(facts(tmp_path, text))))


def test_the_emptiest_site_can_be_audited(tmp_path: Path) -> None:
    report = audit(facts(tmp_path, ""))
    assert report.is_ready
    assert page(report).sections
