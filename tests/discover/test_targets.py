"""What is scanned, out of words."""

from __future__ import annotations

import tracemalloc
from ipaddress import IPv6Network, ip_address

import pytest

from port502.discover.targets import (
    Targets,
    merged,
    numbers_text,
    parse_numbers,
    parse_targets,
    read_list,
)
from port502.errors import UsageError


@pytest.mark.parametrize(
    ("words", "addresses"),
    [
        (["192.168.1.10"], ["192.168.1.10"]),
        (["192.168.1.0/30"], ["192.168.1.1", "192.168.1.2"]),
        (["192.168.1.4/31"], ["192.168.1.4", "192.168.1.5"]),
        (["192.168.1.9/32"], ["192.168.1.9"]),
        (["192.168.1.10-12"], ["192.168.1.10", "192.168.1.11", "192.168.1.12"]),
        (["192.168.1.255-192.168.2.1"], ["192.168.1.255", "192.168.2.0", "192.168.2.1"]),
        (["10.0.0.3", "10.0.0.1-2", "10.0.0.2"], ["10.0.0.1", "10.0.0.2", "10.0.0.3"]),
        (["fd50::5", "[fd50::6]"], ["fd50::5", "fd50::6"]),
        (["fe80::1%eth0"], ["fe80::1%eth0"]),
        (["plc.local", "plc-2", "plc.local"], ["plc.local", "plc-2"]),
        (["fd50::/126"], ["fd50::", "fd50::1", "fd50::2", "fd50::3"]),
    ],
)
def test_words_name_addresses(words: list[str], addresses: list[str]) -> None:
    targets = parse_targets(words)
    assert list(targets) == addresses
    assert len(targets) == len(addresses)


def test_what_is_left_out_is_cut_out() -> None:
    targets = parse_targets(["10.0.0.0/29", "plc", "hmi"], ["10.0.0.2-3", "10.0.0.6", "hmi", "10.9.0.0/16"])
    assert list(targets) == ["10.0.0.1", "10.0.0.4", "10.0.0.5", "plc"]
    assert ip_address("10.0.0.4") in targets
    assert ip_address("10.0.0.3") not in targets


def test_leaving_a_network_out_leaves_out_its_first_and_last_address_too() -> None:
    assert list(parse_targets(["10.0.0.254-10.0.1.1"], ["10.0.1.0/24"])) == ["10.0.0.254", "10.0.0.255"]


@pytest.mark.parametrize(
    "word",
    ["", "10.0.0.300", "10.0.0.0/33", "10.0.0", "a b", "-", "10.0.0.1-999", "fe80::zz", "ex*", "/etc/x"],
)
def test_what_names_nothing_is_refused_with_examples(word: str) -> None:
    with pytest.raises(UsageError, match="names nothing to scan"):
        parse_targets([word])


def test_a_port_is_named_by_its_option() -> None:
    for word in ("10.0.0.1:1502", "plc.local:1502"):
        with pytest.raises(UsageError, match="--ports 1502"):
            parse_targets([word])


def test_a_range_that_runs_backwards_is_turned_round_in_the_hint() -> None:
    with pytest.raises(UsageError, match=r"write 10\.0\.0\.5-10\.0\.0\.9"):
        parse_targets(["10.0.0.9-5"])


def test_a_scan_has_an_end() -> None:
    assert len(parse_targets(["10.0.0.0/12"])) == (1 << 20) - 2
    with pytest.raises(UsageError, match="more than one scan takes"):
        parse_targets(["10.0.0.0/8"])


def test_an_ipv6_network_is_wide_and_counts_what_is_known_of_it() -> None:
    targets = parse_targets(["fd50:1::/64"])
    assert (len(targets), targets.wide) == (0, (IPv6Network("fd50:1::/64"),))


@pytest.mark.slow
def test_many_addresses_take_no_memory() -> None:
    tracemalloc.start()
    try:
        count = sum(1 for _ in parse_targets(["10.0.0.0/16"]))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 65_534
    assert peak < 100_000


@pytest.mark.parametrize(
    ("word", "is_public"),
    [
        ("10.0.0.0/12", False),
        ("172.16.0.0/12", False),
        ("172.31.0.0-172.32.0.9", True),
        ("192.168.0.0/16", False),
        ("192.167.255.0-192.168.0.9", True),
        ("127.0.0.0/20", False),
        ("169.254.1.0/24", False),
        ("8.8.8.8", True),
        ("100.64.0.1", True),
        ("fd50::1", False),
        ("fe80::1%eth0", False),
        ("2a00::1", True),
        ("::1", False),
    ],
)
def test_public_addresses_are_told_from_own_ones(word: str, is_public: bool) -> None:
    assert bool(parse_targets([word]).public()) is is_public


def test_lists_hold_several_words_per_line_and_comments() -> None:
    assert read_list(["# plant", "10.0.0.1, 10.0.0.2  # two", "", "plc"]) == ["10.0.0.1", "10.0.0.2", "plc"]


def test_numbers() -> None:
    assert parse_numbers("1-3, 247,2", "unit id", 0, 255) == (1, 2, 3, 247)
    assert numbers_text([5, 1, 2, 3, 247]) == "1-3,5,247"
    for text, words in (
        ("1-", "no unit id"),
        ("256", "no unit id"),
        ("9-2", "write 2-9"),
        ("", "no unit id"),
    ):
        with pytest.raises(UsageError, match=words):
            parse_numbers(text, "unit id", 0, 255)


def test_intervals_that_touch_become_one() -> None:
    assert merged([(5, 6), (1, 2), (3, 3), (9, 9)]) == ((1, 3), (5, 6), (9, 9))
    assert list(Targets()) == []
