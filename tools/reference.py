"""Writes the documentation's reference pages from the code and the models: ``python tools/reference.py FOLDER``.

FOLDER gets a copy of ``docs/`` with the pages of ``reference/`` beside it. Nothing of it is kept in the repository.
"""

from __future__ import annotations

import inspect
import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import port502
from port502.discover import explain
from port502.errors import DeviceError, Port502Error
from port502.protocol.codes import EXCEPTION_NAMES, FUNCTION_NAMES, WRITE_FUNCTIONS
from port502.site.durations import DURATION_PATTERN, SIZE_PATTERN
from port502.site.schema import MODELS, json_schema

DOCS = Path(__file__).parents[1] / "docs"


def index() -> str:
    return (
        "# Reference\n\nGenerated from the code, so that it cannot say what the code does not do.\n\n"
        "- [The command line](command-line.md)\n- [Python](python.md)\n- [The files](files.md)\n"
        "- [Errors and exit codes](errors.md)\n- [Functions and exceptions](functions.md)\n"
        "- [Display filters](filters.md)\n"
        "- [Findings of the doctor](findings.md)\n"
        "- [Findings in traffic](detections.md)\n"
        "- [Checks of the audit](checks.md)\n"
        "- [Topics of `explain`](topics.md)\n"
        "- [Row by row: what the guides say, and what shows it here](rows.md)\n"
        "- [Modbus/TCP Security, requirement by requirement](security.md)\n"
    )


def python() -> str:
    """Every public name with its signature and docstring, and the public methods of each class."""
    parts = ["# Python\n\nEverything that `import port502` offers.\n"]
    for name in port502.__all__:
        thing = getattr(port502, name)
        if inspect.isclass(thing) and issubclass(thing, Exception):
            continue
        parts.append(f"## {name}\n\n{_signature(name, thing)}{_text(thing)}\n")
        if inspect.isclass(thing):
            parts += [
                f"### {name}.{member}\n\n{_signature(member, method)}{_text(method)}\n"
                for member, method in _methods(thing)
            ]
    parts.append("The exceptions are on a [page of their own](errors.md).\n")
    return "\n".join(parts)


def files() -> str:
    """The keys of each kind of file, from its JSON Schema."""
    parts = [
        "# The files\n\nYAML 1.2. Unknown keys are faults; `port502 check FILE` names all faults of a file.\n"
    ]
    for kind in MODELS:
        schema = json_schema(kind)
        parts.append(f"## The {kind} file\n\n{schema.get('description', '')}\n\n{_keys(schema)}")
        for title, section in sorted(schema.get("$defs", {}).items()):
            if "properties" in section:
                parts.append(f"### {title}\n\n{section.get('description', '')}\n\n{_keys(section)}")
    return "\n".join(parts)


def errors() -> str:
    """The tree of exceptions."""
    lines = ["# Errors and exit codes\n", "Each class is indented below the one it is a kind of.\n"]
    lines += [
        f"{'    ' * depth}- `{error.__name__}`: {_first_line(error)}"
        for depth, error in _tree(Port502Error, 0)
    ]
    lines += ["\n## Exit codes of the command line\n", "| code | meaning |", "|---|---|"]
    lines += [f"| {code} | {meaning} |" for code, meaning in EXIT_CODES.items()]
    return "\n".join(lines) + "\n"


PATTERNS = {DURATION_PATTERN: "duration", SIZE_PATTERN: "size"}

EXIT_CODES = {
    0: "done",
    1: "the device answered with an exception",
    2: "wrong usage or an invalid file",
    3: "could not connect",
    4: "no answer in time",
    5: "the peer broke the protocol",
    6: "the check found faults",
    130: "interrupted",
}


