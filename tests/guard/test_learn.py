from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from port502.guard.engine import Engine, Moment
from port502.guard.learn import propose
from port502.guard.operations import OPERATIONS
from port502.guard.policy import Policy
from port502.guard.seen import Seen, Tally, part_of
from port502.site.document import Document
from port502.site.policy_file import understand_policy
from tests.thoroughness import times


def understood(text: str) -> Policy:
    policy, faults = understand_policy(Document(Path("policy.yaml"), text))
    assert policy is not None, (text, faults)
    return policy


def allowed(policy: Policy, seen: Seen, values: tuple[int, ...] | None = None) -> bool:
    return Engine(policy).judge(seen.session, seen.unit, part_of(seen, values), Moment()).allowed


def test_the_proposal_is_small_and_can_be_read() -> None:
    seen = {
        Seen("10.0.0.1", None, 1, "3", "holding", 0, 10): Tally(50),
        Seen("10.0.0.1", None, 1, "3", "holding", 10, 5): Tally(50),
        Seen("10.0.0.1", None, 1, "1", "coil", 3, 1): Tally(5),
        Seen("10.0.0.1", None, 2, "3", "holding", 0, 15): Tally(7),
        Seen("10.0.0.1", None, 2, "1", "coil", 3, 1): Tally(7),
        Seen("10.0.0.1", None, 1, "6", "holding", 100, 1): Tally(2, 5, 9),
        Seen("10.0.0.5", "engineer", 1, "43/14"): Tally(1),
    }
    assert propose(seen, values=True) == (
        "# Proposed from 122 requests: read it before you use it.\n"
        "default: deny\n"
        "clients:\n"
        "  client-10-0-0-1: {from: [10.0.0.1]}\n"
        '  engineer: {role: "engineer"}\n'
        "rules:\n"
        '  - {name: "client-10-0-0-1: reads", clients: [client-10-0-0-1], units: [1-2], functions: [1, 3],'
        " points: [coil:3, holding:0*15]}\n"
        '  - {name: "client-10-0-0-1: writes", clients: [client-10-0-0-1], units: [1], functions: [6],'
        " points: [holding:100], values: {min: 5, max: 9}}\n"
        '  - {name: "engineer: other functions", clients: [engineer], units: [1], functions: [43/14]}\n'
    )


def test_clients_are_called_what_they_are_known_as() -> None:
    seen = {
        Seen("10.0.0.1", None, 1, "3", "holding", 0, 1): Tally(1),
        Seen("10.0.0.2", None, 1, "3", "holding", 5, 1): Tally(1),
        Seen("10.0.0.3", "engineer", 1, "3", "holding", 9, 1): Tally(1),
    }
    proposed = propose(seen, names={"10.0.0.1": "reader", "10.0.0.3": "nobody"})
    assert "  reader: {from: [10.0.0.1]}" in proposed
    assert "  client-10-0-0-2: {from: [10.0.0.2]}" in proposed
    assert "nobody" not in proposed
    assert len(understood(proposed).rules) == 3


def test_nothing_seen_gives_a_policy_that_allows_nothing() -> None:
    assert understood(propose({})).rules == ()


@pytest.mark.parametrize("role", ['a"b', "a\nb", "\u202e", "ä b", "9lives", "--", "a: b", "{x}"])
def test_roles_of_any_spelling_survive(role: str) -> None:
    seen = Seen("10.0.0.1", role, 1, "3", "holding", 0, 1)
    if not role.isprintable():
        assert "\n  " in propose({seen: Tally(1)})
        return
    assert allowed(understood(propose({seen: Tally(1)})), seen)


tables = {"1": "coil", "2": "discrete", "4": "input", "5": "coil", "15": "coil", "20": "file", "21": "file"}
no_place = {"7", "11", "12", "17", "43/13", "43/14", "90"} | {
    one for one in OPERATIONS if one.startswith("8/")
}


@st.composite
def seen_things(draw: st.DrawFn) -> Seen:
    operation = draw(
        st.sampled_from(["1", "2", "3", "4", "5", "6", "15", "16", "20", "21", "22", "23r", "23w", *no_place])
    )
    client, role = draw(
        st.sampled_from([("10.0.0.1", None), ("10.0.0.2", None), ("::1", None), ("10.0.0.1", "op")])
    )
    unit = draw(st.integers(0, 5))
    if operation in no_place:
        return Seen(client, role, unit, operation)
    table = tables.get(operation, "holding")
    count = 1 if operation in ("5", "6", "22") else draw(st.integers(1, 8))
    file = draw(st.integers(1, 2)) if table == "file" else 0
    return Seen(client, role, unit, operation, table, draw(st.integers(0, 40)), count, file)


@settings(max_examples=times(1.5))
@given(st.sets(seen_things(), max_size=12), seen_things())
def test_all_that_was_seen_is_allowed_and_only_combinations_of_it(seen: set[Seen], other: Seen) -> None:
    policy = understood(propose({one: Tally(1) for one in seen}))
    engine = Engine(policy)

    def passes(one: Seen) -> bool:
        return engine.judge(one.session, one.unit, part_of(one), Moment()).allowed

    assert all(passes(one) for one in seen)
    same = [
        one
        for one in seen
        if (one.unit, one.operation, one.table, one.file)
        == (other.unit, other.operation, other.table, other.file)
        and (one.role == other.role if one.role or other.role else one.client == other.client)
    ]
    covered = {at for one in same for at in range(one.address, one.address + max(one.quantity, 1))}
    wanted = set(range(other.address, other.address + max(other.quantity, 1)))
    # A client with a role may also be seen without one: then its address alone allows what it did.
    if other.role is None:
        assert passes(other) is (wanted <= covered)
    elif wanted <= covered:
        assert passes(other)
