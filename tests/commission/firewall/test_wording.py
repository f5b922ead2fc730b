"""Words that explain and never command."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from port502.commission.firewall.derive import Scope, rules_for
from port502.commission.firewall.facts import Called, Facts
from port502.commission.firewall.formats import Format, render
from port502.commission.firewall.model import Direction
from port502.commission.firewall.wording import (
    LONGEST_COMMENT,
    address_text,
    chunks,
    comment,
    harmless,
    heading,
    log_prefix,
)
from port502.transport.url import parse_url
from tests.commission.firewall.sites import station

EVIL = "x'\"; $(reboot) `reboot` | reboot & %PATH% > /etc/passwd \\\nPORT502\nreboot\x1b[31m"


def test_what_a_shell_or_a_quote_would_take_is_gone() -> None:
    assert not set(harmless(EVIL)) & set("'\"$`|&%>\\\n\x1b")
    assert (
        harmless("  listener hall-2:\n 10.0.0.0/8, [fd00::1]  ") == "listener hall-2: 10.0.0.0/8, [fd00::1]"
    )


@pytest.mark.parametrize("form", Format)
def test_no_name_of_a_site_breaks_out_of_a_file(form: Format) -> None:
    quiet = Facts("s", called=(Called("n", parse_url("tcp://10.0.0.1")),))
    loud = Facts(EVIL, called=(Called(EVIL, parse_url("tcp://10.0.0.1")),))
    calm, text = (render(rules_for(facts, Scope.HOST), form).text for facts in (quiet, loud))
    assert text.count("\n") == calm.count("\n")
    for character in "'\"$`|&%>\\":
        assert text.count(character) == calm.count(character), character
    assert "\x1b" not in text


def test_a_comment_fits_every_tool() -> None:
    assert len(comment("a" * 500)) == LONGEST_COMMENT
    assert comment("short") == "short"


def test_the_log_prefix_fits_iptables() -> None:
    assert all(len(log_prefix(direction)) <= 29 for direction in Direction)


def test_the_heading_says_how_to_apply_and_undo() -> None:
    lines = heading(station(), ["do it"], ["undo it"], "rem")
    assert lines[0].startswith("rem Firewall rules for the site pump-station")
    assert lines[1:3] == ["rem   apply:  do it", "rem   undo:   undo it"]
    assert any("Note: listener inner is on loopback" in line for line in lines)


def test_addresses_are_written_as_people_write_them() -> None:
    assert address_text(ip_network("10.0.0.1")) == "10.0.0.1"
    assert address_text(ip_network("fd00::1")) == "fd00::1"
    assert address_text(ip_network("fd00::/32")) == "fd00::/32"


def test_chunks_are_of_at_most_so_many() -> None:
    assert [list(some) for some in chunks([1, 2, 3, 4, 5], 2)] == [[1, 2], [3, 4], [5]]
