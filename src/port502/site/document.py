"""A YAML file as plain values, together with the place of each of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from port502.site.faults import ERROR, Fault, KeyPath, SiteFileError, key_path_text
from port502.site.scalars import resolve
from port502.site.secrets import SHORTEST_SCRUBBED, Hidden, Secrets
from port502.site.tree import MOST_BYTES, ListNode, MappingNode, Node, ScalarNode, TreeError, parse_tree


class Unread:
    """Stands where a value could not be read, so that nothing takes its absence for a choice."""

    def __repr__(self) -> str:
        return "a value that could not be read"


class Document:
    """What stands in one file: ``data`` as plain values, ``faults`` found while reading.

    Keys are texts as written, also those that look like numbers; values follow the core schema of YAML 1.2.
    A value that could not be read, such as a variable that is not set, is a fault and an ``Unread``.
    """

    def __init__(self, path: Path, text: str, environment: Mapping[str, str] | None = None) -> None:
        self.path = path
        self.faults: list[Fault] = []
        self.data: Any = None
        self._secrets = Secrets(path.parent, environment)
        self._unread: list[KeyPath] = []
        self._root: Node | None = None
        try:
            self._root = parse_tree(text, self._complain)
        except TreeError as error:
            self._complain(error.line, error.column, error.message, error.hint)
        else:
            self.data = self._value(self._root, ())

    @property
    def readable(self) -> bool:
        """Whether the text was YAML at all, so that looking further at ``data`` makes sense."""
        return self._root is not None

    def fault(
        self, path: KeyPath, message: str, hint: str = "", *, severity: str = ERROR, at_key: bool = False
    ) -> Fault:
        """A fault about the value (or the key) at a path; what does not exist is placed at its parent."""
        line, column = self.place(path, at_key=at_key)
        shortest = 1 if self.hidden(path) else SHORTEST_SCRUBBED
        message, hint = self._secrets.scrub(message, shortest), self._secrets.scrub(hint, shortest)
        return Fault(str(self.path), line, column, key_path_text(path), message, hint, severity)

    def place(self, path: KeyPath, *, at_key: bool = False) -> tuple[int, int]:
        """Line and column of a value, or of the key before it; both count from 1."""
        node = self._root
        place = (node.line, node.column) if node is not None else (0, 0)
        for depth, part in enumerate(path, 1):
            last = depth == len(path)
            if isinstance(node, MappingNode) and part in node.entries:
                key, node = node.entries[str(part)]
                # What may begin on a later line, or is not there at all, is found by its key.
                alone = isinstance(node, ScalarNode) and node.text != "" and last and not at_key
                place = (node.line, node.column) if alone else (key.line, key.column)
            elif isinstance(node, ListNode) and isinstance(part, int) and part < len(node.items):
                node = node.items[part]
                place = (node.line, node.column)
            else:
                break
        return place

    def hidden(self, path: KeyPath) -> bool:
        """Whether the value at a path came from a secret or the environment and may not be shown."""
        node = self._root
        for part in path:
            if isinstance(node, MappingNode) and part in node.entries:
                node = node.entries[str(part)][1]
            elif isinstance(node, ListNode) and isinstance(part, int) and part < len(node.items):
                node = node.items[part]
            else:
                return False
        return isinstance(node, ScalarNode) and node.hidden

    def unread(self, path: KeyPath) -> bool:
        """Whether a value at or below a path could not be read, which has been said already."""
        return any(broken[: len(path)] == path for broken in self._unread)

    def _complain(self, line: int, column: int, message: str, hint: str) -> None:
        self.faults.append(Fault(str(self.path), line, column, "", message, hint, ERROR))

    def _value(self, node: Node | None, path: KeyPath) -> Any:
        if isinstance(node, MappingNode):
            return {key: self._value(value, (*path, key)) for key, (_, value) in node.entries.items()}
        if isinstance(node, ListNode):
            return [self._value(item, (*path, index)) for index, item in enumerate(node.items)]
        if not isinstance(node, ScalarNode):
            return None
        try:
            return self._scalar(node)
        except SiteFileError as error:
            self.faults.extend(error.faults)
        except ValueError as error:
            self.faults.append(self.fault(path, str(error)))
        self._unread.append(path)
        return Unread()

    def _scalar(self, node: ScalarNode) -> Any:
        if node.tag == "!secret":
            node.hidden = True
            return self._secrets.named(node.text)
        if node.tag:
            raise ValueError(f"tag {node.tag} is not known; the only tag is !secret NAME")
        text = self._secrets.substituted(node.text)
        node.hidden = isinstance(text, Hidden)
        if not node.plain:
            return text
        value = resolve(text)
        return text if isinstance(value, str) else value


def read_document(path: Path, environment: Mapping[str, str] | None = None) -> Document:
    """The document in a file; raises SiteFileError when there is no file that could be read."""

    def unreadable(message: str, hint: str = "", line: int = 0) -> SiteFileError:
        return SiteFileError([Fault(str(path), line, 1 if line else 0, "", message, hint)])

    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise unreadable(f"cannot be read: {error.strerror or error}") from None
    except ValueError:
        raise unreadable("is no name of a file") from None
    if len(data) > MOST_BYTES:
        raise unreadable(f"is larger than {MOST_BYTES >> 20} MiB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise unreadable("is not UTF-8 text", "save it as UTF-8", line) from None
    return Document(path, text, environment)
