"""What was seen to happen: who did which operation where, how often and with which values.

It is recorded live by a gate, read back from an audit log, or from a file of such records.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from port502.errors import ConfigError
from port502.guard.chain import log_files
from port502.guard.operations import OPERATIONS, WORDS
from port502.guard.parts import Part, parts_of
from port502.guard.policy import Decision
from port502.guard.record import REFUSED, WOULD_REFUSE, WRITE, values_text
from port502.protocol.codes import CHANGING_DIAGNOSTICS, DIAGNOSTICS
from port502.protocol.message import Request
from port502.protocol.words import data_of
from port502.service.access import plain_host
from port502.service.call import Session

SEEN = "seen"
MOST_SEEN = 100_000
MOST_SAMPLES = 256
"""Different values of one kind of write that are remembered."""

_EVENTS = frozenset((SEEN, WRITE, WOULD_REFUSE))
_CHANGING = frozenset(f"{DIAGNOSTICS}/{sub}" for sub in CHANGING_DIAGNOSTICS)
_READS = (WORDS["read"] | WORDS["identify"] | WORDS["diagnose"]) - _CHANGING


class Seen(NamedTuple):
    """One kind of thing that happened: ``quantity`` items from ``address`` of a table or file on."""

    client: str
    role: str | None
    unit: int
    operation: str
    table: str = ""
    address: int = 0
    quantity: int = 0
    file: int = 0

    @property
    def session(self) -> Session:
        """Whoever did it."""
        return Session(self.client, role=self.role)


@dataclass(slots=True)
class Tally:
    """How often it happened, and between which values when it wrote; ``samples`` counts some of those, as written."""

    times: int = 0
    lowest: int | None = None
    highest: int | None = None
    samples: Counter[tuple[int, ...]] = field(default_factory=Counter)

    def add(self, values: list[int] | None, times: int = 1) -> None:
        """It happened again."""
        self.times += times
        if values:
            self.widen(min(values), max(values))
            sample = tuple(values)
            if sample in self.samples or len(self.samples) < MOST_SAMPLES:
                self.samples[sample] += times

    def widen(self, lowest: int | None, highest: int | None) -> None:
        """It happened with values between these too."""
        if lowest is not None and highest is not None:
            self.lowest = lowest if self.lowest is None else min(self.lowest, lowest)
            self.highest = highest if self.highest is None else max(self.highest, highest)


class Recorder:
    """Hears of the decisions of a gate, and remembers what was asked: ``most`` kinds of it (100,000 unless said).

    ``missed`` counts what it had no room for.
    """

    def __init__(self, most: int | None = None) -> None:
        self.seen: dict[Seen, Tally] = {}
        self.most = MOST_SEEN if most is None else most
        self.missed = 0

    def __call__(self, session: Session, unit: int, request: Request[Any], decision: Decision) -> None:
        """One request was judged."""
        self.heard(session, unit, request)

    def heard(
        self, session: Session, unit: int, request: Request[Any], times: int = 1, *, samples: bool = True
    ) -> bool:
        """One request was made, so often; False for one that no policy can allow, such as function 0 or 200.

        Without ``samples`` only the limits of what it wrote are remembered.
        """
        parts = parts_of(request)
        if not all(part.operation in OPERATIONS for part in parts):
            return False
        for part in parts:
            seen, values = _seen(session, unit, part), part.values()
            self.add(seen, values if samples else None, times)
            if values and not samples and seen in self.seen:
                self.seen[seen].widen(min(values), max(values))
        return True

    def add(self, seen: Seen, values: list[int] | None, times: int = 1) -> None:
        """Something happened, so often."""
        tally = self.seen.get(seen)
        if tally is None:
            if len(self.seen) >= self.most:
                self.missed += 1
                return
            tally = self.seen[seen] = Tally()
        tally.add(values, times)

    def take_over(self, seen: Seen, tally: Tally) -> None:
        """Add what somebody else saw."""
        mine = self.seen.setdefault(seen, Tally())
        mine.times += tally.times - sum(tally.samples.values())
        for sample, times in tally.samples.items():
            mine.add(list(sample), times)
        mine.widen(tally.lowest, tally.highest)

    def lines(self) -> Iterator[str]:
        """All that was seen, one JSON object a line, to be read back by ``read_seen``."""
        for seen, tally in self.seen.items():
            bits = seen.table == "coil"
            said = {
                "event": SEEN,
                **{name: value for name, value in seen._asdict().items() if value not in (None, "")},
            }
            if tally.lowest is not None:
                said |= {"lowest": tally.lowest, "highest": tally.highest}
            for sample, times in tally.samples.items():
                yield _line({**said, "after": values_text(sample, bits=bits), "times": times})
            rest = tally.times - sum(tally.samples.values())
            if rest:
                yield _line({**said, "times": rest})


def _line(said: Mapping[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=True)


def read_seen(path: Path, *, refused: bool = False) -> Recorder:
    """What stands in an audit log, or in a file that a recorder wrote; with ``refused`` also what was turned away.

    Raises ConfigError when it cannot be read.
    """
    recorder = Recorder()
    files = log_files(path)
    if not files:
        raise ConfigError(f"there is no log {path}")
    events = _EVENTS | {REFUSED} if refused else _EVENTS
    for file in files:
        try:
            with file.open("rb") as stream:
                _take_all(stream, recorder, events)
        except OSError as error:
            raise ConfigError(f"{file} cannot be read: {error.strerror or error}") from None
    if not recorder.seen:
        raise ConfigError(f"{path} tells of no request that was passed on")
    return recorder


def part_of(seen: Seen, values: Sequence[int] | None = None) -> Part:
    """What was seen as the part of a request that a policy judges, with the values that it wrote."""
    whole = values is not None and len(values) == seen.quantity
    bits = [bool(value) for value in values or ()] if whole and seen.table == "coil" else None
    data = data_of(list(values or ())) if whole and seen.table != "coil" else None
    return Part(
        seen.operation,
        seen.operation not in _READS,
        seen.table,
        seen.address,
        seen.quantity,
        file=seen.file,
        data=data,
        bits=bits,
    )


def _take_all(lines: Iterable[bytes], recorder: Recorder, events: Collection[str]) -> None:
    for line in lines:
        try:
            said = json.loads(line)
        except ValueError:
            continue
        if isinstance(said, dict) and said.get("event") in events:
            _take(said, recorder)


def _take(said: Mapping[str, Any], recorder: Recorder) -> None:
    """One record; what tells of no request, or is none of ours, is passed over."""
    operation = str(said.get("operation", ""))
    if operation not in OPERATIONS:
        return
    try:
        table = str(said.get("table", ""))
        seen = Seen(
            str(said.get("client", "")),
            said.get("role"),
            int(said["unit"]),
            operation,
            table,
            int(said.get("address", 0)),
            int(said.get("quantity", 0)),
            int(said.get("file", 0)),
        )
        after = said.get("after")
        values = [int(value) for value in after] if after is not None else None
        times = int(said.get("times", 1))
    except (KeyError, TypeError, ValueError):
        return
    recorder.add(seen, values, times)
    lowest, highest = said.get("lowest"), said.get("highest")
    if seen in recorder.seen and isinstance(lowest, int) and isinstance(highest, int):
        recorder.seen[seen].widen(lowest, highest)


def _seen(session: Session, unit: int, part: Part) -> Seen:
    host = plain_host(session.host)
    return Seen(host, session.role, unit, part.operation, part.table, part.first, part.count, part.file)
