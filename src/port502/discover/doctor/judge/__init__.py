"""From evidence to a verdict: pure rules, one file per stretch of the way."""

from port502.discover.doctor.judge.judged import Judged, Signal, Verdict
from port502.discover.doctor.judge.verdict import judge

__all__ = ["Judged", "Signal", "Verdict", "judge"]
