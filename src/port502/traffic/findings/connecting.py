"""What the opening and ending of connections show: a search for servers, and connections that use a server up."""

from __future__ import annotations

from typing import Any, Final

from port502.traffic.event import Event
from port502.traffic.findings.ledger import Ledger
from port502.traffic.findings.talk import Talk
from port502.traffic.findings.window import SECOND, Tried

MOST_CLIENTS: Final = 4_096
MOST_WISHES: Final = 1_024
MOST_OPEN: Final = 1_024
HOSTS: Final = 10
OPEN: Final = 16
OPENINGS: Final = 100
HALF_OPEN: Final = 50
_WITHIN: Final = 10 * SECOND


class Connecting:
    """Looks at what happens to connections of Modbus ports."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._tried: dict[str, Tried] = {}

    def look(self, talk: Talk, event: Event) -> None:
        """Something happened to a connection of these two."""
        stream = event.way.stream
        match event.what:
            case "opening":
                self._wish(talk, event)
            case "opened":
                talk.wishes.pop(stream, None)
                self._opened(talk, event)
            case "refused":
                talk.wishes.pop(stream, None)
                self._knock(talk, event, refused=True)
            case "reset" | "closed":
                talk.wishes.pop(stream, None)
                talk.opened.discard(stream)

    def answered(self, talk: Talk) -> None:
        """The server speaks Modbus with this client: whoever asks there does not search."""
        tried = self._tried.get(talk.client)
        if tried is not None:
            tried.answers(talk.server)

    def _wish(self, talk: Talk, event: Event) -> None:
        now = event.time
        wishes = talk.wishes
        wishes.setdefault(event.way.stream, now)
        while wishes and (len(wishes) > MOST_WISHES or wishes[next(iter(wishes))] < now - _WITHIN):
            del wishes[next(iter(wishes))]
        if len(wishes) >= HALF_OPEN:
            self._note("FLOOD.HALF_OPEN", talk, event, count=len(wishes))
        if not talk.responses:
            self._knock(talk, event, refused=False)

    def _opened(self, talk: Talk, event: Event) -> None:
        if len(talk.opened) < MOST_OPEN:
            talk.opened.add(event.way.stream)
        count = talk.openings.add(event.time)
        if len(talk.opened) >= OPEN:
            self._note("FLOOD.CONNECTIONS", talk, event, how=f"holds {len(talk.opened)}")
        elif count >= OPENINGS:
            self._note("FLOOD.CONNECTIONS", talk, event, how=f"opened {count}")

    def _knock(self, talk: Talk, event: Event, *, refused: bool) -> None:
        tried = self._tried.get(talk.client)
        if tried is None:
            if len(self._tried) >= MOST_CLIENTS:
                del self._tried[next(iter(self._tried))]
            tried = self._tried[talk.client] = Tried()
        count = (tried.refuses if refused else tried.tries)(talk.server, event.time)
        if count >= HOSTS:
            self.ledger.note("SCAN.HOSTS", talk.client, "", event.time, event.frame, count=count)

    def _note(self, code: str, talk: Talk, event: Event, **places: Any) -> None:
        self.ledger.note(code, talk.client, talk.server_text, event.time, event.frame, **places)
