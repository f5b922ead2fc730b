"""Words in files that a shell or a firewall reads: they explain, and can never command."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TypeVar

from port502 import __version__
from port502.commission.firewall.model import Direction, Network, Ruleset

T = TypeVar("T")

REPLIES = "replies on connections that were let through"
LOOPBACK = "this host itself"

SHORT = {Direction.INBOUND: "in", Direction.OUTBOUND: "out", Direction.ROUTED: "forward"}
"""Each direction as it stands in the names of chains and in the log."""

LONGEST_COMMENT = 100
_COMMANDING = re.compile(r"[^A-Za-z0-9 _.,:;/()\[\]@+=*-]")


def harmless(text: str, longest: int = 1000) -> str:
    """Text without anything that a shell, a quote or a terminal would take for its own."""
    text = _COMMANDING.sub("", " ".join(text.split()))
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


def comment(text: str) -> str:
    """Harmless text, short enough for a rule's own comment in every tool."""
    return harmless(text, LONGEST_COMMENT)


def heading(rules: Ruleset, apply: Sequence[str], undo: Sequence[str], mark: str = "#") -> list[str]:
    """The first lines of a file: what it is, what puts it in force, what undoes it, what to know."""
    lines = [f"{mark} Firewall rules for the site {harmless(rules.site)}, made by port502 {__version__}."]
    lines += [f"{mark}   apply:  {command}" for command in apply]
    lines += [f"{mark}   undo:   {command}" for command in undo]
    lines += [f"{mark} Note: {harmless(note)}." for note in rules.notes]
    return lines


def address_text(network: Network) -> str:
    """A network as people write it: one address is that address."""
    return str(network.network_address if network.prefixlen == network.max_prefixlen else network)


def log_prefix(direction: Direction) -> str:
    """What a logged packet begins with; 29 characters fit everywhere."""
    return f"port502 drop {SHORT[direction]}: "


def chunks(things: Sequence[T], most: int) -> Iterator[Sequence[T]]:
    """The same things in turns of at most so many."""
    for start in range(0, len(things), most):
        yield things[start : start + most]
