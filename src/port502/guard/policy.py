"""A policy in memory: who may do what, where, with which values, how often and when."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from port502.errors import UsageError
from port502.guard.hours import Hours
from port502.protocol.codes import ILLEGAL_DATA_ADDRESS, ILLEGAL_DATA_VALUE, ILLEGAL_FUNCTION
from port502.registers.point import Point
from port502.registers.reference import HIGHEST_ADDRESS, Table


class Action(StrEnum):
    """What becomes of a request; ``look`` means that the present values have to be read to know."""

    ALLOW = "allow"
    REFUSE = "refuse"
    DROP = "drop"
    CLOSE = "close"
    LOOK = "look"


@dataclass(frozen=True, slots=True)
class Refusal:
    """How a request is turned away: with an exception code (01 unless said), with silence, or with the connection."""

    action: Action = Action.REFUSE
    code: int = ILLEGAL_FUNCTION

    def __str__(self) -> str:
        return f"exception {self.code:02d}" if self.action is Action.REFUSE else str(self.action)


REFUSALS: dict[str, Refusal] = {
    **{
        f"{code:02d}": Refusal(code=code)
        for code in (ILLEGAL_FUNCTION, ILLEGAL_DATA_ADDRESS, ILLEGAL_DATA_VALUE)
    },
    "drop": Refusal(Action.DROP),
    "close": Refusal(Action.CLOSE),
}
"""The refusals that a policy can ask for, by their words."""


@dataclass(frozen=True, slots=True)
class ClientRule:
    """Who somebody is: every kind of mark that is given has to match, by one of its values.

    ``networks`` are addresses and networks, the others come from the client's certificate and are compared exactly.
    Raises UsageError when no mark is given.
    """

    name: str
    networks: tuple[str, ...] = ()
    roles: frozenset[str] = frozenset()
    fingerprints: frozenset[str] = frozenset()
    subjects: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not (self.networks or self.roles or self.fingerprints or self.subjects):
            raise UsageError(f"client {self.name!r} would be anybody: say from, role, fingerprint or subject")


@dataclass(frozen=True, slots=True)
class Place:
    """``count`` items of a table from ``first`` on; with a point, registers that are its value in engineering units."""

    table: Table
    first: int
    count: int = 1
    point: Point | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.first <= self.first + self.count - 1 <= HIGHEST_ADDRESS:
            raise UsageError(f"{self.table}:{self.first}*{self.count} is not within addresses 0-65535")

    @property
    def end(self) -> int:
        """The first address behind it."""
        return self.first + self.count

    def __str__(self) -> str:
        return f"{self.table}:{self.first}" + (f"*{self.count}" if self.count > 1 else "")


@dataclass(frozen=True, slots=True)
class FilePlace:
    """Records ``first`` to ``last`` of a file (functions 20 and 21)."""

    file: int
    first: int = 0
    last: int = 9999

    def __str__(self) -> str:
        return f"{self.file}:{self.first}-{self.last}"


@dataclass(frozen=True, slots=True)
class Step:
    """How far a value may travel: ``amount`` in ``seconds``, to and fro added up."""

    amount: float
    seconds: float = 1.0

    def __post_init__(self) -> None:
        if not (self.amount > 0 and self.seconds > 0):
            raise UsageError(
                f"a step is more than nothing in some time, got {self.amount} per {self.seconds} s"
            )


@dataclass(frozen=True, slots=True)
class ValueLimits:
    """What may be written: from ``minimum`` to ``maximum``, one of ``allowed``, only bits of ``mask``, in small steps.

    Raises UsageError when they contradict each other or allow nothing to be judged.
    """

    minimum: float | None = None
    maximum: float | None = None
    allowed: frozenset[float] | None = None
    mask: int | None = None
    step: Step | None = None

    def __post_init__(self) -> None:
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise UsageError(f"min {self.minimum:g} is above max {self.maximum:g}: nothing would be allowed")
        if (self.minimum, self.maximum, self.allowed, self.mask, self.step) == (None,) * 5:
            raise UsageError("values are limited by min, max, set, mask or step: give one of them")


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``count`` requests of one client in ``seconds``."""

    count: int
    seconds: float = 1.0

    def __post_init__(self) -> None:
        if not (self.count >= 1 and self.seconds > 0):
            raise UsageError(
                f"a rate is at least one request in some time, got {self.count} per {self.seconds} s"
            )


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: it fits when all that it says is true of a part of a request.

    ``clients`` are names of the policy's clients (none: anybody), ``units`` unit ids (None: any), ``operations`` as
    in ``operations``. Without ``places`` and ``files`` it is about any address and file. A rule that allows has to hold
    all addresses and values of the part; one that denies fits where it meets any of them. ``refusal`` is how it denies,
    or how a value outside of its limits is turned away. With ``dry_run`` what it would refuse is only recorded.
    Raises UsageError.
    """

    name: str
    operations: frozenset[str]
    clients: tuple[str, ...] = ()
    units: frozenset[int] | None = None
    places: tuple[Place, ...] = ()
    files: tuple[FilePlace, ...] = ()
    values: ValueLimits | None = None
    rate: Rate | None = None
    during: Hours | None = None
    deny: bool = False
    refusal: Refusal = Refusal()
    dry_run: bool = False

    def __post_init__(self) -> None:
        if not self.operations:
            raise UsageError(f"rule {self.name!r} names no functions")
        if self.deny and self.rate is not None:
            raise UsageError(f"rule {self.name!r} denies: a rate says nothing there")
        if self.deny and self.values is not None and self.values.step is not None:
            raise UsageError(
                f"rule {self.name!r} denies: a step says nothing there; limit it where it is allowed"
            )


READ_BEFORE = ("always", "needed", "never")


@dataclass(frozen=True, slots=True)
class Policy:
    """All rules in their order; what none of them fits is refused.

    ``read_only`` refuses whatever may change the device, ``dry_run`` records what would be refused and lets it pass.
    ``read_before`` says when the present value is read before a write: ``always`` (the audit log then knows what was
    there), ``needed`` (function 22 and steps), ``never`` (what needs it is refused). Raises UsageError for rules that
    name clients which are not described.
    """

    rules: tuple[Rule, ...] = ()
    clients: tuple[ClientRule, ...] = ()
    refusal: Refusal = field(default_factory=Refusal)
    read_only: bool = False
    dry_run: bool = False
    read_before: str = "always"

    def __post_init__(self) -> None:
        known = {client.name for client in self.clients}
        for rule in self.rules:
            for name in rule.clients:
                if name not in known:
                    raise UsageError(f"rule {rule.name!r} names client {name!r}, which is not described")
        if self.read_before not in READ_BEFORE:
            raise UsageError(f"read_before is {', '.join(READ_BEFORE)}, not {self.read_before!r}")

    def dry(self) -> Policy:
        """The same policy, which only records."""
        return replace(self, dry_run=True)


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a request, which rule says so (empty: none), and why.

    ``code`` is the exception code of a refusal. ``would`` tells what a dry run would have done, empty otherwise.
    """

    action: Action
    rule: str = ""
    reason: str = ""
    code: int = 0
    would: str = ""

    @property
    def allowed(self) -> bool:
        """Whether the request may go on."""
        return self.action is Action.ALLOW
