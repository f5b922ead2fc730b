"""YAML text into a tree that knows the place of every key and value, within fixed bounds.

The tree is built from the parser's events, so that nothing in the file can make objects, recurse, or grow:
depth, number of values and length of a text are limited, and every duplicate key is a fault of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

MOST_BYTES = 4 << 20
MOST_DEPTH = 40
MOST_VALUES = 500_000
LONGEST_TEXT = 4096


class Node:
    """One value of a document; ``line`` and ``column`` count from 1."""

    __slots__ = ("column", "line")

    def __init__(self, line: int, column: int) -> None:
        self.line = line
        self.column = column


class ScalarNode(Node):
    """A text; ``plain`` when it stands without quotes, ``tag`` is empty or what stands before it.

    ``hidden`` is set on a value that came from a secret or the environment and may not be shown.
    """

    __slots__ = ("hidden", "plain", "tag", "text")

    def __init__(self, line: int, column: int, text: str, plain: bool, tag: str = "") -> None:
        super().__init__(line, column)
        self.text = text
        self.plain = plain
        self.tag = tag
        self.hidden = False


class MappingNode(Node):
    """Key texts with the place of the key, and their values."""

    __slots__ = ("entries",)

    def __init__(self, line: int, column: int) -> None:
        super().__init__(line, column)
        self.entries: dict[str, tuple[ScalarNode, Node]] = {}


class ListNode(Node):
    """Values in their order."""

    __slots__ = ("items",)

    def __init__(self, line: int, column: int) -> None:
        super().__init__(line, column)
        self.items: list[Node] = []


class TreeError(Exception):
    """The text is no YAML that can be read on: ``line`` and ``column`` count from 1."""

    def __init__(self, line: int, column: int, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.line = line
        self.column = column
        self.message = message
        self.hint = hint


Complain: TypeAlias = Callable[[int, int, str, str], None]
"""Told line, column, message and hint of a fault that does not end the reading."""


def parse_tree(text: str, complain: Complain) -> Node | None:
    """The tree of a YAML 1.2 text, None when it is empty; raises TreeError where the reading ends early."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError
    from ruamel.yaml.reader import ReaderError

    builder = _Builder(complain)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            builder.take(event)
    except MarkedYAMLError as error:
        raise _explained(error, text) from None
    except ReaderError as error:
        before = text[: error.position]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise TreeError(line, column, f"character U+{error.character:04X} may not stand in a file") from None
    except (YAMLError, RecursionError, ValueError) as error:
        raise TreeError(1, 1, f"cannot be read as YAML: {error}") from None
    return builder.root


class _Frame:
    """A mapping or list that is still being read."""

    __slots__ = ("anchor", "before", "height", "key", "node")

    def __init__(self, node: MappingNode | ListNode, anchor: str | None, before: int) -> None:
        self.node = node
        self.anchor = anchor
        self.before = before
        self.key: ScalarNode | None = None
        self.height = 1


