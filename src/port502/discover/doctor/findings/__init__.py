"""Every finding of the doctor in one table: what it says, how to mend it, how to see it by hand."""

from port502.discover.doctor.findings.by_hand import CHECKS, HandCheck
from port502.discover.doctor.findings.finding import Confidence, Finding, Level
from port502.discover.doctor.findings.table import FINDINGS, HEALTHY, UNKNOWN

__all__ = ["CHECKS", "FINDINGS", "HEALTHY", "UNKNOWN", "Confidence", "Finding", "HandCheck", "Level"]
