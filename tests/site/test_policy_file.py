from __future__ import annotations

from pathlib import Path

import pytest

from port502.guard.operations import WORDS
from port502.guard.policy import Place, Step
from port502.registers.reference import Table
from port502.site.check import check_file
from port502.site.document import Document
from port502.site.faults import SiteFileError
from port502.site.policy_file import load_policy, understand_policy

GOOD = """
default: deny
clients:
  scada:       {from: [192.168.1.10, 192.168.1.11]}
  engineering: {role: engineer}
rules:
  - {name: scada reads, clients: [scada], units: [1], functions: [read], points: [holding:0*200, coil:0*64]}
  - {name: setpoint, clients: [scada], units: [1-2, 7], functions: [write], points: [40101], refuse: 03,
     values: {min: 0, max: 500, step: 50 per 1s}}
  - {name: the rest, clients: [engineering], functions: [all], during: "Mon-Fri 07:00-17:00"}
  - {functions: 20, files: ["4:0-99"], rate: 20 per 1s, dry_run: true}
"""

MAP = """
map: mine/plc
manufacturer: Mine
category: plc
points:
  setpoint: {ref: 40101, scale: 0.1, unit: Hz, write: {}}
  speed: {ref: "40001", type: float32}
provenance: [{source: test}]
"""


def faults_of(text: str) -> list[str]:
    policy, faults = understand_policy(Document(Path("policy.yaml"), text))
    assert policy is None
    return [str(fault) for fault in faults]


def test_a_policy_is_what_its_file_says(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(GOOD)
    policy = load_policy(path, timezone="Europe/Oslo")
    reads, setpoint, rest, files = policy.rules
    assert (reads.operations, reads.units, reads.clients) == (WORDS["read"], {1}, ("scada",))
    assert reads.places == (Place(Table.HOLDING, 0, 200), Place(Table.COIL, 0, 64))
    assert setpoint.units == {1, 2, 7}
    assert setpoint.values is not None
    assert (setpoint.values.maximum, setpoint.values.step, setpoint.refusal.code) == (500, Step(50, 1.0), 3)
    assert rest.during is not None
    assert rest.during.timezone == "Europe/Oslo"
    assert rest.units is None
    assert (files.name, files.dry_run, files.files[0].last) == ("rule 4", True, 99)
    assert [client.name for client in policy.clients] == ["scada", "engineering"]
    assert check_file(path).kind == "policy"
    assert check_file(path).ok


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("  - {functions: [reed]}", "policy.yaml:3:6 rules[0].functions: 'reed' is no function"),
        ("  - {functions: [read], clients: [nobody]}", "rules[0].clients[0]: no client is called 'nobody'"),
        ("  - {functions: [read], points: [holding:1, x]}", "policy.yaml:3:45 rules[0].points[1]:"),
        ("  - {functions: [read], points: [holding:40001]}", "is the zero-based address"),
        ("  - {functions: [read], pionts: [40001]}", "unknown key; did you mean 'points'?"),
        ("  - {functions: [read], units: [0-300]}", "unit ids are 0-255"),
        ("  - {functions: [write], values: {min: 3, max: 2}}", "min 3 is above max 2"),
        ("  - {functions: [write], values: {}}", "give one of them"),
        ("  - {functions: [write], values: {min: .nan}}", "is no number"),
        ("  - {functions: [read], during: always}", "are no hours"),
        ("  - {functions: [read], deny: true, rate: 1 per 1s}", "a rate says nothing there"),
        (
            "  - {name: a, functions: [3]}\n  - {name: a, functions: [4]}",
            "another rule is called 'a' already",
        ),
        ("  - {functions: [read], map: no/such}", "rules[0].map: no map is called"),
        ("  - {points: [40001]}", "rules[0].functions: is missing"),
        ("  - {functions: [read], points: []}", "at least one point expected"),
    ],
)
def test_faults_have_their_place_and_a_way_out(line: str, told: str) -> None:
    points = " points: [40001]" if "map: no/such" in line else ""
    text = f"default: deny\nrules:\n{line.replace('}', f',{points}}}') if points else line}\n"
    assert any(told in fault for fault in faults_of(text)), faults_of(text)


def test_all_faults_are_named_at_once() -> None:
    told = faults_of(
        "default: allow\nclients:\n  a: {}\n  b: {frm: x}\nrules:\n  - {functions: [x], refuse: 9}\n"
    )
    assert len(told) >= 5


@pytest.mark.parametrize("text", ["", "[]", "x", "rules: [{functions: [read]}]"])
def test_what_is_no_policy_is_refused(text: str) -> None:
    assert faults_of(text)


def test_a_policy_without_rules_is_a_doubt() -> None:
    policy, faults = understand_policy(Document(Path("p.yaml"), "default: deny\n"))
    assert policy is not None
    assert "everything would be refused" in str(faults[0])


def test_points_of_a_map_have_engineering_values(tmp_path: Path) -> None:
    (tmp_path / "plc.yaml").write_text(MAP)
    (tmp_path / "policy.yaml").write_text(
        "default: deny\nmap: ./plc.yaml\nrules:\n"
        "  - {name: a, functions: [write], points: [setpoint], values: {max: 50}}\n"
        "  - {name: b, functions: [read], points: ['s*', holding:9]}\n"
    )
    limited, read = load_policy(tmp_path / "policy.yaml").rules
    [place] = limited.places
    assert (place.first, place.count) == (100, 1)
    assert place.point is not None
    assert place.point.scale == 0.1
    assert [(one.first, one.count, one.point) for one in read.places] == [
        (100, 1, None),
        (0, 2, None),
        (9, 1, None),
    ]


def test_references_with_a_type_have_engineering_values(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(
        "default: deny\nrules:\n  - {functions: [write], points: [holding:10*4/float32], values: {max: 50}}\n"
    )
    [rule] = load_policy(path).rules
    assert [(one.first, one.count, one.point is not None) for one in rule.places] == [
        (10, 2, True),
        (12, 2, True),
        (14, 2, True),
        (16, 2, True),
    ] or [(one.first, one.count) for one in rule.places] == [(10, 2), (12, 2)]


def test_h184_a_missing_or_half_written_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SiteFileError):
        load_policy(tmp_path / "missing.yaml")
    path = tmp_path / "policy.yaml"
    path.write_text(GOOD[: len(GOOD) // 2])
    with pytest.raises(SiteFileError):
        load_policy(path)