class _Builder:
    """Takes the parser's events one after the other; its own stack bounds the depth, its count the size.

    An alias counts with all values and levels of what it stands for, so a bomb of aliases ends the reading.
    """

    def __init__(self, complain: Complain) -> None:
        self.root: Node | None = None
        self._complain = complain
        self._frames: list[_Frame] = []
        self._anchors: dict[str, tuple[Node, int, int]] = {}
        self._values = 0
        self._documents = 0

    def take(self, event: Any) -> None:
        name = type(event).__name__
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if name == "ScalarEvent":
            self._scalar(event, line, column)
        elif name in ("MappingStartEvent", "SequenceStartEvent"):
            if event.tag is not None:
                self._refuse_tag(line, column, str(event.tag))
            node = MappingNode(line, column) if name == "MappingStartEvent" else ListNode(line, column)
            before = self._values
            self._add(node, line, column, height=1)
            self._frames.append(_Frame(node, event.anchor, before))
        elif name in ("MappingEndEvent", "SequenceEndEvent"):
            frame = self._frames.pop()
            if self._frames:
                self._frames[-1].height = max(self._frames[-1].height, frame.height + 1)
            # An anchor is known from its end on, so nothing can hold an alias of itself.
            if frame.anchor is not None:
                self._anchors[frame.anchor] = (frame.node, self._values - frame.before, frame.height)
        elif name == "AliasEvent":
            self._alias(event.anchor, line, column)
        elif name == "DocumentStartEvent":
            self._documents += 1
            if self._documents > 1:
                raise TreeError(line, column, "a second document begins here", "a file holds one document")

    def _scalar(self, event: Any, line: int, column: int) -> None:
        text = event.value
        if len(text) > LONGEST_TEXT:
            raise TreeError(
                line, column, f"a text of {len(text)} characters; at most {LONGEST_TEXT} can stand here"
            )
        node = ScalarNode(line, column, text, not event.style, str(event.tag or ""))
        if event.anchor is not None:
            self._anchors[event.anchor] = (node, 1, 0)
        self._add(node, line, column, height=0)

    def _alias(self, anchor: str, line: int, column: int) -> None:
        if anchor not in self._anchors:
            raise TreeError(line, column, f"alias *{anchor} stands for nothing that ended before it")
        node, values, height = self._anchors[anchor]
        self._add(node, line, column, height, values)

    def _add(self, node: Node, line: int, column: int, height: int, values: int = 1) -> None:
        self._values += values
        if self._values > MOST_VALUES:
            raise TreeError(
                line, column, f"more than {MOST_VALUES} values in one file, aliases counted in full"
            )
        if len(self._frames) + height > MOST_DEPTH:
            raise TreeError(line, column, f"nested deeper than {MOST_DEPTH} levels")
        if not self._frames:
            self.root = node
            return
        frame = self._frames[-1]
        frame.height = max(frame.height, height + 1)
        if isinstance(frame.node, ListNode):
            frame.node.items.append(node)
        elif frame.key is None:
            frame.key = self._as_key(node, line, column)
        else:
            self._enter(frame.node, frame.key, node)
            frame.key = None

    def _enter(self, mapping: MappingNode, key: ScalarNode, value: Node) -> None:
        earlier = mapping.entries.get(key.text)
        if earlier is None:
            mapping.entries[key.text] = (key, value)
            return
        first = earlier[0].line
        self._complain(key.line, key.column, f"key {key.text!r} stands already on line {first}", "remove one")

    def _as_key(self, node: Node, line: int, column: int) -> ScalarNode:
        if not isinstance(node, ScalarNode):
            raise TreeError(
                line, column, "a key must be a word", "put a text that begins with { or [ into quotes"
            )
        if node.tag:
            self._refuse_tag(line, column, node.tag)
        if node.plain and node.text == "<<":
            self._complain(line, column, "merge keys (<<) are not part of YAML 1.2", "write the keys out")
        return ScalarNode(line, column, node.text, node.plain)

    def _refuse_tag(self, line: int, column: int, tag: str) -> None:
        self._complain(line, column, f"tag {tag} is not known", "the only tag is !secret NAME")


def _explained(error: Any, text: str) -> TreeError:
    """The parser's complaint in words a reader of the file understands."""
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
    problem = str(error.problem or error.context or "cannot be read as YAML")
    if "\\t" in problem:
        return TreeError(line, column, "a tab cannot indent", "use spaces")
    around = text.splitlines()[line - 1 : line]
    if around and "${" in around[0] and "{" in around[0].replace("${", ""):
        return TreeError(line, column, problem, 'inside { } a variable stands in quotes: "${NAME}"')
    if "could not find expected ':'" in problem:
        return TreeError(line, column, "a key without its colon before this place", "write 'key: value'")
    if "mapping values are not allowed" in problem:
        return TreeError(
            line, column, "a colon that cannot stand here", "put a text that holds ': ' into quotes"
        )
    return TreeError(line, column, problem)
