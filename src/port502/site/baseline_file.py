"""The baseline file: from the file to what is usual, with all its faults."""

from __future__ import annotations

from pathlib import Path

from port502.errors import UsageError
from port502.registers.reference import Reference, Table, parse_reference
from port502.site.baseline_model import BaselineFile, UsualConversation
from port502.site.document import Document, read_document
from port502.site.faults import ERROR, Fault, KeyPath, SiteFileError, in_order
from port502.site.validate import validated
from port502.traffic.findings.baseline import Baseline, Conversation, Usual, Who
from port502.traffic.findings.spans import Spans

_WRITABLE = (Table.COIL, Table.HOLDING)


def load_baseline(path: str | Path) -> Baseline:
    """The baseline in a file; raises SiteFileError with all faults."""
    baseline, faults = understand_baseline(read_document(Path(path)))
    if baseline is None:
        raise SiteFileError(faults)
    return baseline


def understand_baseline(document: Document) -> tuple[Baseline | None, tuple[Fault, ...]]:
    """The baseline of a document and its faults in order; none when one of them is an error."""
    faults = list(document.faults)
    if not isinstance(document.data, dict):
        hint = "`port502 inspect CAPTURE --learn-baseline FILE` writes one"
        return None, in_order(faults or [document.fault((), "is no baseline", hint)])
    fallback = {"baseline": "learned", "conversations": []}
    file, found = validated(
        BaselineFile, document.data, document, fallback=fallback, entry=lambda path: path[:2]
    )
    faults += found
    if file is None:
        return None, in_order(faults)
    builder = _Builder(document)
    baseline = builder.baseline(file)
    ordered = in_order([*faults, *builder.faults])
    return (None if any(fault.severity == ERROR for fault in ordered) else baseline), ordered


class _Builder:
    def __init__(self, document: Document) -> None:
        self.faults: list[Fault] = []
        self._document = document

    def baseline(self, file: BaselineFile) -> Baseline:
        baseline = Baseline()
        for at, one in enumerate(file.conversations):
            path: KeyPath = ("conversations", at)
            conversation = self._conversation(one, path)
            if conversation.who in baseline.conversations:
                self._complain(path, "this client, server and unit are there already", "write them as one")
            baseline.conversations[conversation.who] = conversation
        return baseline

    def _conversation(self, one: UsualConversation, path: KeyPath) -> Conversation:
        for at, reference in enumerate(one.writes):
            if reference.table not in _WRITABLE:
                self._complain((*path, "writes", at), f"{reference.text} cannot be written")
        return Conversation(
            Who(one.client, one.server, one.port, one.unit),
            set(one.functions),
            _spans(one.reads),
            _spans(one.writes),
            self._values(one, path),
            one.pause,
            one.response_time,
            one.per_second,
            one.requests,
        )

    def _values(self, one: UsualConversation, path: KeyPath) -> dict[tuple[str, int], Usual]:
        found = {}
        for place, usual in one.values.items():
            at = (*path, "values", place)
            try:
                reference = parse_reference(place)
            except UsageError as error:
                self._complain(at, str(error))
                continue
            if usual.min > usual.max:
                self._complain(at, f"min {usual.min} is above max {usual.max}")
            found[str(reference.table), reference.address] = Usual(
                usual.min, usual.max, usual.step, usual.writes, usual.counts
            )
        return found

    def _complain(self, path: KeyPath, message: str, hint: str = "") -> None:
        self.faults.append(self._document.fault(path, message, hint))


def _spans(references: list[Reference]) -> dict[str, Spans]:
    found: dict[str, Spans] = {}
    for one in references:
        found.setdefault(str(one.table), Spans()).add(one.address, one.address + one.span)
    return found