def functions() -> str:
    """Function codes and exception codes."""
    lines = [
        "# Functions and exceptions\n",
        "## Function codes\n",
        "| code | name | writes |",
        "|---|---|---|",
    ]
    lines += [
        f"| {code} | {name} | {'yes' if code in WRITE_FUNCTIONS else ''} |"
        for code, name in FUNCTION_NAMES.items()
    ]
    lines += ["\n## Exception codes\n", "| code | name | raised as |", "|---|---|---|"]
    classes = {error.code: error.__name__ for error in DeviceError.__subclasses__() if error.code}
    lines += [f"| {code} | {name} | `{classes[code]}` |" for code, name in EXCEPTION_NAMES.items()]
    return "\n".join(lines) + "\n"


def filters() -> str:
    """The language of display filters and every field."""
    from port502.traffic.filter.fields import ALIASES, FIELDS

    lines = [FILTERS, "## Fields\n", "| field | holds | what |", "|---|---|---|"]
    lines += [f"| `{name}` | {KINDS[field.kind]} | {_cell(field.says)} |" for name, field in FIELDS.items()]
    lines += ["\nOther names for the same:\n", "| name | field |", "|---|---|"]
    lines += [f"| `{name}` | `{field}` |" for name, field in ALIASES.items()]
    return "\n".join(lines) + "\n"


KINDS = {
    "number": "number",
    "seconds": "seconds",
    "bytes": "bytes",
    "text": "text",
    "ipv4": "IPv4 address",
    "ipv6": "IPv6 address",
    "protocol": "there or not",
}

FILTERS = """# Display filters

`port502 inspect --filter` speaks Wireshark's display filter language. A filter chooses packets, those that tshark 4
would choose; of a packet with several messages those are told that pass alone.

| written | means |
|---|---|
| `modbus` · `modbus.exception_code` | the protocol, the field is there |
| `==` `eq` · `>` `gt` · `<` `lt` · `>=` `ge` · `<=` `le` | any of the field's values does |
| `!=` `ne` | all values differ, and there is one |
| `===` `all_eq` · `!==` `any_ne` | all values are it · any value differs |
| `any …` · `all …` | before a comparison: how many of the values must pass |
| `in {1, 3..5, 16}` | a value is one of these, or within a range |
| `contains` | bytes (`00:6b`) or text (`"SDM"`) stand somewhere in it |
| `matches` `~` | a regular expression, whatever the case; `r"\\d"` keeps its backslashes |
| `&&` `and` · `\\|\\|` `or` · `^^` `xor` · `!` `not` · `( )` | not binds closest, then and, xor, or |
| `tcp.payload[0:2]` `[2-4]` `[7]` `[-1]` `[:4]` `[6:]` | two bytes from the first on, third to fifth, eighth, last |
| `tcp.flags & 0x02` | a bit is set |
| `count(f)` · `len(f)` · `lower(f)` · `upper(f)` | how many values · how many bytes · without regard to case |

Numbers are `107`, `0x6b`, `0b101` or octal `010`; addresses may be networks (`10.0.0.0/8`); function and exception
codes have names (`"Read Holding Registers"`). A field that is not there passes no comparison: `ip.addr != 10.0.0.1` is
no packet of 10.0.0.1 at all, `not ip.addr == 10.0.0.1` also what has no IPv4. What cannot be is refused with its column
and the nearest field.

The filters of common guides:

| filter | shows |
|---|---|
| `modbus` | all Modbus |
| `tcp.port == 502` | all traffic of port 502 |
| `tcp.dstport == 502` · `tcp.srcport == 502` | what clients send · what servers answer |
| `modbus.func_code == 3` · `modbus.func_code == 16` | one function, requests and responses |
| `modbus.func_code >= 128` | refusals only |
| `ip.addr == 192.168.1.100 && tcp.port == 502` | one device |
| `modbus && frame.time_delta > 1` | what came after a gap of more than a second |
| `modbus.response_time > 0.5` | slow responses |
| `modbus.reference_num <= 107 && modbus.func_code in {5, 6, 15, 16}` | writes to the lower addresses |

Where it differs from Wireshark:

- **Function codes beside 128 and more** are those that were sent: `modbus.func_code >= 128` chooses the refusals, as
  guides mean it. Wireshark takes the bit of a refusal off first, so that there it chooses nothing.
- **A refusal has a request**, so `modbus.request_frame` and `modbus.response_time` are there for refusals too.
- **`tcp.analysis.retransmission`** is what was seen before. Wireshark also counts what fills a hole late, and
  repetitions without data.
- **Which packets hold messages** follows [the rules of the reader](../explanation/captures.md).
- A regular expression that could try for ever, a repeat within a repeat, is refused.
"""


