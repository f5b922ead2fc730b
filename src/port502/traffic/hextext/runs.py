"""Bytes in one line of text, in whatever spelling a program or a person wrote them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from port502.errors import UsageError

_CLOCK = re.compile(
    r"(?<![\w:.-])(?:\d{4}-\d\d-\d\d|\d\d[./]\d\d[./]\d{4})(?:[T ]|(?![\w-]))"
    r"|(?<![0-9a-fA-F:])\d\d:\d\d:\d\d(?:[.,:]\d{3,9})?(?:Z|[+-]\d\d:?\d\d)?(?![\w:])"
)
_QUOTED = r"(?P<quote>['\"])(?P<text>(?:\\.|(?!(?P=quote))[^\\]){1,4096})(?P=quote)"
_LITERAL = re.compile(rf"(?<![0-9A-Za-z_])[bB]{_QUOTED}")
_STRING = re.compile(rf"(?<![0-9A-Za-z_]){_QUOTED}")
_ESCAPES = re.compile(r"(?:\\x[0-9a-fA-F]{2})+")
_BOXES = re.compile(r"(?:\[[0-9a-fA-F]{2}\]\s?){2,}|(?:<[0-9a-fA-F]{2}>\s?){2,}")
_PREFIXED = re.compile(r"0[xX][0-9a-fA-F]+(?:[\s,;|:]+0[xX][0-9a-fA-F]+)*")
_DECIMALS = re.compile(r"\[\s*\d{1,3}(?:\s*,\s*\d{1,3})+\s*\]")
_ASCII = re.compile(r"(?<![0-9A-Za-z:]):[0-9A-Fa-f]{6,512}(?![0-9A-Za-z:])")
_BOX_OF_MANY = re.compile(r"\[([0-9a-fA-F]{2}(?: [0-9a-fA-F]{2})+)\]")
_COUNTER = re.compile(r"\b([TtRr][Xx]:)\d{6}-")
_SEPARATED = re.compile(
    r"(?<![0-9A-Za-z.])[0-9a-fA-F]{2}"
    r"(?:(?P<by> {1,2}|:|-|, ?|;|\t|_)[0-9a-fA-F]{2}(?:(?P=by)[0-9a-fA-F]{2})+)(?![0-9A-Za-z])"
)
_GROUPS = re.compile(r"(?<![0-9A-Za-z])(?:[0-9a-fA-F]{4} ){1,}(?:[0-9a-fA-F]{2}){1,2}(?![0-9A-Za-z])")
_SOLID = re.compile(r"(?<![0-9A-Za-z.-])(?:[0-9a-fA-F]{2}){4,}(?![0-9A-Za-z.-])")
_PLAIN = re.compile(r"(?:[0-9a-fA-F\s:,;|_-]|(?<![0-9a-fA-F])0[xX](?=[0-9a-fA-F]))*")
_TOKEN = re.compile(r"(0[xX])?([0-9a-fA-F]+)")
_PUNCTUATION = re.compile(r"[\s{}()\[\];,\\\"'*/]+")
_DECLARED = re.compile(r"[\w ]{1,80}=")
_ESCAPE = re.compile(rb"\\(x[0-9a-fA-F]{2}|[0-7]{1,3}|.)", re.DOTALL)
_NAMED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}


@dataclass(frozen=True, slots=True)
class Run:
    """Bytes at a column (from 1) of a line; ``ascii`` when they are the text of an ASCII frame.

    ``doubtful`` when they are written as decimal numbers, which a log prints of values too.
    """

    data: bytes
    column: int
    ascii: bool = False
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """What a line holds: its runs, the words around them, and whether there are none (``alone``)."""

    runs: tuple[Run, ...]
    words: str
    alone: bool


def read_line(line: str, number: int = 1) -> Read:
    """The bytes in a line; raises UsageError, with line and column, where some are but cannot be told for sure."""
    # Times look like bytes; what stands there instead keeps the columns.
    timeless = text = _CLOCK.sub(lambda found: "~" * len(found[0]), line)
    text = _COUNTER.sub(lambda found: found[1] + " " * (len(found[0]) - len(found[1])), text)
    text = _BOX_OF_MANY.sub(lambda found: found[1], text)
    if _PLAIN.fullmatch(text) and not _ASCII.search(text):
        return _plain(text, number)
    runs: list[Run] = []
    for form, understand in _FORMS:
        text = form.sub(_taker(runs, form, understand, number), text)
    words = text.replace("~", " ")
    if not any(run.ascii for run in runs):
        _refuse_a_slip(timeless, number)
    return Read(tuple(sorted(runs, key=lambda run: run.column)), words, _is_bare(words))


def _taker(
    runs: list[Run],
    form: re.Pattern[str],
    understand: Callable[[re.Match[str], int], bytes | None],
    number: int,
) -> Callable[[re.Match[str]], str]:
    """What takes bytes out of a line as a form finds them, and leaves marks in their place."""

    def take(found: re.Match[str]) -> str:
        data = understand(found, number)
        if data is None:
            return found[0]
        runs.append(Run(data, found.start() + 1, form is _ASCII, form is _DECIMALS))
        return "~" * len(found[0])

    return take


def _is_bare(words: str) -> bool:
    """Whether there is nothing around the bytes but punctuation, or the begin of a declaration."""
    left = _PUNCTUATION.sub(" ", words).strip()
    return not left or _DECLARED.fullmatch(left) is not None


def _plain(text: str, number: int) -> Read:
    """A line of nothing but hexadecimal digits; single digits between separators are bytes too."""
    groups = [(found.start() + 1, found[1], found[2]) for found in _TOKEN.finditer(text)]
    if not groups:
        return Read((), "", True)
    single = len(groups) > 1 and all(len(group) <= 2 for _, _, group in groups)
    digits = ""
    for column, prefix, group in groups:
        if len(group) % 2 and not single and not (prefix and len(group) == 1):
            raise UsageError(
                f"line {number}, column {column}: {group[:40]!r} has an odd number of digits; a byte is two of them"
            )
        digits += group.zfill(2) if len(group) == 1 else group
    return Read((Run(bytes.fromhex(digits), groups[0][0]),), "", True)


def _refuse_a_slip(line: str, number: int) -> None:
    """A line that begins and goes on as bytes and has one that is none: the rest would be a guess."""
    stripped = line.lstrip()
    if not re.match(r"[0-9a-fA-F]{2}[ ,:;-]", stripped):
        return
    tokens = [(found.start() + 1, found[0]) for found in re.finditer(r"[^\s,:;|-]+", line)]
    wrong = [(column, token) for column, token in tokens if not re.fullmatch(r"[0-9a-fA-F]{2}|~+", token)]
    if wrong and len(wrong) * 3 <= len(tokens) - 1:
        column, token = wrong[0]
        raise UsageError(
            f"line {number}, column {column}: {token[:40]!r} is no byte of two hexadecimal digits"
        )


def _literal(found: re.Match[str], number: int) -> bytes | None:
    try:
        raw = found["text"].encode("latin-1")
    except UnicodeEncodeError:
        return None
    return _ESCAPE.sub(_escaped, raw)


def _string(found: re.Match[str], number: int) -> bytes | None:
    """A text between quotes is bytes only when it has escapes of them."""
    return _literal(found, number) if "\\x" in found["text"] else None


def _escaped(found: re.Match[bytes]) -> bytes:
    what = found[1]
    if what[:1] == b"x" and len(what) == 3:
        return bytes((int(what[1:], 16),))
    if what[0] in b"01234567":
        return bytes((int(what, 8) & 0xFF,))
    return _NAMED.get(what, what)


def _prefixed(found: re.Match[str], number: int) -> bytes | None:
    tokens = re.findall(r"0[xX]([0-9a-fA-F]+)", found[0])
    if len(tokens) == 1 and len(tokens[0]) < 8:
        return None
    for token in tokens:
        if len(token) % 2 and len(token) > 1:
            raise UsageError(
                f"line {number}, column {found.start() + 1}: 0x{token[:40]} has an odd number of digits; a byte is two"
            )
    return b"".join(bytes.fromhex(token.zfill(2)) for token in tokens)


def _decimals(found: re.Match[str], number: int) -> bytes | None:
    tokens = re.findall(r"\d+", found[0])
    values = [int(token) for token in tokens]
    if max(values) > 255 or len(values) < 3:
        return None
    if all(len(token) == 2 for token in tokens):
        return bytes.fromhex("".join(tokens))
    return bytes(values)


def _digits(found: re.Match[str], number: int) -> bytes | None:
    return bytes.fromhex("".join(re.findall(r"[0-9a-fA-F]{2}", found[0])))


def _escapes(found: re.Match[str], number: int) -> bytes | None:
    return bytes.fromhex(found[0].replace("\\x", ""))


def _ascii(found: re.Match[str], number: int) -> bytes | None:
    return found[0].encode() + b"\r\n"


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], int], bytes | None]], ...] = (
    (_LITERAL, _literal),
    (_STRING, _string),
    (_ESCAPES, _escapes),
    (_BOXES, _digits),
    (_PREFIXED, _prefixed),
    (_DECIMALS, _decimals),
    (_ASCII, _ascii),
    (_SEPARATED, _digits),
    (_GROUPS, _digits),
    (_SOLID, _digits),
)
