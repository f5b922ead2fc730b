"""The one table of findings: it makes the messages of the doctor and the page of each finding."""

from port502.discover.doctor.findings.behind import BEHIND
from port502.discover.doctor.findings.finding import Finding
from port502.discover.doctor.findings.reaching import REACHING
from port502.discover.doctor.findings.talking import TALKING

FINDINGS: dict[str, Finding] = {one.code: one for one in (*REACHING, *TALKING, *BEHIND)}
"""Every finding by its code, in the order in which a diagnosis meets them."""

HEALTHY = "OK"
UNKNOWN = "UNKNOWN"
