"""A chain of lines in which every change shows: each line holds the number and the hash of the one before it.

A line is one JSON object whose last field is the hash of all bytes before it, with a key where there is one.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FIRST = "0" * 64
"""What stands for the hash before the first line."""

RETIRED = "retired"
"""The event by which the log says that its oldest file was removed on purpose."""

LONGEST_LINE = 1 << 20
_MARK = b',"hash":"'
_SUFFIX = len(_MARK) + 64 + len(b'"}')


@dataclass(slots=True)
class Link:
    """The end of a chain: number and hash of its last line."""

    seq: int = 0
    hash: str = FIRST


def sealed(fields: Mapping[str, Any], last: Link, key: bytes = b"") -> tuple[bytes, Link]:
    """The next line of a chain with its newline, and the new end. Text is escaped down to ASCII."""
    whole = {"seq": last.seq + 1, **fields, "previous": last.hash}
    body = json.dumps(whole, ensure_ascii=True, separators=(",", ":"), allow_nan=False).encode()[:-1]
    digest = _digest(body, key)
    return body + _MARK + digest.encode() + b'"}\n', Link(last.seq + 1, digest)


def opened(line: bytes, key: bytes | None = b"") -> tuple[dict[str, Any], Link]:
    """What a line says and the end that it makes; raises ValueError when it is not as it was written.

    With ``key`` None the hash is believed.
    """
    if not line.endswith(b'"}') or line[-_SUFFIX:][: len(_MARK)] != _MARK:
        raise ValueError("is no line of this log")
    body, digest = line[:-_SUFFIX], line[-66:-2].decode("ascii", "replace")
    if key is not None and not hmac.compare_digest(_digest(body, key), digest):
        raise ValueError("was changed, or the key is another one")
    try:
        said = json.loads(body + b"}")
        return said, Link(int(said["seq"]), digest)
    except (ValueError, KeyError, TypeError):
        raise ValueError("is no line of this log") from None


@dataclass(frozen=True, slots=True)
class Break:
    """A place where the chain is broken."""

    file: Path
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}" if self.line else f"{self.file}: {self.what}"


@dataclass(slots=True)
class Verdict:
    """What the lines of a log come to: how many, from which number to which, and where the chain is broken."""

    lines: int = 0
    files: int = 0
    first: int = 0
    last: Link = field(default_factory=Link)
    breaks: list[Break] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether nothing was changed, taken away or moved."""
        return not self.breaks


def log_files(path: Path) -> list[Path]:
    """The files of a log, oldest first: those that were put aside have a number behind their name."""
    aside = sorted(
        (one for one in path.parent.glob(f"{path.name}.*") if one.suffix[1:].isdigit()),
        key=lambda one: int(one.suffix[1:]),
    )
    return [*aside, path] if path.exists() else aside


def head_path(path: Path) -> Path:
    """Where a log notes how far it went, so that a cut at its end shows."""
    return path.with_name(f"{path.name}.head")


def verify(path: Path, key: bytes = b"") -> Verdict:
    """Follow a log from its oldest file to its end; raises OSError for files that cannot be read."""
    verdict = Verdict()
    retired: list[Link] = []
    begins: tuple[Path, Link] | None = None
    for file in log_files(path):
        verdict.files += 1
        for number, line in _lines(file):
            try:
                said, end = opened(line, key)
            except ValueError as error:
                verdict.breaks.append(Break(file, number, f"line {error}"))
                continue
            before = Link(end.seq - 1, str(said.get("previous", "")))
            if not verdict.lines:
                verdict.first = end.seq
                begins = (file, before)
            elif before != verdict.last:
                verdict.breaks.append(Break(file, number, _gap(verdict.last, before)))
            if said.get("event") == RETIRED:
                retired.append(Link(int(said.get("last_seq", 0)), str(said.get("last_hash", ""))))
            verdict.last = end
            verdict.lines += 1
    if begins is not None and begins[1] != Link() and begins[1] not in retired:
        verdict.breaks.append(Break(begins[0], 1, f"what came before line {verdict.first} was taken away"))
    _look_at_head(path, verdict)
    return verdict


def records(path: Path) -> Iterator[dict[str, Any]]:
    """Everything that stands in a log, oldest first; what is no line of it is passed over."""
    for file in log_files(path):
        for _, line in _lines(file):
            try:
                yield opened(line, None)[0]
            except ValueError:
                continue


def _lines(file: Path) -> Iterator[tuple[int, bytes]]:
    with file.open("rb") as stream:
        number = 0
        while line := stream.readline(LONGEST_LINE):
            number += 1
            yield number, line.rstrip(b"\n")


def _look_at_head(path: Path, verdict: Verdict) -> None:
    try:
        head = json.loads(head_path(path).read_bytes())
        noted = Link(int(head["seq"]), str(head["hash"]))
    except FileNotFoundError:
        if verdict.lines:
            verdict.breaks.append(
                Break(head_path(path), 0, "is missing: nobody can tell whether the end was cut")
            )
        return
    except (ValueError, KeyError, TypeError):
        verdict.breaks.append(Break(head_path(path), 0, "is not as it was written"))
        return
    if verdict.last.seq < noted.seq:
        verdict.breaks.append(
            Break(
                path,
                0,
                f"ends with line {verdict.last.seq}, but line {noted.seq} was written: the end was cut",
            )
        )
    elif verdict.last.seq == noted.seq and verdict.last.hash != noted.hash:
        verdict.breaks.append(Break(path, 0, "its last line is another one than was written"))


def _gap(last: Link, before: Link) -> str:
    if before.seq > last.seq:
        return f"lines {last.seq + 1} to {before.seq} are missing before it"
    if before.seq < last.seq:
        return f"line {before.seq + 1} stands behind line {last.seq}"
    return "does not follow from the line before it"


def _digest(body: bytes, key: bytes) -> str:
    if key:
        return hmac.new(key, body, hashlib.sha256).hexdigest()
    return hashlib.sha256(body).hexdigest()
