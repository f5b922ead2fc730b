"""The tree of a filter."""

from __future__ import annotations

from port502.traffic.filter.syntax import Literal_, Named, Not, Present


def test_trees_are_values() -> None:
    assert Not(Present(Named("tcp", 1))) == Not(Present(Named("tcp", 1)))
    assert Literal_("1", 3) != Literal_("1", 3, quoted=True)