def security() -> str:
    """Every requirement of Modbus/TCP Security with the tests that show it."""
    sys.path.insert(0, str(DOCS.parent))
    from tests.conformance.requirements import LIMITS, REQUIREMENTS, TESTS, shown_by

    tests = shown_by()
    lines = [
        "# Modbus/TCP Security\n",
        "MB-TCP-Security v36 of 2021-07-30, requirement by requirement. This table is made of the tests in"
        f" `{TESTS.relative_to(DOCS.parent)}`: a number without a passing test is not in it.\n",
        "Python's `ssl` has no OCSP: revocation is checked by lists (`crl`). Its clients cannot ask for a maximum"
        " fragment length. What else is met with a limit says so in its row.\n",
        "| requirement | asks for | shown by | limit |",
        "|---|---|---|---|",
    ]
    for number, (binding, text) in REQUIREMENTS.items():
        shown = "<br>".join(f"{_cell(about)} (`{name}`)" for name, about in tests.get(number, []))
        asks = text if binding == "must" else f"{text} ({binding})"
        lines.append(f"| R-{number:02d} | {_cell(asks)} | {shown} | {_cell(LIMITS.get(number, ''))} |")
    return "\n".join(lines) + "\n"


def findings() -> str:
    """Every finding of the doctor, with the scenario of the bench that shows it."""
    sys.path.insert(0, str(DOCS.parent))
    from port502.discover.doctor.findings import CHECKS, FINDINGS
    from port502.discover.doctor.troubleshooting import ROWS
    from tests.discover.doctor.bench.scenario import scenarios

    shown: dict[str, list[str]] = {code: [] for code in FINDINGS}
    for one in scenarios():
        place = "loopback" if one.loopback is not None else "network namespaces"
        shown[one.code].append(f"{one.built} ({place})")
    lines = [
        "# Findings of the doctor\n",
        "What `port502 doctor` can find. The codes are stable: none is renamed or removed. Words in *italics* are what"
        " was measured. Each finding is produced for real by `tests/discover/doctor/test_bench.py`, where it must be"
        " the verdict; a finding without a scenario fails the tests.\n",
        "## Which scenario shows which finding\n",
        "| finding | says | shown by |",
        "|---|---|---|",
    ]
    lines += [
        f"| [{code}](#{_anchor(code)}) | {_cell(one.title)} | {'<br>'.join(map(_cell, shown[code]))} |"
        for code, one in FINDINGS.items()
    ]
    for code, one in FINDINGS.items():
        rows = [f"{row.problem} ({row.document})" for row in ROWS if code in row.findings]
        lines += [
            f"\n## {code}\n",
            f"> {_places(one.sentence)}\n",
            f"- It is a {one.level}." if str(one.level) != "fine" else "- All is well.",
            f"- Proved by: {one.seen_by}",
            f"- Do: {_places(one.fix)}",
        ]
        if rows:
            lines.append(f"- Answers: {'; '.join(rows)}")
        if one.checks:
            lines += ["\n| by hand | Linux | Windows |", "|---|---|---|"]
            lines += [_by_hand(CHECKS[key]) for key in one.checks]
    return "\n".join(lines) + "\n"


