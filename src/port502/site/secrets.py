"""Where `!secret NAME` and `${ENV_VAR}` come from, and how they stay out of every message.

A secret is looked for in `secrets.yaml` beside the file that names it, then in the environment.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path

from port502.site.faults import ERROR, Fault, SiteFileError
from port502.site.scalars import NOTHING
from port502.site.tree import MappingNode, ScalarNode, TreeError, parse_tree

SECRETS_FILE = "secrets.yaml"
MOST_SECRETS_BYTES = 1 << 20
SHORTEST_SCRUBBED = 4
"""Secrets shorter than this are blotted out of messages about themselves, but not of all others."""

_REFERENCE = re.compile(r"\$\$\{|\$\{([^}]*)\}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*", re.ASCII)


class Hidden(str):
    """A text that may be used but not shown: its repr is ``'***'``."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


class Secrets:
    """The secrets beside one file; the file with them is read when the first one is asked for."""

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self._path = folder / SECRETS_FILE
        self._environment = os.environ if environment is None else environment
        self._named: dict[str, str] | None = None
        self._used: set[str] = set()

    def named(self, name: str) -> Hidden:
        """The secret of that name; raises ValueError for a missing one, SiteFileError for a faulty file."""
        if self._named is None:
            self._named = self._read()
        value = self._named.get(name, self._environment.get(name))
        if value is None:
            raise ValueError(f"secret {name!r} is neither in {self._path} nor in the environment")
        return self._use(value)

    def substituted(self, text: str) -> str:
        """The text with each ``${NAME}`` replaced, ``$${`` being ``${``; raises ValueError for a missing."""
        if "${" not in text:
            return text
        found = False

        def value_of(match: re.Match[str]) -> str:
            nonlocal found
            name = match.group(1)
            if name is None:
                return "${"
            if not _NAME.fullmatch(name):
                raise ValueError(f"${{{name}}} names no environment variable; write $${{ for a plain ${{")
            if name not in self._environment:
                raise ValueError(f"environment variable {name} is not set")
            found = True
            return self._use(self._environment[name])

        result = _REFERENCE.sub(value_of, text)
        return Hidden(result) if found else result

    def scrub(self, message: str, shortest: int = SHORTEST_SCRUBBED) -> str:
        """The message with every used secret blotted out that has at least ``shortest`` characters."""
        for secret in sorted(self._used, key=len, reverse=True):
            if len(secret) >= shortest:
                message = message.replace(secret, "***")
        return message

    def _use(self, value: str) -> Hidden:
        if value:
            self._used.add(value)
        return Hidden(value)

    def _read(self) -> dict[str, str]:
        # An empty answer is kept from here on, so a faulty file is reported once and not for each secret.
        self._named = {}
        try:
            if os.name == "posix":
                self._check_mode(stat.S_IMODE(self._path.stat().st_mode))
            data = self._path.read_bytes()
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise self._fault(0, 0, f"cannot be read: {error.strerror}") from None
        if len(data) > MOST_SECRETS_BYTES:
            raise self._fault(0, 0, f"is larger than {MOST_SECRETS_BYTES} bytes")
        return self._entries(data)

    def _check_mode(self, mode: int) -> None:
        if mode & 0o077:
            raise self._fault(0, 0, f"can be read by others (mode {mode:04o})", f"chmod 600 {self._path}")

    def _entries(self, data: bytes) -> dict[str, str]:
        faults: list[Fault] = []

        def complain(line: int, column: int, message: str, hint: str) -> None:
            faults.append(Fault(str(self._path), line, column, "", message, hint, ERROR))

        named: dict[str, str] = {}
        try:
            root = parse_tree(data.decode("utf-8-sig"), complain)
        except UnicodeDecodeError:
            raise self._fault(0, 0, "is not UTF-8 text") from None
        except TreeError as error:
            # The parser's own words could quote the line with the secret.
            raise self._fault(
                error.line, error.column, "cannot be read as YAML", "write NAME: value"
            ) from None
        if root is not None and not isinstance(root, MappingNode):
            raise self._fault(root.line, root.column, "holds no names", "write NAME: value")
        for name, (key, node) in root.entries.items() if root is not None else ():
            if not isinstance(node, ScalarNode) or node.tag or (node.plain and node.text in NOTHING):
                complain(key.line, key.column, f"secret {name!r} is not a text", "write NAME: value")
            else:
                named[name] = node.text
        if faults:
            raise SiteFileError(faults)
        return named

    def _fault(self, line: int, column: int, message: str, hint: str = "") -> SiteFileError:
        return SiteFileError([Fault(str(self._path), line, column, "", message, hint, ERROR)])
