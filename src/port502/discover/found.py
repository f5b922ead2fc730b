"""What a scan found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from port502.discover.candidates import Candidate
from port502.discover.identity import OBJECT_NAMES, Facts, text_of
from port502.discover.units import UnitClass

MOST_TEXT = 200


@dataclass(frozen=True, slots=True)
class FoundUnit:
    """One unit id at which something was said; times in milliseconds, texts as the unit gave them.

    ``functions`` are the numbers of the functions it has, ``missing`` those that it refused as not there.
    ``map`` is the best map, empty when none is known well enough; ``readable`` a reference that was read.
    """

    unit: int
    kind: UnitClass
    proof: str = ""
    response_ms: float | None = None
    vendor: str = ""
    product: str = ""
    revision: str = ""
    serial: str = ""
    objects: Mapping[str, str] = field(default_factory=dict)
    server_id: str = ""
    models: tuple[int, ...] = ()
    sunspec_base: int | None = None
    functions: tuple[int, ...] = ()
    missing: tuple[int, ...] = ()
    map: str = ""
    candidates: tuple[Candidate, ...] = ()
    quirks: tuple[str, ...] = ()
    readable: str = ""

    @property
    def title(self) -> str:
        """Maker and product in words, as it says itself, else as its best candidate is called."""
        own = f"{self.vendor} {self.product}".strip()
        if own or not self.candidates or self.candidates[0].score < 50:
            return own
        best = self.candidates[0]
        return f"{best.manufacturer} {best.product}".strip()


@dataclass(frozen=True, slots=True)
class FoundDevice:
    """One address and port at which Modbus is spoken; ``silent`` are unit ids that were asked and said nothing.

    ``gateway`` tells that a gateway answered for units that are not there.
    """

    address: str
    port: int
    scheme: str = "tcp"
    name: str = ""
    mac: str = ""
    maker: str = ""
    proof: str = ""
    connect_ms: float = 0.0
    units: tuple[FoundUnit, ...] = ()
    silent: tuple[int, ...] = ()
    gateway: bool = False
    tolerate: tuple[str, ...] = ()
    quirks: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """Where it is called."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def devices(self) -> tuple[FoundUnit, ...]:
        """The units that answer themselves."""
        return tuple(one for one in self.units if one.kind.is_device)


@dataclass(frozen=True, slots=True)
class OpenPort:
    """A port that is open and does not speak Modbus; ``says`` is what it looks like, if that was seen."""

    address: str
    port: int
    says: str = ""


@dataclass(frozen=True, slots=True)
class Inventory:
    """The outcome of a scan; ``probed`` addresses in ``took`` seconds, ``of`` so many where it was interrupted."""

    devices: tuple[FoundDevice, ...] = ()
    others: tuple[OpenPort, ...] = ()
    probed: int = 0
    of: int = 0
    took: float = 0.0
    started: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether every address was looked at."""
        return self.probed >= self.of


def unit_of(
    unit: int,
    kind: UnitClass,
    proof: str,
    response_ms: float | None,
    facts: Facts,
    candidates: Sequence[Candidate] = (),
) -> FoundUnit:
    """A unit out of what it said."""
    best = candidates[0] if candidates and candidates[0].score >= 50 and candidates[0].map else None
    return FoundUnit(
        unit,
        kind,
        proof,
        None if response_ms is None else round(response_ms, 2),
        facts.manufacturer[:MOST_TEXT],
        facts.product[:MOST_TEXT],
        facts.revision[:MOST_TEXT],
        facts.common.serial[:MOST_TEXT] if facts.common else "",
        {object_name(number): text_of(value)[:MOST_TEXT] for number, value in sorted(facts.objects.items())},
        text_of(facts.server_id or b"")[:MOST_TEXT],
        facts.models,
        facts.base,
        tuple(number for number, answer in facts.functions.items() if answer == "yes"),
        tuple(number for number, answer in facts.functions.items() if answer == "no"),
        best.map if best else "",
        tuple(candidates),
        facts.quirks,
        _readable(facts),
    )


def object_name(number: int) -> str:
    """What an identification object is called; those of a maker's own by their number."""
    return OBJECT_NAMES.get(number, f"object {number:#04x}")


def _readable(facts: Facts) -> str:
    """A reference that this unit has answered a read of, to begin with where no map is known."""
    tables: Iterable[tuple[int, str]] = ((3, "holding:0"), (4, "input:0"), (1, "coil:0"), (2, "discrete:0"))
    return next((ref for number, ref in tables if number in facts.answered), "")
