"""What may stand in a plant file."""

from __future__ import annotations

from typing import Any

import pytest

from port502.site.plant_model import (
    ClientsKind,
    FunctionsKind,
    HourKind,
    Kind,
    PlantFile,
    SpanKind,
    UnitKeyKind,
    WhereKind,
)


@pytest.mark.parametrize(
    ("kind", "written", "expected"),
    [
        (FunctionsKind(), 3, {3}),
        (FunctionsKind(), [3, 4], {3, 4}),
        (FunctionsKind(), "write", {5, 6, 15, 16, 21, 22, 23}),
        (SpanKind(), "65-125", range(65, 126)),
        (SpanKind(), 2, range(2, 3)),
        (UnitKeyKind(), "5", 5),
        (HourKind(), "10:30", 37_800.0),
    ],
)
def test_values(kind: Kind, written: Any, expected: Any) -> None:
    assert kind.check(written) == expected


def test_addresses_may_name_their_table() -> None:
    assert WhereKind().check(100).addresses == range(100, 101)
    assert WhereKind().check("100-110").functions is None
    assert WhereKind().check("coil:0-0x0F").functions == {1, 5, 15}
    assert WhereKind().check("coil:0-0x0F").addresses == range(16)


def test_clients_are_addresses_and_networks() -> None:
    assert "127.0.0.9" in ClientsKind().check("127.0.0.9")
    assert "10.1.2.3" in ClientsKind().check(["127.0.0.9", "10.0.0.0/8"])


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        (WhereKind(), "110-100"),
        (WhereKind(), "colour:3"),
        (WhereKind(), 70_000),
        (WhereKind(), True),
        (SpanKind(), "many"),
        (FunctionsKind(), 300),
        (FunctionsKind(), "sing"),
        (ClientsKind(), 5),
        (UnitKeyKind(), "256"),
        (HourKind(), "25:00"),
    ],
)
def test_what_cannot_stand_there_is_refused(kind: Kind, written: Any) -> None:
    with pytest.raises(ValueError):
        kind.check(written)
    assert kind.schema()


def test_keys_that_python_keeps_for_itself() -> None:
    file = PlantFile.model_validate(
        {"plant": "p", "faults": [{"device": "a", "effect": "silent", "from": "30s", "for": "20s"}]}
    )
    assert (file.faults[0].begin, file.faults[0].duration) == (30.0, 20.0)
