"""Whatever stands in words and files about devices: what is read is right, what is refused is refused in words."""

from __future__ import annotations

import contextlib
from ipaddress import IPv4Address
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from port502.commission.address_sheet import read_address_sheet
from port502.discover.inventory import inventory_json, parse_inventory
from port502.discover.targets import merged, numbers_text, parse_numbers, parse_targets
from port502.errors import ConfigError, UsageError
from port502.site.faults import SiteFileError

PLACES = st.integers(0, 60)
RANGES = st.lists(st.tuples(PLACES, PLACES).map(sorted), min_size=1, max_size=6)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["devices", "address", "port", "units", "unit", "class", "silent", "others"]),
            inner,
        )
    ),
    max_leaves=12,
)


def address(place: int) -> str:
    return str(IPv4Address(0x0A000000 + place))


def word(ends: list[int]) -> str:
    return f"{address(ends[0])}-{address(ends[1])}"


@given(RANGES, RANGES)
def test_targets_are_what_sets_would_be(wanted: list[list[int]], left_out: list[list[int]]) -> None:
    targets = parse_targets(map(word, wanted), map(word, left_out))
    inside = {place for first, last in wanted for place in range(first, last + 1)}
    inside -= {place for first, last in left_out for place in range(first, last + 1)}
    assert list(targets) == [address(place) for place in sorted(inside)]
    assert len(targets) == len(inside)
    assert all((IPv4Address(0x0A000000 + place) in targets) is (place in inside) for place in range(62))


@given(st.text(max_size=60))
def test_any_word_is_understood_or_refused(text: str) -> None:
    with contextlib.suppress(UsageError):
        assert len(parse_targets([text])) >= 0


@given(st.sets(st.integers(0, 255), min_size=1))
def test_numbers_come_back_out_of_their_text(numbers: set[int]) -> None:
    assert set(parse_numbers(numbers_text(numbers), "unit id", 0, 255)) == numbers


@given(st.lists(st.tuples(PLACES, PLACES).map(lambda ends: (min(ends), max(ends)))))
def test_merged_intervals_do_not_touch(intervals: list[tuple[int, int]]) -> None:
    made = merged(intervals)
    assert all(before[1] + 1 < after[0] for before, after in pairwise(made))


@given(JSON)
def test_any_json_is_an_inventory_or_refused(told: Any) -> None:
    try:
        inventory = parse_inventory(told)
    except ConfigError:
        return
    assert parse_inventory(inventory_json(inventory)).devices == inventory.devices


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet=st.sampled_from("address,portun;\"\n\t0123456789.='\x00 ü"), max_size=120))
def test_any_text_is_a_sheet_or_refused_with_its_place(tmp_path: Path, text: str) -> None:
    path = tmp_path / "plan.csv"
    path.write_text(text, "utf-8", newline="")
    try:
        sheet = read_address_sheet(path)
    except SiteFileError:
        return
    assert all(0 <= row.port <= 65535 and 0 <= row.unit <= 255 for row in sheet.rows)


def test_a_float_that_is_no_number_is_refused() -> None:
    with pytest.raises(ConfigError):
        parse_inventory({"devices": [{"address": "a", "port": float("inf")}]})
