"""The addresses of names."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from port502.errors import ConnectError
from port502.transport.names import addresses_of


def test_a_name_has_its_addresses_each_once_ipv4_first() -> None:
    found = addresses_of("localhost")
    assert len(found) == len(set(found))
    assert all(address.is_loopback for address in found)
    assert [address.version for address in found] == sorted(address.version for address in found)


def test_an_address_is_its_own() -> None:
    assert addresses_of("192.168.1.10") == (ip_address("192.168.1.10"),)
    assert addresses_of("fd00::1") == (ip_address("fd00::1"),)


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a" * 70 + ".local", "\udcff"])
def test_a_name_without_addresses_is_an_error_that_says_so(host: str) -> None:
    with pytest.raises(ConnectError, match="cannot be resolved"):
        addresses_of(host)
