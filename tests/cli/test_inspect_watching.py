"""The options of ``inspect --findings``."""

from __future__ import annotations

from pathlib import Path

import pytest

from port502.cli.inspect_watching import Watching
from port502.errors import UsageError
from port502.traffic.findings.ledger import Ledger
from tests.cli.conftest import Run


def watching(**options: object) -> Watching | None:
    given = {
        "fail_on": None,
        "baseline": None,
        "baseline_for": None,
        "inside": None,
        "attack": None,
        "ports": None,
        "wanted": True,
    }
    return Watching.of(**(given | options))  # type: ignore[arg-type]


def test_without_findings_there_is_nothing_to_watch() -> None:
    assert watching(wanted=False) is None


@pytest.mark.parametrize("option", ["fail_on", "baseline", "baseline_for", "attack"])
def test_its_options_belong_to_findings(option: str) -> None:
    with pytest.raises(UsageError, match=f"--{option.replace('_', '-')} goes with --findings"):
        watching(**{option: Path("x")}, wanted=False)


def test_one_baseline_is_enough() -> None:
    with pytest.raises(UsageError, match="not both"):
        watching(baseline=Path("x"), baseline_for="10m")


def test_a_length_of_time_is_understood() -> None:
    one = watching(baseline_for="10m", inside=["10.0.0.0/8"])
    assert one is not None
    assert one.learn_for == 600.0
    assert one.inside is not None
    assert "10.1.2.3" in one.inside
    with pytest.raises(UsageError, match="--baseline-for takes"):
        watching(baseline_for="-1")


def test_from_which_severity_on_it_fails() -> None:
    ledger = Ledger()
    ledger.note("DIAGNOSTICS.RESTART", "a", "b", 0, 0, unit=1)
    for limit, fails in ((None, False), ("critical", False), ("high", True), ("low", True)):
        one = watching(fail_on=limit)
        assert one is not None
        assert one.fails(ledger) is fails
    with pytest.raises(UsageError, match="no severity 'worst'"):
        watching(fail_on="worst")


def test_a_file_of_another_kind_is_no_baseline(run: Run, tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text("default: deny\nrules: []\n")
    done = run("inspect", "x.pcap", "--findings", "--baseline", policy)
    assert done.code == 2
    assert "is a policy file, but this takes a baseline file" in done.err
