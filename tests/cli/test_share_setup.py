"""Both sides of a shared connection from options."""

from __future__ import annotations

from pathlib import Path

import pytest

from port502.cli.policed import Policed
from port502.cli.share_setup import Manners, ages_of, rights_of, seconds_in
from port502.errors import UsageError
from port502.gateway.cache import AgeOf, Ages
from port502.gateway.spans import Span
from port502.service.layers import read_only
from port502.transport.link import LinkSettings


def test_ages_are_usual_or_of_a_range() -> None:
    assert ages_of([]) == Ages()
    assert ages_of(["500ms"]) == Ages(0.5)
    assert ages_of(["1s", "holding:0..9=5s", "40101*2/float32=0", "coil:3=2s"]) == Ages(
        1.0,
        (AgeOf(Span(3, 0, 10), 5.0), AgeOf(Span(3, 100, 104), 0.0), AgeOf(Span(1, 3, 4), 2.0)),
    )


def test_manners_change_what_was_said_only() -> None:
    link = LinkSettings(pause=0.2, window=4)
    assert Manners().of(link) == link
    assert Manners().idle is None
    changed = Manners(pause="50ms", settle="2s", let_go="0", window=2)
    assert changed.idle == 0
    assert changed.of(link) == LinkSettings(pause=0.05, settle=2.0, window=2, keep_open=False)
    assert Manners(let_go="1m").of(link).keep_open


def test_rights_are_said_in_one_way_only(tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text("default: deny\n")
    assert rights_of(None, [], read_only=False) is None
    assert rights_of(None, [], read_only=True) is read_only
    assert rights_of(None, ["10.0.0.1"], read_only=False) is not None
    assert rights_of(Policed(policy), [], read_only=False) is not None
    with pytest.raises(UsageError, match="--writers"):
        rights_of(None, ["10.0.0.1"], read_only=True)
    with pytest.raises(UsageError, match="a policy says who may write"):
        rights_of(Policed(policy), [], read_only=True)


def test_seconds_name_their_option() -> None:
    assert (seconds_in("--x", "0"), seconds_in("--x", "250ms")) == (0.0, 0.25)
    with pytest.raises(UsageError, match="--x"):
        seconds_in("--x", "soon")


def test_ages_that_are_none() -> None:
    with pytest.raises(UsageError):
        ages_of(["=5"])
