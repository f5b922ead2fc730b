"""Network addresses."""

from __future__ import annotations

import pytest

from port502.errors import UsageError
from port502.registers.sunspec.addresses import address_data, address_text
from port502.registers.sunspec.kinds import KINDS
from port502.registers.values import NotAvailableError

EXAMPLES = [
    ("ipaddr", "192.168.1.20", "c0a80114"),
    ("ipv6addr", "fe80::1", "fe80000000000000" + "0000000000000001"),
    ("eui48", "00:1b:44:11:3a:b7", "0000001b44113ab7"),
]


@pytest.mark.parametrize(("kind", "text", "data"), EXAMPLES)
def test_addresses_both_ways(kind: str, text: str, data: str) -> None:
    assert address_text(KINDS[kind], bytes.fromhex(data)) == text
    assert address_data(KINDS[kind], text).hex() == data


@pytest.mark.parametrize("kind", ["ipaddr", "ipv6addr", "eui48"])
def test_no_address_is_not_available(kind: str) -> None:
    with pytest.raises(NotAvailableError):
        address_text(KINDS[kind], KINDS[kind].missing)


@pytest.mark.parametrize(
    ("kind", "text"), [("ipaddr", "1.2.3"), ("ipv6addr", "x"), ("eui48", "zz"), ("eui48", "00")]
)
def test_what_is_no_address_is_refused(kind: str, text: str) -> None:
    with pytest.raises(UsageError):
        address_data(KINDS[kind], text)
