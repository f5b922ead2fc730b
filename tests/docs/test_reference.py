"""The reference is generated from the code and leaves nothing public out."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import port502
from port502.discover.doctor.findings import FINDINGS
from port502.protocol.codes import EXCEPTION_NAMES, FUNCTION_NAMES
from port502.traffic.filter.compiled import compile_filter
from port502.traffic.findings.table import DETECTIONS

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs")
    subprocess.run([sys.executable, "tools/reference.py", str(folder)], cwd=ROOT, check=True, timeout=120)
    return folder


def test_every_public_name_is_described(site: Path) -> None:
    described = (site / "reference/python.md").read_text() + (site / "reference/errors.md").read_text()
    missing = [name for name in port502.__all__ if not re.search(rf"(## |`){name}\b", described)]
    assert not missing


def test_every_function_and_exception_is_listed(site: Path) -> None:
    page = (site / "reference/functions.md").read_text()
    for code, name in [*FUNCTION_NAMES.items(), *EXCEPTION_NAMES.items()]:
        assert f"| {code} | {name} |" in page


def test_every_command_is_described(site: Path) -> None:
    page = (site / "reference/command-line.md").read_text()
    for command in (
        "read",
        "write",
        "call",
        "serve",
        "check",
        "run",
        "status",
        "history query",
        "decode",
        "encode",
        "inspect",
        "learn",
        "guard",
        "guard learn",
        "guard lock",
        "demo",
        "pki issue",
    ):
        assert f"\n## port502 {command}\n" in page


def test_every_filter_and_every_field_of_the_page_means_something(site: Path) -> None:
    page = (site / "reference/filters.md").read_text()
    guides = page.partition("| filter | shows |")[2].partition("Where it differs")[0]
    filters = re.findall(r"`([^`]+)`", guides)
    assert len(filters) >= 10
    fields = re.findall(r"^\| `([a-z0-9._]+)` \|", page.partition("## Fields")[2], re.MULTILINE)
    assert {"modbus.func_code", "ip.addr", "frame.time_delta"} <= set(fields)
    for text in [*filters, *fields]:
        compile_filter(text)


def test_the_keys_of_a_connection_have_their_defaults(site: Path) -> None:
    page = (site / "reference/files.md").read_text()
    assert re.search(r"\| `response_timeout` \|", page)
    assert re.search(r"\| `retries` \| integer, 0-10 \| `2` \|", page)


def test_every_page_of_the_navigation_exists_and_every_page_is_in_it(site: Path) -> None:
    listed = set(re.findall(r"([\w/-]+\.md)$", (ROOT / "mkdocs.yml").read_text(), re.MULTILINE))
    assert listed == {str(page.relative_to(site)) for page in site.rglob("*.md")}


def test_every_requirement_of_modbus_tcp_security_is_shown_by_a_test(site: Path) -> None:
    page = (site / "reference/security.md").read_text()
    rows = re.findall(r"^\| R-(\d\d) \| .+ \| (.+) \| .* \|$", page, re.MULTILINE)
    assert len(rows) >= 60
    assert all("(`test_r" in shown for _, shown in rows)


def test_every_finding_of_the_doctor_has_its_section_and_what_shows_it(site: Path) -> None:
    page = (site / "reference/findings.md").read_text()
    for code, finding in FINDINGS.items():
        assert f"\n## {code}\n" in page
        (row,) = re.findall(rf"^\| \[{re.escape(code)}\]\(#\S+\) \| (.+) \| (.+) \|$", page, re.MULTILINE)
        assert row[0] == finding.title
        assert row[1].endswith(("(loopback)", "(network namespaces)"))
    assert "{" not in page.replace("{ port502", "")


def test_every_detection_has_its_section_and_its_techniques(site: Path) -> None:
    page = (site / "reference/detections.md").read_text()
    for code, one in DETECTIONS.items():
        assert f"\n## {code}\n" in page
        (row,) = re.findall(
            rf"^\| \[{re.escape(code)}\]\(#\S+\) \| (\w+) \| .+ \| .* \| (.+) \|$", page, re.MULTILINE
        )
        assert row[0] == one.severity
        assert re.fullmatch(r"T\d{4}( T\d{4})*", row[1])
    assert "{" not in page
