"""A filter's text cut into words, signs, quoted texts and slices, each with its column."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from port502.traffic.filter.error import FilterError

Kind: TypeAlias = Literal["word", "text", "sign", "slice", "end"]

LONGEST = 4096

_SPELLINGS = {
    "and": "&&",
    "or": "||",
    "not": "!",
    "xor": "^^",
    "eq": "==",
    "any_eq": "==",
    "ne": "!=",
    "all_ne": "!=",
    "all_eq": "===",
    "any_ne": "!==",
    "~=": "!==",
    "gt": ">",
    "lt": "<",
    "ge": ">=",
    "le": "<=",
    "~": "matches",
    "bitand": "&",
    "bitwise_and": "&",
}
_SIGNS = re.compile(r"&&|\|\||\^\^|!==|===|==|!=|~=|>=|<=|\.\.|[!<>~&(){},]")
_WORD = re.compile(r"(?:[A-Za-z0-9_:/\-]|\.(?!\.))+")
_WORD_SIGNS = frozenset({"contains", "matches", "in", "any", "all"})
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{1,2}|.)", re.DOTALL)
_QUOTED = re.compile(r'(?P<raw>[rR])?"(?P<text>(?:\\.|[^"\\])*)"', re.DOTALL)
_CHARACTER = re.compile(r"'(\\x[0-9a-fA-F]{1,2}|\\.|[^'\\])'")


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of a filter; operators have one spelling, whichever was written."""

    kind: Kind
    text: str
    column: int


def tokens_of(text: str) -> list[Token]:
    """The tokens of a filter, an ``end`` last; raises FilterError for what is no part of the language."""
    if len(text) > LONGEST:
        raise FilterError(LONGEST, f"a filter has at most {LONGEST} characters, got {len(text)}")
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        token, at = _next(text, at)
        tokens.append(token)
    return [*tokens, Token("end", "", len(text) + 1)]


def _next(text: str, at: int) -> tuple[Token, int]:
    column = at + 1
    if quoted := _QUOTED.match(text, at):
        content = quoted["text"] if quoted["raw"] else _ESCAPE.sub(_unescaped, quoted["text"])
        return Token("text", content, column), quoted.end()
    if character := _CHARACTER.match(text, at):
        content = _ESCAPE.sub(_unescaped, character[1])
        return Token("word", str(ord(content)), column), character.end()
    if text[at] == "[":
        end = text.find("]", at)
        if end < 0:
            raise FilterError(column, "this [ has no ]")
        return Token("slice", text[at + 1 : end], column), end + 1
    if sign := _SIGNS.match(text, at):
        return Token("sign", _SPELLINGS.get(sign[0], sign[0]), column), sign.end()
    word = _WORD.match(text, at)
    if word is None:
        hint = ": this quote has no end" if text[at] in "\"'" else ""
        hint = ": write == to compare" if text[at] == "=" else hint
        raise FilterError(column, f"{text[at]!r} has no place here{hint}")
    spelled = _SPELLINGS.get(word[0], word[0])
    kind: Kind = "sign" if spelled != word[0] or word[0] in _WORD_SIGNS else "word"
    return Token(kind, spelled, column), word.end()


def _unescaped(found: re.Match[str]) -> str:
    what = found[1]
    if what[0] == "x" and len(what) > 1:
        return chr(int(what[1:], 16))
    return _ESCAPES.get(what, what)
