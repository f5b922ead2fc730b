"""What is suspicious in captures, for people and as JSON, and what is usual as a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from port502.cli.inspect_output import Quiet
from port502.cli.output import console, printable, put, put_json, say
from port502.errors import UsageError
from port502.traffic.captures import Captures
from port502.traffic.findings.attack import Attack
from port502.traffic.findings.baseline_text import baseline_text, words
from port502.traffic.findings.engine import Engine
from port502.traffic.findings.finding import Finding
from port502.traffic.findings.learner import Learner
from port502.traffic.findings.ledger import Ledger
from port502.traffic.findings.severity import Severity
from port502.traffic.message import Message
from port502.traffic.moment import time_text
from port502.traffic.record import Place

if TYPE_CHECKING:
    from rich.text import Text

FRAMES_SHOWN = 6
MOST_WORDS = 20
COLOURS = {
    Severity.LOW: "cyan",
    Severity.MEDIUM: "yellow",
    Severity.HIGH: "red",
    Severity.CRITICAL: "bold red",
}


class FindingsOutput(Quiet):
    """Looks for findings; tells them at the end, the most serious first, or ``live`` each at once."""

    def __init__(
        self,
        reading: Captures,
        engine: Engine,
        ledger: Ledger,
        attack: Attack,
        place: Place | None,
        *,
        json: bool,
        live: bool,
        quiet: bool,
    ) -> None:
        self._reading = reading
        self._engine = engine
        self.ledger = ledger
        self._attack = attack
        self._place = place
        self._json = json
        self._live = live
        self._quiet = quiet
        self._told = 0

    def messages(self, messages: Sequence[Message]) -> None:
        """Look at them, and at what happened to their connections."""
        events = self._reading.dissector.events
        happened = list(events)
        events.clear()
        self._engine.happened(happened)
        self._engine.add(messages)
        if self._live:
            found = self.ledger.findings
            for one in found[self._told :]:
                self._tell(one)
            self._told = len(found)

    def end(self) -> None:
        """Tell what was found."""
        found = self.ledger.serious_first()
        if not self._live:
            for one in found:
                self._tell(one)
        if self._json:
            return
        if not self._quiet:
            put(summary(found))
        if self.ledger.left_out:
            put(f"and {self.ledger.left_out} more were left out")
        if self._engine.learning:
            say("port502: all of it was learned as usual: the baseline needs a shorter period")
        elif self._engine.baseline is None and not self._quiet:
            say(
                "port502: without a baseline nothing can be told of what is new:"
                " --baseline-for 10m learns it from the begin, --baseline takes a learned one"
            )

    def _tell(self, one: Finding) -> None:
        if self._json:
            put_json(one.record(self._attack, self._place))
            return
        for line in finding_lines(one, self._attack, self._place):
            console().print(line, soft_wrap=True)


class LearningOutput(Quiet):
    """Learns what is usual, and writes it down at the end."""

    def __init__(self, path: Path, *, json: bool, quiet: bool) -> None:
        self._path = path
        self._learner = Learner()
        self._json = json
        self._quiet = quiet

    def messages(self, messages: Sequence[Message]) -> None:
        """Learn from them."""
        for one in messages:
            self._learner.add(one)

    def end(self) -> None:
        """Write the file; raises UsageError where nothing was learned or the file cannot be written."""
        baseline = self._learner.baseline
        if not baseline.conversations:
            raise UsageError("nothing was learned: there are no Modbus requests")
        try:
            self._path.write_text(baseline_text(baseline, self._path.stem), encoding="utf-8")
        except OSError as error:
            raise UsageError(f"cannot write {self._path}: {error.strerror}") from error
        told = [words(one) for _, one in sorted(baseline.conversations.items())]
        if self._json:
            put_json({"baseline": str(self._path), "requests": baseline.requests, "conversations": told})
            return
        if not self._quiet:
            for line in told[:MOST_WORDS]:
                put(printable(line))
            if len(told) > MOST_WORDS:
                put(f"and {len(told) - MOST_WORDS} conversations more")
        say(f"port502: {len(told)} conversations of {baseline.requests} requests written to {self._path}")


def finding_lines(one: Finding, attack: Attack, place: Place | None = None) -> list[Text]:
    """A finding for people: how serious, what, where to see it, what to do, how ATT&CK calls it."""
    from rich.text import Text

    head = Text()
    head.append(f"{one.severity:<8}", COLOURS[one.severity])
    head.append(f"  {one.code}", "bold")
    head.append(f"  {printable(one.sentence)}")
    times = "once" if one.count == 1 else f"{one.count} times"
    when = (
        time_text(one.first) if one.first == one.last else f"{time_text(one.first)} to {time_text(one.last)}"
    )
    seen = f"{times}, {when}"
    if one.frames:
        seen += f"; {frames_text(one, place)}"
    lines = [head, Text(f"          {printable(seen)}"), Text(f"          do: {printable(one.fix)}")]
    techniques = attack.techniques(one.code)
    if techniques:
        lines.append(Text(f"          ATT&CK: {', '.join(map(str, techniques))}", "dim"))
    return lines


def frames_text(one: Finding, place: Place | None) -> str:
    """The frames that show a finding; of several files with the file's name."""
    shown = one.frames[:FRAMES_SHOWN]
    if len(one.frames) > FRAMES_SHOWN:
        shown = [*shown[:-1], one.frames[-1]]
    texts = [str(frame) if place is None else "{}:{}".format(*place(frame)) for frame in shown]
    if one.count > len(shown):
        texts.insert(-1, "...")
    return f"frame{'s' if len(texts) > 1 else ''} {', '.join(texts)}"


def summary(found: Sequence[Finding]) -> str:
    """How many there are of each severity, in one line."""
    if not found:
        return "no findings"
    counts = [(one, sum(finding.severity is one for finding in found)) for one in reversed(Severity)]
    parts = ", ".join(f"{count} {one}" for one, count in counts if count)
    return f"{len(found)} finding{'s' if len(found) > 1 else ''}: {parts}"
