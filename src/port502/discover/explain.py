"""Finding the topic that somebody means, whatever they call it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from port502.errors import UsageError
from port502.protocol.codes import EXCEPTION_NAMES, FUNCTION_NAMES

if TYPE_CHECKING:
    from port502.discover.doctor.findings import Finding, HandCheck

_FUNCTION = re.compile(r"(?:function|fc|f)[ -]?(?:code[ -]?)?(0x[0-9a-f]+|\d+)$")
_PLACE = re.compile(r"(?<!\{)\{(\w+)(?::[^{}]*)?\}")
_EXCEPTION = re.compile(r"(?:exception|ex|e)[ -]?(?:code[ -]?)?(0x[0-9a-f]+|\d+|0[ab])$")


@dataclass(frozen=True, slots=True)
class Topic:
    """Something that can be explained: ``text`` is Markdown, ``commands`` are what to try, ``see`` other topics."""

    id: str
    title: str
    text: str
    names: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    see: tuple[str, ...] = ()

    def markdown(self) -> str:
        """All of it as Markdown."""
        parts = [f"# {self.title}", self.text]
        if self.commands:
            parts += ["Try:", "```sh\n" + "\n".join(self.commands) + "\n```"]
        if self.see:
            parts.append("See also: " + ", ".join(self.see))
        return "\n\n".join(parts)


@cache
def finding_topics() -> dict[str, Topic]:
    """The doctor's findings as topics, by their codes."""
    from port502.discover.doctor.findings import CHECKS, FINDINGS

    return {code: _finding(finding, CHECKS) for code, finding in FINDINGS.items()}


@cache
def topics() -> dict[str, Topic]:
    """All topics by their ids: practices first, then function codes, then exception codes."""
    codes = _read("codes.toml")
    found = [_practice(entry) for entry in _read("topics.toml")["topic"]]
    found += [_function(int(code), text) for code, text in codes["function"].items()]
    found += [_exception(int(code), text) for code, text in codes["exception"].items()]
    return {topic.id: topic for topic in found}


def find(words: str, more: Mapping[str, Topic] | None = None) -> Topic:
    """The topic somebody means: by its id, another name, a code (``fc 3``, ``exception 0B``), or words of its title.

    A finding of the doctor is meant by its code, and so are ``more`` topics that others have. Raises UsageError, with
    what is near, for what is none.
    """
    by_code = finding_topics() | dict(more or {})
    if (code := words.strip().upper()) in by_code:
        return by_code[code]
    known = topics()
    wanted = " ".join(words.lower().replace("_", " ").split())
    for code in (wanted.replace(" ", "-"), _code(wanted)):
        if code in known:
            return known[code]
    by_name = {
        name: topic
        for topic in known.values()
        for name in (topic.id.lower(), topic.title.lower(), *topic.names)
    }
    if wanted in by_name:
        return by_name[wanted]
    titled = [topic for topic in known.values() if wanted and wanted in topic.title.lower()]
    if len(titled) == 1:
        return titled[0]
    near = get_close_matches(wanted, by_name, 3, 0.6)
    hint = ", ".join(dict.fromkeys(by_name[name].id for name in near)) or "port502 explain lists all topics"
    raise UsageError(f"no topic {words!r}; {'did you mean ' if near else ''}{hint}{'?' if near else ''}")


def _code(wanted: str) -> str:
    """The id of a function or exception code, however it is written."""
    if match := _EXCEPTION.match(wanted):
        text = match[1]
        return f"exception-{int(text, 16) if text in ('0a', '0b') else int(text, 0 if text.startswith('0x') else 10)}"
    if match := _FUNCTION.match(wanted):
        number = int(match[1], 0 if match[1].startswith("0x") else 10)
        return f"exception-{number - 128}" if number - 128 in EXCEPTION_NAMES else f"function-{number}"
    if wanted in ("0a", "0b"):
        return f"exception-{int(wanted, 16)}"
    if re.fullmatch(r"43/1[34]|8/\d+", wanted):
        return f"function-{wanted.partition('/')[0]}"
    if re.fullmatch(r"0x[0-9a-f]{1,2}|\d{1,2}", wanted):
        return _code(f"function {wanted}")
    return wanted


def _finding(finding: Finding, checks: Mapping[str, HandCheck]) -> Topic:
    lines = [finding.sentence, "", f"**Seen by**: {finding.seen_by}.", "", f"**To do**: {finding.fix}"]
    if finding.checks:
        lines += ["", "By hand:", ""]
        for check in (checks[key] for key in finding.checks):
            same = check.linux == check.windows
            windows = "" if same else f"; on Windows `{check.windows}`"
            lines.append(f"- {check.shows}: `{check.linux}`{windows}")
    text = _PLACE.sub(lambda match: match[1].upper(), "\n".join(lines)).replace("{{", "{").replace("}}", "}")
    return Topic(finding.code, f"{finding.code}: {finding.title}", text, see=("troubleshooting",))


def _practice(entry: dict[str, Any]) -> Topic:
    return Topic(
        entry["id"],
        entry["title"],
        entry["text"].strip(),
        tuple(entry.get("names", ())),
        tuple(entry.get("commands", ())),
        tuple(entry.get("see", ())),
    )


def _function(code: int, text: str) -> Topic:
    name = FUNCTION_NAMES.get(code, "programming (not public)")
    title = f"Function {code:02d} (0x{code:02X}): {name}"
    return Topic(f"function-{code}", title, text, (name.lower(),), see=("registers", "exception-1"))


def _exception(code: int, text: str) -> Topic:
    title = f"Exception {code:02X}: {EXCEPTION_NAMES[code]}"
    see = {10: ("gateway", "unit-id"), 11: ("gateway", "timeouts"), 2: ("registers",)}.get(
        code, ("troubleshooting",)
    )
    return Topic(f"exception-{code}", title, text, (EXCEPTION_NAMES[code].lower(),), see=see)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files("port502.discover.topics").joinpath(name).read_text(encoding="utf-8"))
