"""The keys of a device file."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from port502.site.device_model import DeviceFile, entry_of


def file(**keys: Any) -> DeviceFile:
    return DeviceFile.model_validate({"device": "boiler", **keys})


@pytest.mark.parametrize(
    ("units", "understood"), [([1], (1,)), ([1, 5, 255], (1, 5, 255)), (7, (7,)), (0, (0,)), ("any", None)]
)
def test_units(units: object, understood: object) -> None:
    assert file(units=units).units == understood


@pytest.mark.parametrize("units", [[], [1, 1], [256], [-1], [True], ["1"], "all", None, 1.5])
def test_what_are_no_units(units: object) -> None:
    with pytest.raises(ValidationError, match="unit id"):
        file(units=units)


def test_read_only_takes_ranges_and_references() -> None:
    protected = file(read_only=["holding:100-199", "coil:3", 40101, "holding:0x10-0x1F"]).read_only
    assert [(str(one.table), one.address, one.span) for one in protected] == [
        ("holding", 100, 100),
        ("coil", 3, 1),
        ("holding", 100, 1),
        ("holding", 16, 16),
    ]


@pytest.mark.parametrize("text", ["input:5", "discrete:0-3", "holding", "holding:5-3", True, ["holding:1"]])
def test_what_cannot_be_protected(text: object) -> None:
    with pytest.raises(ValidationError):
        file(read_only=[text])


def test_queues_are_short_enough_to_be_read() -> None:
    queues = file(fifo={"50": [1, 2], "60": []}).fifo
    assert [list(queue.values) for queue in queues.values()] == [[1, 2], []]
    with pytest.raises(ValidationError, match="a queue of 32 registers"):
        file(fifo={"50": list(range(32))})


def test_keys_that_are_none() -> None:
    for keys in ({"model": "eastron/sdm630"}, {"identity": {"maker": "Acme"}}, {"files": {"0": {"0": 1}}}):
        with pytest.raises(ValidationError):
            file(**keys)


@pytest.mark.parametrize(
    ("path", "entry"),
    [
        (("holding", "100", 2), ("holding", "100")),
        (("holding", "100"), ("holding", "100")),
        (("fifo", "5"), ("fifo", "5")),
        (("files", "1", "0"), ("files", "1", "0")),
        (("files", "1"), ("files", "1")),
        (("units",), ("units",)),
        (("identity", "vendor"), ("identity",)),
        (("read_only", 1), ("read_only",)),
    ],
)
def test_what_is_left_out_for_a_fault(path: tuple[str | int, ...], entry: tuple[str | int, ...]) -> None:
    assert entry_of(path) == entry
