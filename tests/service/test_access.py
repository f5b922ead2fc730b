from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from port502.errors import UsageError
from port502.service.access import PRIVATE, Networks, check_listener_address, plain_host


@pytest.mark.parametrize(
    ("entry", "inside", "outside"),
    [
        ("192.168.1.10", "192.168.1.10", "192.168.1.11"),
        ("192.168.2.0/24", "192.168.2.255", "192.168.3.0"),
        ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"),
        ("0.0.0.0/0", "8.8.8.8", "2001:db8::1"),
        ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::1"),
        ("::1", "::1", "::2"),
        ("::/0", "2001:db8::1", "8.8.8.8"),
        ("fe80::/10", "fe80::1%eth0", "fd00::1"),
        ("::ffff:10.0.0.0/104", "10.1.2.3", "11.1.2.3"),
    ],
)
def test_an_address_is_in_its_network_and_not_in_another(entry: str, inside: str, outside: str) -> None:
    networks = Networks([entry])
    for _ in range(2):
        assert inside in networks
        assert outside not in networks


def test_ipv4_in_ipv6_clothes_is_ipv4() -> None:
    networks = Networks(["192.168.1.0/24"])
    assert "::ffff:192.168.1.7" in networks
    assert "::ffff:c0a8:0107" in networks
    assert "::ffff:192.168.2.7" not in networks


@pytest.mark.parametrize("host", ["", "plc", "300.1.1.1", "10.0.0", "10.0.0.1/8", None, 10])
def test_what_is_no_address_is_in_no_network(host: object) -> None:
    assert host not in Networks(["0.0.0.0/0", "::/0"])


def test_many_entries_of_both_kinds_make_one_set() -> None:
    networks = Networks(["10.0.0.1", "10.0.0.9", "fd00::/8", "172.16.0.0/12"])
    assert [host in networks for host in ("10.0.0.9", "10.0.0.2", "fd12::1", "172.31.9.9")] == [1, 0, 1, 1]
    assert str(networks) == "10.0.0.1, 10.0.0.9, fd00::/8, 172.16.0.0/12"
    assert repr(Networks(["::1"])) == "Networks(['::1'])"


@given(st.ip_addresses(), st.lists(st.ip_addresses(network="10.0.0.0/28"), max_size=3))
def test_membership_is_what_the_addresses_say(host: object, listed: list[object]) -> None:
    networks = Networks([str(entry) for entry in listed])
    assert (str(host) in networks) == (host in listed)


def test_remembered_answers_are_bounded() -> None:
    networks = Networks(["10.0.0.0/8"])
    for number in range(5000):
        assert f"10.0.{number >> 8}.{number & 255}" in networks
    assert len(networks._known) <= 1024


def test_an_entry_that_is_no_network_is_refused_with_what_was_meant() -> None:
    with pytest.raises(UsageError, match=r"192\.168\.1\.0/24 or 192\.168\.1\.10"):
        Networks(["192.168.1.10/24"])
    with pytest.raises(UsageError, match="no IP address"):
        Networks(["plc.example"])


def test_an_empty_set_is_false_and_holds_nobody() -> None:
    assert not Networks([])
    assert "127.0.0.1" not in Networks([])


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.9",
        "10.1.1.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "169.254.3.4",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
    ],
)
def test_private_addresses_are_private(host: str) -> None:
    assert host in PRIVATE
    check_listener_address(host, None)


PUBLIC = ["8.8.8.8", "172.32.0.1", "172.15.0.1", "100.64.0.1", "2001:db8::1", "::ffff:8.8.8.8"]


@pytest.mark.parametrize("host", PUBLIC)
def test_a_public_listener_wants_an_allow_list(host: str) -> None:
    assert host not in PRIVATE
    with pytest.raises(UsageError, match="allow"):
        check_listener_address(host, None)
    with pytest.raises(UsageError, match="allow"):
        check_listener_address(host, Networks([]))
    check_listener_address(host, Networks(["192.168.1.10"]))


@pytest.mark.parametrize("host", ["", "0.0.0.0", "::", "localhost", "plc"])
def test_all_interfaces_and_names_may_be_listened_on(host: str) -> None:
    check_listener_address(host, None)


@pytest.mark.parametrize(
    ("host", "plain"),
    [("::ffff:10.0.0.1", "10.0.0.1"), ("fe80::1%eth0", "fe80::1"), ("FD00:0::1", "fd00::1"), ("plc", "plc")],
)
def test_each_client_has_one_spelling(host: str, plain: str) -> None:
    assert plain_host(host) == plain


def test_the_same_entries_are_the_same_networks() -> None:
    one, same, other = Networks(["10.0.0.1"]), Networks([" 10.0.0.1"]), Networks(["10.0.0.2"])
    assert one == same != other
    assert len({one, same, other}) == 2
    assert one != "10.0.0.1"
