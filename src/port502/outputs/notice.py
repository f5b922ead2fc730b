"""What somebody is told of an alarm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from port502.collect.alarms import AlarmEvent
from port502.transport.clock import utc

EVENTS = ("raised", "cleared", "acknowledged", "shelved", "unshelved")


@dataclass(frozen=True, slots=True)
class Notice:
    """An event of an alarm at a site."""

    site: str
    event: AlarmEvent

    @property
    def subject(self) -> str:
        """One line: what happened, and how much it matters."""
        event = self.event
        return f"[{self.site}] {event.priority} alarm {event.what}: {event.text or event.alarm}"

    @property
    def text(self) -> str:
        """A few lines for somebody who reads them."""
        event = self.event
        lines = [event.text or event.alarm, "", f"alarm:    {event.alarm}", f"event:    {event.what}"]
        lines += [f"priority: {event.priority}", f"time:     {utc(event.time)}", f"site:     {self.site}"]
        if event.value is not None:
            limit = f" (limit {event.limit:g})" if event.limit is not None else ""
            lines.append(f"value:    {event.value}{limit}")
        if event.by:
            lines.append(f"by:       {event.by}{f', “{event.comment}”' if event.comment else ''}")
        return "\n".join(lines) + "\n"

    def fields(self) -> dict[str, Any]:
        """What a program gets, in JSON: what has nothing to say is left out."""
        said = {"site": self.site, **self.event.fields()}
        said["event"] = said.pop("what")
        del said["silent"]
        return {name: value for name, value in said.items() if value not in (None, "")}
