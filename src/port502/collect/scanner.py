"""The words of an expression: names of points, functions and signs, with their places in the text.

A known name wins: ``pump-1.speed`` is one name, and a minus after a name stands between spaces.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from difflib import get_close_matches

from port502.collect.operations import FUNCTIONS
from port502.errors import ConfigError

_TOKEN = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<text>\"[^\"\\\n]*\"|'[^'\\\n]*')"
    r"|(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)"
    r"|(?P<word>[^\W\d][\w.-]*)"
    r"|(?P<sign>\*\*|//|==|!=|<=|>=|[-+*/%<>(),])"
)
_KEYWORDS = frozenset({"and", "or", "not", "if", "else", "True", "False"})
_TRUTHS = {"true": "True", "false": "False"}


class InvalidExpressionError(ConfigError):
    """An expression that cannot be used; ``column`` (from 1) is the place in its text."""

    def __init__(self, message: str, column: int, hint: str = "") -> None:
        super().__init__(f"{message}; {hint}" if hint else message)
        self.message = message
        self.column = column
        self.hint = hint


class Scanner:
    """Cuts a text into words and signs, and puts an identifier of our own in place of each point's name."""

    def __init__(self, text: str, known_names: Collection[str], device: str) -> None:
        self.names: list[str] = []
        self._known = known_names
        self._device = device
        self._starts: list[tuple[int, int]] = []
        self._python: list[str] = []
        self._canonical: list[str] = []
        self._scan(text)

    def python_source(self) -> str:
        return " ".join(self._python)

    def canonical(self) -> str:
        return "".join(self._canonical).strip()

    def column_of(self, offset: int) -> int:
        """The column in the user's text of a column in the Python source; both count from 1."""
        return max((column for at, column in self._starts if at < offset), default=1)

    def name(self, identifier: str) -> str:
        return self.names[int(identifier[1:])]

    def _scan(self, text: str) -> None:
        position = length = 0
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None:
                raise InvalidExpressionError(f"{text[position]!r} has no meaning here", position + 1)
            python, canonical = match[0], match[0]
            if match.lastgroup == "word":
                called = text[match.end() :].lstrip().startswith("(")
                python, canonical = self._word(match[0], called, position + 1)
            if match.lastgroup != "space":
                self._starts.append((length, position + 1))
                self._python.append(python)
                length += len(python) + 1
            self._canonical.append(canonical)
            position = match.end()
        if not self._python:
            raise InvalidExpressionError("an expression is missing", 1)

    def _word(self, word: str, called: bool, column: int) -> tuple[str, str]:
        if word in _KEYWORDS or (word in FUNCTIONS and called):
            return word, word
        full = self._full_name(word)
        if full is not None:
            if full not in self.names:
                self.names.append(full)
            return f"_{self.names.index(full)}", full
        if word in _TRUTHS:
            return _TRUTHS[word], word
        if called:
            raise InvalidExpressionError(
                f"no function {word!r}", column, f"functions are {', '.join(sorted(FUNCTIONS))}"
            )
        raise InvalidExpressionError(f"no point {word!r}", column, self._hint(word))

    def _full_name(self, word: str) -> str | None:
        local = f"{self._device}.{word}" if self._device else word
        if local in self._known:
            return local
        return word if word in self._known else None

    def _hint(self, word: str) -> str:
        parts = word.split("-")
        for cut in range(1, len(parts)):
            left, right = "-".join(parts[:cut]), "-".join(parts[cut:])
            if self._full_name(left) is not None:
                return f"a minus stands between spaces: '{left} - {right}'"
        prefix = f"{self._device}."
        short = [
            name.removeprefix(prefix) for name in self._known if self._device and name.startswith(prefix)
        ]
        close = get_close_matches(word, [*short, *self._known], 1)
        return f"did you mean {close[0]!r}?" if close else ""
