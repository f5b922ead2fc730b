"""The checks by hand."""

from __future__ import annotations

import pytest

from port502.discover.doctor.findings import CHECKS

TOOLS = ("ping", "arp", "nc ", "telnet", "nmap", "ss ", "netstat", "Wireshark filter")


@pytest.mark.parametrize("key", CHECKS)
def test_a_check_is_whole_once_its_target_is_filled_in(key: str) -> None:
    check = CHECKS[key]
    for text in (check.linux, check.windows):
        filled = text.format(host="192.168.1.10", port=502, unit=1)
        assert filled
        assert "{host}" not in filled
    assert check.shows


def test_the_tools_of_the_documents_are_all_there() -> None:
    everything = "\n".join(f"{one.linux}\n{one.windows}" for one in CHECKS.values())
    assert all(tool in everything for tool in TOOLS)
