"""What the doctor is asked: whom to look at, which reads do not work, what is known, and how far he may go."""

from __future__ import annotations

from dataclasses import dataclass, field

from port502.discover.doctor.expect import Expected
from port502.discover.doctor.failed_write import FailedWrite
from port502.errors import UsageError
from port502.protocol.codes import MAX_READ_BITS, MAX_READ_REGISTERS
from port502.registers.reference import Reference, parse_reference
from port502.transport.tls import Tls
from port502.transport.url import Target


@dataclass(frozen=True, slots=True)
class Pace:
    """How long and how often; times in seconds.

    ``timeout`` is when a client would give up on a reply, ``patience`` how long a late one is waited for, ``pause``
    lies between two requests. ``samples`` reads tell how stable it is; ``watch`` is how long values are watched for a
    change. The deep look waits ``idle`` and tries up to ``connections``. ``deadline`` ends it all.
    """

    connect: float = 3.3
    timeout: float = 1.0
    patience: float = 5.0
    pause: float = 0.05
    early: float = 0.1
    samples: int = 10
    watch: float = 0.0
    settle: tuple[float, ...] = (0.5, 1.0, 3.0)
    idle: tuple[float, ...] = ()
    connections: int = 3
    deadline: float = 60.0


DEEP = Pace(
    patience=10.0,
    samples=60,
    watch=10.0,
    idle=(5.0, 10.0, 20.0, 40.0, 80.0),
    connections=8,
    deadline=600.0,
)
"""The pace of ``--deep``: minutes rather than seconds."""


@dataclass(frozen=True, slots=True)
class Question:
    """A target and what is known of the trouble.

    ``reads`` are those that fail or look wrong, ``expected`` values that somebody reads off the device. ``deep`` allows
    what takes minutes or could be in the way of other clients: other ports, RTU frames, unit sweeps, connection
    limits. ``mac`` is what an inventory says, ``other_units`` are unit ids that should answer too.
    """

    target: Target
    unit: int = 1
    reads: tuple[Reference, ...] = ()
    expected: tuple[Expected, ...] = ()
    deep: bool = False
    mac: str = ""
    other_units: tuple[int, ...] = ()
    failed_write: FailedWrite | None = None
    pace: Pace = field(default_factory=Pace)
    source: str | None = None
    tls: Tls | None = None

    @property
    def asked(self) -> tuple[Reference, ...]:
        """Every reference that the question names."""
        return self.reads + tuple(one.reference for one in self.expected)


def parse_read(text: str) -> Reference:
    """What one request can read; raises UsageError for what is no reference, or more than that."""
    reference = parse_reference(text)
    most = MAX_READ_BITS if reference.table.is_bits else MAX_READ_REGISTERS
    if reference.span > most:
        raise UsageError(f"{text}: one request reads at most {most}; give the part that fails")
    return reference
