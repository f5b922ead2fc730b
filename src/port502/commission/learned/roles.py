"""Who is who: what each host does, and names for clients after that."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from port502.guard.seen import Seen, part_of

CLIENT, SERVER, BOTH = "client", "server", "both"

_IDENTIFYING = frozenset({"7", "11", "12", "17", "43/14"})


def role_of(address: str, clients: Iterable[str], servers: Iterable[str]) -> str:
    """``client``, ``server`` or ``both``."""
    asks, answers = address in set(clients), address in set(servers)
    return BOTH if asks and answers else SERVER if answers else CLIENT


def client_names(seen: Iterable[Seen]) -> dict[str, str]:
    """A name for each client after what it does: ``reader``, ``controller``, ``writer``, ``identifier``, ``other``.

    Where several do the same, their addresses tell them apart.
    """
    done: dict[str, set[str]] = defaultdict(set)
    for one in seen:
        done[one.client].add(_kind(one))
    by_name: dict[str, list[str]] = defaultdict(list)
    for client, kinds in done.items():
        by_name[_name(kinds)].append(client)
    names = {}
    for name, clients in by_name.items():
        for client in clients:
            names[client] = name if len(clients) == 1 else f"{name}-{slug(client)}"
    return names


def slug(text: str) -> str:
    """Text as a part of a name."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "local"


def _kind(one: Seen) -> str:
    if one.operation in _IDENTIFYING:
        return "identifies"
    return "writes" if part_of(one).writes else "reads"


def _name(kinds: set[str]) -> str:
    if {"reads", "writes"} <= kinds:
        return "controller"
    if "writes" in kinds:
        return "writer"
    return "reader" if "reads" in kinds else "identifier"
