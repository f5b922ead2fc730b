"""What was learned: the servers with their units, each with what is read of it, what it is likely to be, its points."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import ip_address

from port502.commission.learned.asked import Server
from port502.commission.learned.layout import Layout, lay_out
from port502.commission.learned.likely import TIED, Likely, confident
from port502.commission.learned.memory import Unit
from port502.commission.learned.observer import Observer, Speech
from port502.commission.learned.polled import Block, blocks_of, is_answered, is_read
from port502.commission.learned.roles import client_names, slug
from port502.discover.candidates import SURE, Candidate
from port502.errors import UsageError
from port502.traffic.flows import Flow
from port502.transport.url import DEFAULT_PORTS, Target

HIGHEST_PORT = 65_535
WORTH_SAYING = 45
"""The score from which on a product that is not likely is named to people."""

_PREFERRED = {"tcp": "tcp", "tls": "tls", "udp": "tcp", "serial": "tcp"}


@dataclass(slots=True)
class Learnt:
    """One unit: the blocks that are read of it, what it may be (best first), and its points for a site file.

    ``one_sided`` says that its server was never heard, so that nobody knows what of it answers.
    """

    name: str
    unit: Unit
    flows: Sequence[Flow]
    blocks: Sequence[Block]
    candidates: Sequence[Candidate]
    layout: Layout
    one_sided: bool = False

    @property
    def likely(self) -> Candidate | None:
        """What it is at least likely to be."""
        return next(iter(confident(self.candidates)), None)

    @property
    def guesses(self) -> Sequence[Candidate]:
        """What it may be, where that is neither likely nor just one of many."""
        return (
            [] if self.likely is not None else [one for one in self.candidates if one.score >= WORTH_SAYING]
        )

    @property
    def is_replayable(self) -> bool:
        """Whether a device can be made that answers as it did."""
        return not self.unit.memory.is_empty


@dataclass(slots=True)
class Station:
    """A server: where it is, how it is spoken to, its units; ``replay`` is where its replay will listen, if it will."""

    name: str
    host: str
    port: int
    speech: Speech
    units: list[Learnt] = field(default_factory=list)
    replay: Target | None = None

    @property
    def scheme(self) -> str:
        """The scheme of its url."""
        if self.speech.framing == "rtu":
            return "rtu+tcp"
        return _PREFERRED[self.speech.transport]

    @property
    def url(self) -> str:
        """Where it is."""
        return str(Target(self.scheme, self.host, self.port))

    @property
    def is_plain(self) -> bool:
        """Whether a site file can lead to it with nothing more to be known: not with TLS or UDP."""
        return bool(self.host) and self.speech.transport == "tcp"

    @property
    def slowest_ms(self) -> float:
        """How long its slowest replies took, those of one percent left out."""
        return max(
            (flow.response_times.quantile(0.99) for one in self.units for flow in one.flows), default=0.0
        )


@dataclass(slots=True)
class Lesson:
    """Everything that was learned; ``sources`` are the names of the captures, ``clients`` names of their addresses."""

    sources: Sequence[str]
    observer: Observer
    stations: list[Station]
    clients: dict[str, str]
    uncertain: list[str]

    @property
    def devices(self) -> list[tuple[Station, Learnt]]:
        """All units with their servers."""
        return [(station, one) for station in self.stations for one in station.units]


def learn(
    observer: Observer, sources: Sequence[str], replay_at: Target, likely: Likely | None = None
) -> Lesson:
    """What an observer's traffic teaches; the replays listen at ``replay_at``, each at the next port.

    Raises UsageError where there are not so many ports.
    """
    likely = likely or Likely()
    flows: dict[tuple[str, int, int], list[Flow]] = defaultdict(list)
    for flow in observer.flows.sorted():
        flows[flow.key.server, flow.key.port, flow.key.unit].append(flow)
    by_server: dict[Server, list[Unit]] = defaultdict(list)
    for unit in sorted(observer.units.values(), key=_by_address):
        by_server[unit.server, unit.port].append(unit)
    stations: list[Station] = []
    taken: set[str] = set()
    for server, units in by_server.items():
        station = _station(server, observer.servers[server], taken)
        silent = not any(unit.answers for unit in units)
        for unit in units:
            station.units.append(
                _learnt(unit, flows[unit.key], likely, taken, alone=len(units) == 1, one_sided=silent)
            )
        stations.append(station)
    _place(stations, replay_at)
    clients = client_names(seen for one in observer.asked.servers.values() for seen in one.seen)
    lesson = Lesson(sources, observer, stations, clients, [])
    lesson.uncertain += _uncertain(lesson)
    return lesson


def _by_address(unit: Unit) -> tuple[bool, int, str, int, int]:
    """The order of units: by address as a number, port and unit id."""
    try:
        number = int(ip_address(unit.server.partition("%")[0]))
    except ValueError:
        number = 0
    return ":" in unit.server, number, unit.server, unit.port, unit.number


def _station(server: Server, speech: Speech, taken: set[str]) -> Station:
    host, port = server
    station = Station("", host, port, speech)
    usual = DEFAULT_PORTS.get(station.scheme) == port
    station.name = _free(f"at-{slug(host)}" + ("" if usual else f"-{port}"), taken)
    return station


def _learnt(
    unit: Unit, flows: Sequence[Flow], likely: Likely, taken: set[str], *, alone: bool, one_sided: bool
) -> Learnt:
    blocks = blocks_of(flows, one_sided=one_sided)
    found = likely.candidates(unit.memory, blocks, unit=unit.number, port=unit.port)
    map_name, points = likely.meanings(found, blocks)
    kind = slug(map_name.rpartition("/")[2]) if map_name else "device"
    kind = kind if kind[0].isalpha() else f"device-{kind}"
    name = f"{kind}-{slug(unit.server)}" + ("" if alone else f"-unit-{unit.number}")
    layout = lay_out(unit.memory, blocks, map_name, points)
    return Learnt(_free(name, taken), unit, flows, blocks, found, layout, one_sided)


def _free(name: str, taken: set[str]) -> str:
    """A name that nobody has yet."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}-{number}"
    taken.add(free)
    return free


