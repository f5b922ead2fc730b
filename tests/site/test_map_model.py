"""The kinds of values that stand in maps."""

from __future__ import annotations

import math

import pytest

from port502.site.map_model import LabelKind, MapFile, NumberKey, SentinelKind, entry_of
from port502.site.scalars import resolve
from port502.site.schema import json_schema


@pytest.mark.parametrize(
    ("text", "number"), [("0", 0), ("0x10", 16), ("0b101", 5), ("-1", -1), ("007", 7), ("-0x2", -2)]
)
def test_whole_numbers_as_keys(text: str, number: int) -> None:
    assert NumberKey().check(text) == number
    assert NumberKey().check(resolve(text)) == number


@pytest.mark.parametrize("text", ["", "1.5", "a", "0xG", "1" * 40, "1_000"])
def test_keys_that_are_no_numbers(text: str) -> None:
    with pytest.raises(ValueError, match="number"):
        NumberKey().check(text)


@pytest.mark.parametrize(
    ("value", "label"), [("on", "on"), (True, "true"), (7, "7"), (resolve("0x1F"), "0x1F")]
)
def test_labels(value: object, label: str) -> None:
    assert LabelKind().check(value) == label


def test_sentinels() -> None:
    assert SentinelKind().check(resolve("0x8000")) == 0x8000
    assert type(SentinelKind().check(resolve("0x8000"))) is int
    assert math.isnan(SentinelKind().check("nan"))  # type: ignore[arg-type]
    assert SentinelKind().check("n/a") == "n/a"
    with pytest.raises(ValueError, match="raw value"):
        SentinelKind().check(True)


def test_every_key_is_in_the_schema() -> None:
    schema = json_schema("map")
    assert set(schema["properties"]) == set(MapFile.model_fields)
    entry = schema["$defs"]["MapPointEntry"]
    assert {"ref", "enum", "flags", "mask", "nan", "epoch", "scale_register", "write", "when"} <= set(
        entry["properties"]
    )
    assert "active_power" in str(entry["properties"]["quantity"])


@pytest.mark.parametrize(
    ("path", "left_out"),
    [
        (("points", "v", "unit"), ("points", "v")),
        (("repeats", "s", "points", "v", "unit"), ("repeats", "s", "points", "v")),
        (("repeats", "s", "count"), ("repeats", "s")),
        (("category",), ("category",)),
        (("fingerprint", 0, "kind"), ("fingerprint",)),
    ],
)
def test_what_is_left_out_for_a_fault(path: tuple[str | int, ...], left_out: tuple[str | int, ...]) -> None:
    assert entry_of(path) == left_out
