"""From values to models: every fault in our words, and what is left when they are left out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from port502.site.document import Document
from port502.site.faults import Fault
from port502.site.model import SiteFile, entry_of
from port502.site.validate import known_keys, validated


def checked(text: str) -> tuple[SiteFile | None, list[Fault]]:
    document = Document(Path("site.yaml"), text, {"PASSWORD": "hunter2!"})
    return validated(SiteFile, document.data, document, fallback={"site": "unnamed"}, entry=entry_of)


def messages(text: str) -> list[str]:
    return [str(fault) for fault in checked(text)[1]]


CONNECTIONS = "connections: {plc: {url: tcp://plc}}\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("site: hall\nhistroy: {}\n", "site.yaml:2:1 histroy: unknown key; did you mean 'history'?"),
        (CONNECTIONS, "site.yaml:1:1 site: is missing"),
        ("site: hall\nconnections:\n", "site.yaml:2:1 connections: keys with values expected, got nothing"),
        ("site: hall\nconnections: [a]\n", "site.yaml:2:1 connections: keys with values expected, got ['a']"),
        (
            "site: hall\ndevices: {a: {connection: plc, unit: x}}\n",
            ":2:38 devices.a.unit: a whole number expected",
        ),
        ("site: hall\ndevices: {a: {connection: plc, unit: 256}}\n", "unit: must be at most 255, got 256"),
        ("site: hall\ndevices: {a: {connection: plc, unit: -1}}\n", "unit: must be at least 0, got -1"),
        ("site: hall\ndevices: {a: {connection: plc, writes: 1}}\n", "writes: true or false expected, got 1"),
        ("site: hall\ndevices: {a: {unit: 1}}\n", "site.yaml:2:11 devices.a.connection: is missing"),
        ("site: hall\ndevices: {a b: {connection: plc}}\n", ":2:11 devices.a b: 'a b' is no name"),
        (
            "site: h\nconnections: {c: {url: tcp://a, tolerate: x}}\n",
            "tolerate: a list expected, such as [a, b]",
        ),
        (
            "site: h\ndevices: {a: {connection: c, points: {p: {ref: 40001, scale: a}}}}\n",
            "devices.a.points.p.scale: a number expected, got 'a'",
        ),
        (
            "site: h\ndevices: {a: {connection: c, groups: {g: {points: []}}}}\n",
            "devices.a.groups.g.points: needs at least one entry",
        ),
        (
            "site: h\ndevices: {a: {connection: c, points: {p: {ref: 40001, write: {mni: 1}}}}}\n",
            "devices.a.points.p.write.mni: unknown key; did you mean 'min'?",
        ),
        (
            "site: h\ndevices: {a: {connection: c, points: {p: {ref: 40001, deadband: -1}}}}\n",
            "deadband: must be at least 0",
        ),
    ],
)
def test_each_fault_is_said_in_our_words(text: str, message: str) -> None:
    assert any(message in said for said in messages(text)), messages(text)


def test_hidden_values_are_not_shown() -> None:
    said = messages('site: h\ndevices: {a: {connection: c, unit: "${PASSWORD}", writes: "${PASSWORD}"}}\n')
    assert len(said) == 2
    assert all("a hidden value" in one and "hunter2" not in one for one in said)


def test_what_could_not_be_read_is_not_wrong_a_second_time() -> None:
    text = "site: h\nconnections: {c: {url: '${GONE}'}}\ndevices: {a: {connection: c, points: {p: {ref: '${GONE}'}}}}\n"
    site, faults = checked(text)
    assert faults == []
    assert site is not None
    assert site.connections == {}
    assert site.devices["a"].points == {}


def test_what_is_valid_is_left() -> None:
    site, faults = checked(
        "connections:\n"
        "  good: {url: tcp://a}\n"
        "  bad: {url: tcp://a, window: 99}\n"
        "devices:\n"
        "  d: {connection: good, unit: 300, colour: red,\n"
        "      points: {good: {ref: 40001}, bad: {ref: x}, odd: {ref: 40002, typ: x}}}\n"
        "timezone: Nowhere/Land\n"
    )
    assert site is not None
    assert len(faults) == 7
    assert site.site == "unnamed"
    assert list(site.connections) == ["good"]
    assert list(site.devices["d"].points) == ["good", "odd"]
    assert site.devices["d"].unit == 1
    assert site.timezone == "UTC"


def test_faults_that_hide_behind_others_are_found_too() -> None:
    said = messages("site: h\nconnections: {c: {url: tcp://a, reconnect: {first: 0, foo: 1}}}\n")
    assert any("unknown key" in one for one in said)


def test_the_values_of_the_file_are_not_touched() -> None:
    document = Document(Path("site.yaml"), "site: h\nfoo: 1\ndevices: {a: {x: 1}}\n", {})
    before: dict[str, Any] = {"site": "h", "foo": 1, "devices": {"a": {"x": 1}}}
    validated(SiteFile, document.data, document, entry=entry_of)
    assert document.data == before


def test_without_a_fallback_there_is_no_model() -> None:
    document = Document(Path("site.yaml"), "timezone: UTC\n", {})
    model, faults = validated(SiteFile, document.data, document)
    assert model is None
    assert [fault.key_path for fault in faults] == ["site"]


def test_known_keys_at_a_place() -> None:
    assert known_keys(SiteFile, ("connections", "plc", "reconnect")) == ["first", "max"]
    assert known_keys(SiteFile, ("devices", "a", "points", "p", "write")) == ["min", "max", "critical"]
    assert "timezone" in known_keys(SiteFile, ())
    assert known_keys(SiteFile, ("site",)) == []
    assert known_keys(SiteFile, ("nowhere", "at", "all")) == []
