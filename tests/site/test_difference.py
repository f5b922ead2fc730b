"""What a reload has to touch, and what it has to leave alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from port502.collect.settings import ConnectionSettings
from port502.history.settings import Keep
from port502.site.build import Site
from port502.site.difference import difference
from port502.site.faults import Fault

A, B, C = (ConnectionSettings(name, f"tcp://{name}") for name in "abc")
OLD = Site("hall", Path("site.yaml"), (A, B), Keep(Path("data")))


def test_nothing_changed() -> None:
    same = replace(OLD, warnings=(Fault("site.yaml", 1, 1, "", "odd"),), connections=(B, A))
    found = difference(OLD, same)
    assert not found
    assert str(found) == "nothing changed"
    assert found.kept == ("b", "a")


def test_connections_that_came_went_and_changed() -> None:
    found = difference(OLD, replace(OLD, connections=(replace(A, window=4), C)))
    assert found
    assert (found.added, found.removed, found.changed, found.kept) == (("c",), ("b",), ("a",), ())
    assert str(found) == "new: c; gone: b; changed: a"


def test_other_changes_are_named() -> None:
    found = difference(OLD, replace(OLD, timezone="Europe/Oslo", history=Keep(Path("elsewhere"))))
    assert found.kept == ("a", "b")
    assert str(found) == "also changed: timezone, history"
