"""Both clients have the same methods with the same arguments; only ``await`` tells them apart."""

from __future__ import annotations

import inspect

import pytest

from port502.client import AsyncCalls, BlockingCalls, Client, SyncClient


def public_methods(cls: type) -> dict[str, inspect.Signature]:
    return {
        name: inspect.signature(member)
        for name, member in inspect.getmembers(cls, inspect.isfunction)
        if not name.startswith("_")
    }


def test_the_calls_agree() -> None:
    ours, theirs = public_methods(AsyncCalls), public_methods(BlockingCalls)
    assert ours == theirs
    assert len(ours) >= 24


def test_the_constructors_agree() -> None:
    assert inspect.signature(Client) == inspect.signature(SyncClient)


@pytest.mark.parametrize("name", sorted(public_methods(AsyncCalls)))
def test_every_call_takes_unit_and_timeout_and_has_a_docstring(name: str) -> None:
    parameters = inspect.signature(getattr(AsyncCalls, name)).parameters
    assert parameters["unit"].kind is inspect.Parameter.KEYWORD_ONLY
    assert parameters["timeout"].kind is inspect.Parameter.KEYWORD_ONLY
    assert inspect.getdoc(getattr(AsyncCalls, name)) == inspect.getdoc(getattr(BlockingCalls, name))
    assert inspect.iscoroutinefunction(getattr(AsyncCalls, name)) or name == "device"
