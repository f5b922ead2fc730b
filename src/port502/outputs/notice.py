"""What somebody is told of an alarm."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from port502.collect.alarms import AlarmEvent

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
        event = self.event
        said: dict[str, Any] = {
            "site": self.site,
            "alarm": event.alarm,
            "event": event.what,
            "state": event.state,
            "priority": event.priority,
            "time": utc(event.time),
            "text": event.text,
            "value": event.value,
            "limit": event.limit,
            "by": event.by,
            "comment": event.comment,
            "until": None if event.until is None else utc(event.until),
        }
        return {name: value for name, value in said.items() if value not in (None, "")}


def utc(seconds: float) -> str:
    """RFC 3339 in UTC, to the millisecond."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
