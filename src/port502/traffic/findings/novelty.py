"""Compares requests with the baseline: who, what and where that was not seen while it was learned."""

from __future__ import annotations

from port502.protocol.codes import DIAGNOSTICS, function_name
from port502.traffic.findings.access import Access, accesses, changes, operation
from port502.traffic.findings.asking import IDENTIFYING, PROGRAMMING
from port502.traffic.findings.baseline import Baseline, Conversation
from port502.traffic.findings.ledger import Ledger
from port502.traffic.findings.notes import Noting
from port502.traffic.findings.talk import Talk
from port502.traffic.message import Message


class Novelty(Noting):
    """Looks at requests of talks for which there is a baseline."""

    def __init__(self, ledger: Ledger, baseline: Baseline) -> None:
        super().__init__(ledger)
        self._servers = baseline.servers
        self._clients = baseline.clients

    def look(self, talk: Talk, message: Message) -> None:
        """One request with a function code."""
        known = talk.known or {}
        # What diagnostics change is told by what they are.
        writes = changes(message) and message.function != DIAGNOSTICS
        if not known:
            device = talk.client in self._servers and talk.client not in self._clients
            self.note_talk("CLIENT.FIELD_DEVICE" if device else "CLIENT.ROGUE", talk, message)
            if writes:
                self.note("WRITE.STRANGER", talk, message, about=message.function, what=_what(message))
            return
        conversation = known.get(message.unit_id or 0)
        if writes and not talk.writes:
            self.note("WRITE.READER", talk, message, about=message.function, what=_what(message))
        elif writes and not _covered(conversation, message, writes=True):
            self.note("WRITE.PLACE", talk, message, about=_what(message), what=_what(message))
        elif not _covered(conversation, message, writes=False):
            self.note("READ.PLACE", talk, message, about=message.function, what=_what(message))
        elif conversation is not None and not writes:
            self._function(talk, message, conversation)

    def _function(self, talk: Talk, message: Message, conversation: Conversation) -> None:
        """A function that is new, unless it says more by itself."""
        code, named = message.function or 0, operation(message)
        if named in conversation.functions or named in IDENTIFYING or code in PROGRAMMING:
            return
        self.note("FUNCTION.NEW", talk, message, about=named, function=f"{named} ({function_name(code)})")


def _covered(conversation: Conversation | None, message: Message, *, writes: bool) -> bool:
    """Whether all that a request writes, or reads, was so before; a write of no address is known by its function."""
    touched = [one for one in accesses(message) if one.writes is writes]
    if not touched:
        return not writes or (conversation is not None and operation(message) in conversation.functions)
    return conversation is not None and all(_covers(conversation, one) for one in touched)


def _covers(conversation: Conversation, access: Access) -> bool:
    spans = (conversation.writes if access.writes else conversation.reads).get(access.table)
    return spans is not None and spans.cover(access.address, access.end)


def _what(message: Message) -> str:
    """The place of a request in words, or its function where it has none."""
    touched = accesses(message)
    chosen = [one for one in touched if one.writes] or touched
    return str(chosen[0]) if chosen else f"by function {operation(message)}"
