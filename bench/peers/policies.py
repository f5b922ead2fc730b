"""Policies of any size, whose rules each allow one client 60 registers to read and to write."""

from __future__ import annotations

from port502.guard.operations import WORDS
from port502.guard.policy import ClientRule, Place, Policy, Rule
from port502.registers.reference import Table

SPAN = 60
CLIENT = "scada"


def policy(rules: int) -> Policy:
    """So many rules (1,000 at most), of which each request fits exactly one."""
    return Policy(
        rules=tuple(
            Rule(
                f"r{number}",
                WORDS["read"] | WORDS["write"],
                clients=(CLIENT,),
                units=frozenset({1}),
                places=(Place(Table.HOLDING, number * SPAN, SPAN),),
            )
            for number in range(rules)
        ),
        clients=(ClientRule(CLIENT, networks=("127.0.0.0/8",)),),
    )
