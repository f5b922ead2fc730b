"""A shorter way to note what a message of a talk shows."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from port502.traffic.findings.ledger import Ledger
from port502.traffic.findings.talk import Talk
from port502.traffic.message import Message


class Noting:
    """The base of those who look at one side of the traffic and note what they find."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def note(self, code: str, talk: Talk, message: Message, *, about: Hashable = None, **places: Any) -> None:
        """A message shows something of its unit."""
        self.ledger.note(
            code, talk.client, talk.server_text, message.time, message.frame,
            unit=message.unit_id, about=about, **places,
        )  # fmt: skip

    def note_talk(
        self, code: str, talk: Talk, message: Message, *, about: Hashable = None, **places: Any
    ) -> None:
        """A message shows something of the client and the server as a whole."""
        self.ledger.note(
            code, talk.client, talk.server_text, message.time, message.frame, about=about, **places
        )
