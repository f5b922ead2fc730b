"""The languages that rules can be written in, by the name that the command line has for them."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from port502.commission.firewall import firewalld, iptables, netsh, nftables, tables, ufw
from port502.commission.firewall.model import Rendered, Ruleset


class Format(StrEnum):
    """A tool that filters, or a table for whoever sets one up by hand."""

    NFTABLES = "nftables"
    IPTABLES = "iptables"
    FIREWALLD = "firewalld"
    UFW = "ufw"
    NETSH = "netsh"
    TABLE = "table"
    CSV = "csv"


_RENDERERS: dict[Format, Callable[[Ruleset], Rendered]] = {
    Format.NFTABLES: nftables.render,
    Format.IPTABLES: iptables.render,
    Format.FIREWALLD: firewalld.render,
    Format.UFW: ufw.render,
    Format.NETSH: netsh.render,
    Format.TABLE: tables.render_table,
    Format.CSV: tables.render_csv,
}


def render(rules: Ruleset, form: Format) -> Rendered:
    """Rules in the language of a tool; raises UsageError for rules that it cannot express."""
    return _RENDERERS[form](rules)
