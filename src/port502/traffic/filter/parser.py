"""From a filter's text to its tree: not before and, and before xor, xor before or, as in Wireshark 4."""

from __future__ import annotations

from port502.traffic.filter.error import FilterError
from port502.traffic.filter.lexer import Token, tokens_of
from port502.traffic.filter.syntax import (
    Both,
    Comparison,
    Literal_,
    Membership,
    Named,
    Node,
    Not,
    Operand,
    Present,
)

DEEPEST = 50
_MOST_MEMBERS = 1000
_COMPARE = frozenset({"==", "!=", "===", "!==", ">", "<", ">=", "<=", "contains", "matches"})
_JOINS = ("||", "^^", "&&")
FUNCTIONS = ("count", "len", "lower", "upper")


def parse(text: str) -> Node | None:
    """The tree of a filter, None for an empty one, which everything passes; raises FilterError."""
    parser = _Parser(tokens_of(text))
    if parser.is_done():
        return None
    node = parser.joined(0)
    if not parser.is_done():
        raise FilterError(
            parser.here.column, f"{_shown(parser.here)} does not go on from here{parser.hint()}"
        )
    return node


class _Parser:
    """Takes the tokens one by one."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    @property
    def here(self) -> Token:
        return self._tokens[self._at]

    def is_done(self) -> bool:
        return self.here.kind == "end"

    def hint(self) -> str:
        before = self._tokens[self._at - 1] if self._at else None
        if before is not None and before.kind in ("word", "text") and self.here.kind in ("word", "text"):
            return ": join two conditions with && or ||"
        return ""

    def joined(self, level: int) -> Node:
        """Conditions joined by one of the three signs, the loosest first."""
        if level == len(_JOINS):
            return self._one()
        parts = [self.joined(level + 1)]
        while self._takes(_JOINS[level]):
            parts.append(self.joined(level + 1))
        return parts[0] if len(parts) == 1 else Both(_JOINS[level], tuple(parts))

    def _one(self) -> Node:
        nots = 0
        while self._takes("!"):
            nots += 1
        node = self._in_brackets() if self._is("(") else self._condition()
        return Not(node) if nots % 2 else node

    def _in_brackets(self) -> Node:
        opened = self._next()
        self._depth += 1
        if self._depth > DEEPEST:
            raise FilterError(opened.column, f"brackets are nested more than {DEEPEST} deep")
        node = self.joined(0)
        if not self._takes(")"):
            raise FilterError(opened.column, "this ( has no )")
        self._depth -= 1
        return node

    def _condition(self) -> Node:
        quantifier = self._next().text if self._is("any") or self._is("all") else ""
        left = self._operand()
        token = self.here
        if token.kind == "sign" and token.text in _COMPARE:
            self._next()
            right = self._operand()
            if isinstance(left, Literal_) and isinstance(right, Literal_):
                raise FilterError(left.column, "there is no field in this comparison")
            return Comparison(left, token.text, right, token.column, quantifier)
        if self._is("in"):
            self._next()
            if isinstance(left, Literal_):
                raise FilterError(left.column, "only a field can be in a set")
            return Membership(left, self._members(), token.column, quantifier)
        if isinstance(left, Literal_):
            raise FilterError(left.column, f"{left.text[:60]!r} is no field, and it is compared with none")
        if quantifier:
            raise FilterError(token.column, f"{quantifier} wants a comparison")
        return Present(left)

    def _operand(self) -> Operand:
        token = self._next()
        if token.kind == "text":
            return Literal_(token.text, token.column, quoted=True)
        if token.kind != "word":
            raise FilterError(token.column, f"here stands a field or a value, not {_shown(token)}")
        if self._is("(") and token.text in FUNCTIONS:
            self._next()
            inner = self._operand()
            if not isinstance(inner, Named) or inner.function:
                raise FilterError(inner.column, f"{token.text}() takes a field")
            if not self._takes(")"):
                raise FilterError(self.here.column, f"{token.text}( has no )")
            return Named(inner.name, token.column, inner.slice, token.text)
        if not _may_be_field(token.text):
            return Literal_(token.text, token.column)
        return self._field(token)

    def _field(self, token: Token) -> Named:
        part: str | None = None
        mask: Literal_ | None = None
        if self.here.kind == "slice":
            part = self._next().text
        if self._takes("&"):
            number = self._next()
            if number.kind != "word":
                raise FilterError(number.column, f"behind & stands a number, not {_shown(number)}")
            mask = Literal_(number.text, number.column)
        return Named(token.text, token.column, part, "", mask)

    def _members(self) -> tuple[tuple[Literal_, Literal_ | None], ...]:
        opened = self.here
        if not self._takes("{"):
            raise FilterError(opened.column, "behind in stands a set such as {1, 3..5}")
        members: list[tuple[Literal_, Literal_ | None]] = []
        while not self._takes("}"):
            if self.here.kind == "end":
                raise FilterError(opened.column, "this { has no }")
            low = self._value()
            members.append((low, self._value() if self._takes("..") else None))
            if len(members) > _MOST_MEMBERS:
                raise FilterError(low.column, f"a set has at most {_MOST_MEMBERS} members")
            self._takes(",")
        if not members:
            raise FilterError(opened.column, "this set is empty")
        return tuple(members)

    def _value(self) -> Literal_:
        token = self._next()
        if token.kind not in ("word", "text"):
            raise FilterError(token.column, f"a set holds values, not {_shown(token)}")
        return Literal_(token.text, token.column, token.kind == "text")

    def _is(self, sign: str) -> bool:
        return self.here.kind == "sign" and self.here.text == sign

    def _takes(self, sign: str) -> bool:
        if not self._is(sign):
            return False
        self._at += 1
        return True

    def _next(self) -> Token:
        token = self.here
        if token.kind == "end":
            raise FilterError(token.column, "the filter ends too early")
        self._at += 1
        return token


def _may_be_field(word: str) -> bool:
    """Fields begin with a letter and hold no colon or slash; what is a value by its looks is none."""
    return (
        word[0].isalpha()
        and not any(sign in word for sign in ":/-")
        and word.lower() not in ("true", "false")
    )


def _shown(token: Token) -> str:
    if token.kind == "end":
        return "the end"
    return f"[{token.text[:40]}]" if token.kind == "slice" else repr(token.text[:60])
