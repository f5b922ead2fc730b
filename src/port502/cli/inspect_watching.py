"""The options of ``inspect --findings``: what is usual, what belongs to the site, and from when on it is a fault."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from port502.cli.inspect_findings import FindingsOutput
from port502.cli.lasting import seconds_of
from port502.errors import UsageError
from port502.service.access import Networks
from port502.traffic.captures import Captures
from port502.traffic.findings.attack import Attack, load_attack, own_attack
from port502.traffic.findings.baseline import Baseline
from port502.traffic.findings.engine import Engine
from port502.traffic.findings.ledger import Ledger
from port502.traffic.findings.severity import Severity, severity_of
from port502.traffic.record import Place


@dataclass(frozen=True, slots=True)
class Watching:
    """How findings are looked for."""

    fail_on: Severity | None
    baseline: Baseline | None
    learn_for: float | None
    inside: Networks | None
    attack: Attack
    ports: tuple[int, ...]

    @classmethod
    def of(
        cls,
        fail_on: str | None,
        baseline: Path | None,
        baseline_for: str | None,
        inside: Sequence[str] | None,
        attack: Path | None,
        ports: Sequence[int] | None,
        *,
        wanted: bool,
    ) -> Watching | None:
        """From what was typed; None where no findings are wanted. Raises UsageError and ConfigError."""
        given = {
            "--fail-on": fail_on,
            "--baseline": baseline,
            "--baseline-for": baseline_for,
            "--inside": inside,
            "--attack": attack,
        }
        if not wanted:
            for name, value in given.items():
                if value:
                    raise UsageError(f"{name} goes with --findings")
            return None
        if baseline is not None and baseline_for is not None:
            raise UsageError("--baseline or --baseline-for, not both")
        return cls(
            severity_of(fail_on) if fail_on is not None else None,
            _baseline(baseline) if baseline is not None else None,
            seconds_of(baseline_for, "--baseline-for"),
            Networks(inside) if inside else None,
            load_attack(attack) if attack is not None else own_attack(),
            tuple(ports or ()),
        )

    def output(
        self, reading: Captures, place: Place | None, *, json: bool, live: bool, quiet: bool
    ) -> FindingsOutput:
        """What looks for findings while a capture is read."""
        ledger = Ledger()
        engine = Engine(
            ledger, baseline=self.baseline, learn_for=self.learn_for, ports=self.ports, inside=self.inside
        )
        return FindingsOutput(reading, engine, ledger, self.attack, place, json=json, live=live, quiet=quiet)

    def fails(self, ledger: Ledger) -> bool:
        """Whether something was found that is as serious as what counts as a fault."""
        limit = self.fail_on
        return limit is not None and any(one.severity.reaches(limit) for one in ledger.findings)


def _baseline(path: Path) -> Baseline:
    from port502.cli.expecting import baseline_of  # it brings all kinds of files with it

    return baseline_of(path)
