"""From text to tree."""

from __future__ import annotations

import pytest

from port502.traffic.filter.error import FilterError
from port502.traffic.filter.parser import DEEPEST, parse
from port502.traffic.filter.syntax import Both, Comparison, Membership, Named, Not, Present


def test_and_binds_tighter_than_or() -> None:
    tree = parse("ip or tcp and udp")
    assert isinstance(tree, Both)
    assert (tree.sign, tree.parts[0]) == ("||", Present(Named("ip", 1)))
    inner = tree.parts[1]
    assert isinstance(inner, Both)
    assert inner.sign == "&&"


def test_not_is_about_the_condition_behind_it() -> None:
    tree = parse("not tcp.port == 502 && ip")
    assert isinstance(tree, Both)
    assert isinstance(tree.parts[0], Not)
    assert parse("!!ip") == Present(Named("ip", 3))


def test_brackets_go_first() -> None:
    tree = parse("(ip or tcp) and udp")
    assert isinstance(tree, Both)
    assert tree.sign == "&&"


def test_sets_slices_masks_and_functions() -> None:
    members = parse("tcp.port in {502, 800..810}")
    assert isinstance(members, Membership)
    assert [(low.text, high.text if high else None) for low, high in members.members] == [
        ("502", None),
        ("800", "810"),
    ]
    sliced = parse("tcp.payload[0:2] == 00:01")
    assert isinstance(sliced, Comparison)
    assert sliced.left == Named("tcp.payload", 1, "0:2")
    assert isinstance(parse("tcp.flags & 0x02"), Present)
    assert isinstance(parse("len(tcp.payload) > 3"), Comparison)


def test_an_empty_filter_is_none() -> None:
    assert parse("  ") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ip tcp", "column 4: 'tcp' does not go on from here: join two conditions"),
        ("(ip", "column 1: this ( has no )"),
        ("ip)", "column 3: ')' does not go on"),
        ("tcp.port ==", "column 12: the filter ends too early"),
        ("tcp.port in 5", "column 13: behind in stands a set"),
        ("tcp.port in {}", "column 13: this set is empty"),
        ("tcp.port in {1", "column 13: this { has no }"),
        ("tcp.port in {&&}", "column 14: a set holds values"),
        ("1 == 2", "column 1: there is no field"),
        ("502", "column 1: '502' is no field"),
        ("any tcp", "column 8: any wants a comparison"),
        ("5 in {5}", "column 1: only a field can be in a set"),
        ("len(5) > 1", "column 5: len() takes a field"),
        ("&& ip", "column 1: here stands a field or a value"),
        ("tcp.flags & && 1", "column 13: behind & stands a number"),
    ],
)
def test_what_means_nothing_is_refused_with_its_column(text: str, said: str) -> None:
    with pytest.raises(FilterError) as refused:
        parse(text)
    assert said in str(refused.value)


def test_deep_brackets_are_refused_before_they_are_too_deep_for_us() -> None:
    assert parse("(" * DEEPEST + "ip" + ")" * DEEPEST) == Present(Named("ip", DEEPEST + 1))
    with pytest.raises(FilterError, match="nested"):
        parse("(" * 2000 + "ip")
    assert parse("!" * 2000 + "ip") == Present(Named("ip", 2001))