def detections() -> str:
    """Every detection of `inspect --findings`, most serious first."""
    from port502.traffic.findings.attack import own_attack
    from port502.traffic.findings.table import DETECTIONS

    attack = own_attack()
    lines = [
        "# Findings in traffic\n",
        "What `port502 inspect --findings` and the listeners of a running site can find. The codes are stable: none is"
        " renamed or removed. `tests/traffic/findings/test_every_detection.py` makes a capture for each that triggers"
        " it; an hour of usual polling triggers none. Words in *italics* are filled in. *Learned* ones need a"
        " baseline of what is usual (`--baseline`, `--baseline-for`).\n",
        f"Techniques and mitigations are those of MITRE ATT&CK for ICS {attack.version}; `--attack FILE` takes others"
        " (TOML, like `traffic/findings/attack.toml` of the package).\n",
        "| finding | severity | says | learned | ATT&CK |",
        "|---|---|---|---|---|",
    ]
    ordered = sorted(DETECTIONS.values(), key=lambda one: -one.severity.rank)
    lines += [
        f"| [{one.code}](#{_anchor(one.code)}) | {one.severity} | {_cell(one.title)} | {'yes' if one.learned else ''}"
        f" | {' '.join(named.id for named in attack.techniques(one.code))} |"
        for one in ordered
    ]
    for one in ordered:
        lines += [
            f"\n## {one.code}\n",
            f"> {_places(one.sentence)}\n",
            f"- Severity: {one.severity}",
            f"- Told by: {one.seen_by}",
            f"- Do: {_places(one.fix)}",
            f"- ATT&CK: {', '.join(map(str, attack.techniques(one.code)))}",
        ]
        if mitigations := attack.mitigations(one.code):
            lines.append(f"- Mitigated by: {', '.join(map(str, mitigations))}")
    return "\n".join(lines) + "\n"


def topics() -> str:
    """What `port502 explain` says."""
    parts = ["# Topics\n\nWhat `port502 explain TOPIC` says, without any network.\n"]
    for topic in explain.topics().values():
        text = topic.markdown().replace("# ", "## ", 1)
        parts.append(f'<a id="{topic.id}"></a>\n\n{text}\n')
    return "\n".join(parts)


def checks() -> str:
    """Every check of the audit."""
    from port502.commission.audit.checks import CHECKS

    lines = [
        "# Checks of the audit\n",
        "What `port502 audit` goes through. The codes are stable: none is renamed or removed. A01 to A18 are the lines"
        " of the security checklist. `tests/commission/audit/test_checks.py` has a site for each check in which it"
        " finds something.\n",
        "| check | should be so | looks at | otherwise | answers |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {one.code} | {_cell(one.title)} | {_cell(one.looks_at)} | {_cell(one.do)} | {'<br>'.join(one.answers)} |"
        for one in CHECKS
    ]
    return "\n".join(lines) + "\n"


def rows() -> str:
    """Every row of the guides with its command, its page and its test."""
    sys.path.insert(0, str(DOCS.parent))
    from tests.docs.rows import page

    return page()


def _by_hand(check: Any) -> str:
    names = {"host": "HOST", "port": "PORT", "unit": "UNIT"}
    linux, windows = (_cell(text.format_map(names)) for text in (check.linux, check.windows))
    return f"| {_cell(check.shows)} | `{linux}` | `{windows}` |"


def _places(text: str) -> str:
    plain = re.sub(r"\{(own|doubt|twin|others|meaning|pattern)\}", "", text)
    return re.sub(r"\{(\w+)(?::[^}]*)?\}", lambda found: f"*{found[1].replace('_', ' ')}*", plain)


def _anchor(code: str) -> str:
    return code.lower().replace(".", "")


def command_line() -> str:
    """Every command's own help."""
    from typer.main import get_command

    from port502.cli.app import app  # the command line brings its own packages

    root: Any = get_command(app)
    parts = ["# The command line\n"]
    for path, command in _commands(root, ("port502",)):
        context: Any = command.make_context(path[-1], [], resilient_parsing=True)
        context.info_name = " ".join(path)
        parts.append(
            f"## {' '.join(path)}\n\n{inspect.cleandoc(command.help or '').replace(chr(8) + chr(10), '')}\n"
        )
        rows = [parameter.get_help_record(context) for parameter in command.params]
        if found := [row for row in rows if row]:
            parts.append("| option | does |\n|---|---|")
            parts.append("\n".join(f"| `{_cell(option)}` | {_cell(text)} |" for option, text in found) + "\n")
    return "\n".join(parts)


