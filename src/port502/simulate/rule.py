"""When a fault strikes: which client, unit, function and address, how often, from when and for how long."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from port502.errors import UsageError
from port502.protocol.message import Request, Response
from port502.protocol.register_access import ReadWriteMultipleRegistersRequest
from port502.service.access import Networks
from port502.service.call import Call
from port502.simulate.chance import chance
from port502.simulate.effects import CONNECTION_EFFECTS, Effect


@dataclass(frozen=True, slots=True)
class When:
    """The requests that a fault concerns; what is left None does not matter.

    ``addresses`` need one address in common with the request (``begins``: its first one), ``quantity`` is how many
    registers or bits it may ask for. Of those requests every ``nth`` one is struck, with ``probability`` 0-1, at
    most ``times`` times in all. Times are seconds since the start: from ``start`` on for ``duration``, again after
    each period of ``every``. ``pipelined`` concerns requests only that come while another one of their connection is
    being answered. Raises UsageError.
    """

    clients: Networks | None = None
    units: frozenset[int] | None = None
    functions: frozenset[int] | None = None
    addresses: range | None = None
    quantity: range | None = None
    probability: float = 1.0
    nth: int = 1
    times: int | None = None
    start: float = 0.0
    duration: float | None = None
    every: float | None = None
    pipelined: bool = False
    begins: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.probability <= 1:
            raise UsageError(f"a probability is 0 to 1, got {self.probability}")
        if self.nth < 1:
            raise UsageError(f"every nth request: n is at least 1, got {self.nth}")
        if self.every is not None and (self.duration is None or not self.duration <= self.every):
            raise UsageError("what comes back every so often needs a duration that is no longer")

    def is_on(self, elapsed: float) -> bool:
        """Whether the fault is there at all, so many seconds after the start."""
        since = elapsed - self.start
        if since < 0:
            return False
        if self.every is not None:
            since %= self.every
        return self.duration is None or since < self.duration

    def concerns(self, call: Call, *, busy: bool = False) -> bool:
        """Whether a request is one of those meant, chance left out."""
        request = call.request
        return (
            (self.clients is None or call.session.host in self.clients)
            and (self.units is None or call.unit in self.units)
            and (self.functions is None or request.function in self.functions)
            and (self.addresses is None or any(self._meets(self.addresses, one) for one in touched(request)))
            and (self.quantity is None or any(len(one) in self.quantity for one in touched(request)))
            and (busy or not self.pipelined)
        )

    def _meets(self, addresses: range, touched: range) -> bool:
        if self.begins:
            return touched.start in addresses
        return addresses.start < touched.stop and touched.start < addresses.stop


@dataclass(frozen=True, slots=True)
class Rule:
    """A fault: ``effect`` and when it strikes; ``name`` is what its counter is shown under."""

    effect: Effect
    when: When = field(default_factory=When)
    name: str = ""

    @property
    def on_connections(self) -> bool:
        """Whether it strikes connections, not requests."""
        return isinstance(self.effect, CONNECTION_EFFECTS)


class Armed:
    """A rule at work: ``hits`` counts how often it struck."""

    __slots__ = ("dice", "hits", "rule", "seen")

    def __init__(self, rule: Rule, seed: object) -> None:
        self.rule = rule
        self.hits = 0
        self.seen = 0
        self.dice: random.Random = chance(seed, rule.name, repr(rule.effect))

    def strikes(self, call: Call, elapsed: float, *, busy: bool = False) -> bool:
        """Whether it strikes this request, which is counted; ``elapsed`` is seconds since the start."""
        when = self.rule.when
        if not when.is_on(elapsed) or not when.concerns(call, busy=busy):
            return False
        self.seen += 1
        if self.seen % when.nth or (when.times is not None and self.hits >= when.times):
            return False
        if when.probability < 1 and self.dice.random() >= when.probability:
            return False
        self.count()
        return True

    def count(self) -> None:
        """It struck."""
        self.hits += 1

    def strikes_client(self, host: str, elapsed: float) -> bool:
        """Whether it is on for connections of this client; not counted."""
        when = self.rule.when
        return when.is_on(elapsed) and (when.clients is None or host in when.clients)


def touched(request: Request[Response]) -> list[range]:
    """The addresses that a request reads or writes, as ranges; none for functions without addresses."""
    if isinstance(request, ReadWriteMultipleRegistersRequest):
        found = [
            (request.read_address, request.read_quantity),
            (request.write_address, request.write_quantity),
        ]
    elif hasattr(request, "address"):
        found = [(request.address, getattr(request, "quantity", 1))]
    else:
        found = []
    return [range(first, first + quantity) for first, quantity in found]