def _place(stations: Iterable[Station], replay_at: Target) -> None:
    """Give every server that can be replayed a port of its own."""
    port = replay_at.port
    for station in stations:
        if any(one.is_replayable for one in station.units):
            if port > HIGHEST_PORT:
                raise UsageError(f"{replay_at}: there are not enough ports behind it for all servers")
            scheme = "rtu+tcp" if station.scheme == "rtu+tcp" else "tcp"
            station.replay = replace(replay_at, scheme=scheme, port=port)
            port += 1


def _uncertain(lesson: Lesson) -> list[str]:
    """What the captures do not tell, in sentences."""
    observer = lesson.observer
    notes = []
    counts = (
        (observer.strange, "pieces of data that are no Modbus"),
        (observer.faulty, "faulty responses, whose values do not count"),
        (observer.alone, "responses without their request, whose values nobody can place"),
        (observer.asked.broken, "requests that no server understands, which the policy does not allow"),
        (observer.asked.missed, "requests without room, which the policy does not allow"),
        (observer.left_out, "messages of units for which there was no room"),
        (observer.flows.left_out, "requests of ranges for which there was no room"),
        (observer.budget.refused, "values without room, which the replay lacks"),
    )
    notes += [f"{words}: {count}" for count, words in counts if count]
    for station in lesson.stations:
        where = f"{station.host}:{station.port}"
        if station.speech.transport == "tls":
            notes.append(f"{where} speaks TLS: site.yaml leaves it out, since it needs certificates of yours")
        elif station.speech.transport == "udp":
            notes.append(f"{where} speaks Modbus over UDP: site.yaml leaves it out")
        if station.units and station.units[0].one_sided:
            notes.append(
                f"{where} was never heard to answer: what is read of it is taken as it was asked for"
            )
        for one in station.units:
            notes += _uncertain_unit(f"{where} unit {one.unit.number}", one)
    return notes


def _uncertain_unit(where: str, one: Learnt) -> list[str]:
    notes = []
    refused = sum(1 for flow in one.flows if is_read(flow) and flow.responses and not is_answered(flow))
    silent = sum(1 for flow in one.flows if is_read(flow) and not flow.responses)
    if refused:
        notes.append(f"{where} refused all reads of {_many(refused, 'range')}: the site does not read them")
    if silent and not one.one_sided:
        notes.append(f"{where} never answered reads of {_many(silent, 'range')}: the site does not read them")
    seldom = sum(1 for block in one.blocks if not block.interval)
    if seldom:
        notes.append(
            f"{where}: {_many(seldom, 'range')} read only once: the site reads such ranges every minute"
        )
    if one.guesses:
        names = ", ".join(found.map or found.product for found in one.guesses[:3])
        notes.append(f"{where} may be {names}: not sure enough for its names to be used")
    elif one.layout.map and one.candidates[0].score < SURE:
        best, *others = one.candidates
        tied = [other.map for other in others if best.score - other.score <= TIED and other.map]
        too = f"; {', '.join(tied[:3])} fit as well, and agree on what is read" if tied else ""
        notes.append(f"{where} is taken for {best.map}: check a value or two{too}")
    return notes


def _many(count: int, what: str) -> str:
    return f"{count} {what}" + ("" if count == 1 else "s")