def _commands(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    children = getattr(command, "commands", {})
    if not children or getattr(command, "invoke_without_command", False):
        yield path, command
    for name in sorted(children):
        if not children[name].hidden:
            yield from _commands(children[name], (*path, name))


def _keys(section: dict[str, Any]) -> str:
    rows = [
        f"| `{key}` | {_type(about)} | {_default(about, key in section.get('required', ()))} |"
        for key, about in section.get("properties", {}).items()
    ]
    return "\n".join(["| key | value | default |", "|---|---|---|", *rows]) + "\n"


def _type(about: dict[str, Any]) -> str:
    if "$ref" in about:
        name = about["$ref"].rsplit("/", 1)[-1]
        return f"[{name}](#{name.lower()})"
    if "enum" in about:
        return ", ".join(f"`{value}`" for value in about["enum"])
    if "anyOf" in about:
        return " or ".join(_type(choice) for choice in about["anyOf"])
    if about.get("type") == "array":
        return f"list of {_type(about.get('items', {}))}"
    if "const" in about:
        return f"`{about['const']}`"
    named = about.get("patternProperties") or {"": about.get("additionalProperties")}
    if values := [value for value in named.values() if isinstance(value, dict)]:
        return f"by name: {' or '.join(map(_type, values))}"
    kind = PATTERNS.get(about.get("pattern", ""), str(about.get("type", "any")))
    low, high = about.get("minimum"), about.get("maximum")
    return _cell(kind) + (f", {low}-{high}" if low is not None and high is not None else "")


def _default(about: dict[str, Any], required: bool) -> str:
    if required:
        return "(required)"
    if "default" not in about:
        return ""
    value = about["default"]
    return f"`{_cell(value if isinstance(value, str) else json.dumps(value))}`"


def _methods(thing: type) -> Iterator[tuple[str, Any]]:
    for name, member in inspect.getmembers(thing):
        documented = inspect.isfunction(member) or inspect.ismethod(member) or isinstance(member, property)
        if documented and not name.startswith("_") and member.__doc__:
            yield name, member


def _signature(name: str, thing: Any) -> str:
    if isinstance(thing, property) or not callable(thing):
        return ""
    try:
        signature = inspect.signature(thing)
    except ValueError:
        return ""
    text = _unquoted(str(signature))
    if len(text) > 90:
        parts: list[str] = []
        for parameter in signature.parameters.values():
            if parameter.kind is parameter.KEYWORD_ONLY and "*" not in parts:
                parts.append("*")
            parts.append(_unquoted(str(parameter)))
        text = "(\n    " + ",\n    ".join(parts) + ",\n)" + text[text.rindex(" -> ") :]
    return f"```text\n{name}{text}\n```\n\n"


def _unquoted(signature: str) -> str:
    """Annotations as they were written, not as the strings that they are kept as."""
    return re.sub(r"(: |-> )'([^']*)'", r"\1\2", signature)


def _text(thing: Any) -> str:
    return inspect.getdoc(thing) or ""


def _first_line(thing: Any) -> str:
    return _text(thing).partition("\n")[0]


def _tree(error: type[BaseException], depth: int) -> Iterator[tuple[int, type[BaseException]]]:
    yield depth, error
    for child in error.__subclasses__():
        if child.__module__ == "port502.errors":
            yield from _tree(child, depth + 1)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


PAGES = {
    "index": index,
    "command-line": command_line,
    "python": python,
    "files": files,
    "errors": errors,
    "functions": functions,
    "filters": filters,
    "findings": findings,
    "detections": detections,
    "checks": checks,
    "topics": topics,
    "rows": rows,
    "security": security,
}


def main(folder: Path) -> None:
    shutil.copytree(DOCS, folder, dirs_exist_ok=True)
    reference = folder / "reference"
    reference.mkdir(exist_ok=True)
    for name, write in PAGES.items():
        (reference / f"{name}.md").write_text(write())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
