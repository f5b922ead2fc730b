"""TLS in a site file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from port502.site.build import load_site, understand_site
from port502.site.document import Document
from port502.site.faults import ERROR, WARNING, SiteFileError
from port502.transport.fallback import Fallback
from port502.transport.tls import TlsFiles
from port502.transport.url import Target
from tests.certificates import DAY, Authority, Pair


def said(folder: Path, connection: str) -> list[str]:
    text = f"site: h\nconnections:\n  c: {connection}\n"
    _, faults = understand_site(Document(folder / "site.yaml", text, {}))
    return [str(fault) for fault in faults]


def files(signer: Authority, pair: Pair, **more: object) -> str:
    found = {"certificate": pair.certificate, "key": pair.key, "authority": signer.certificate, **more}
    return "{url: tls://plc, " + ", ".join(f"{key}: {value}" for key, value in found.items()) + "}"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def test_every_key_arrives_with_its_paths_beside_the_file(authority: Authority, tmp_path: Path) -> None:
    pair = authority.client()
    crl = authority.crl()
    path = tmp_path / "site.yaml"
    path.write_text(
        "site: h\n"
        "connections:\n"
        "  c:\n"
        "    url: tls://192.168.1.30\n"
        f"    certificate: {pair.certificate.name}\n"
        f"    key: {pair.key.name}\n"
        f"    authority: {authority.certificate.name}\n"
        f"    crl: {crl.name}\n"
        "    name: plc.local\n"
        "    window: 8\n"
        "    fallback: {url: tcp://192.168.1.30, when: [refused, timeout]}\n"
    )
    [connection] = load_site(path).connections
    assert connection.tls == TlsFiles(pair.certificate, pair.key, authority.certificate, crl, "plc.local")
    assert connection.fallback == Fallback(
        Target("tcp", "192.168.1.30", 502), frozenset({"refused", "timeout"})
    )
    assert connection.window == 8


def test_a_connection_without_tls_has_no_files_and_no_fallback(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text("site: h\nconnections: {c: {url: tcp://plc}}\n")
    [connection] = load_site(path).connections
    assert (connection.tls, connection.fallback) == (None, None)


def test_what_is_missing_is_named_with_who_makes_it(tmp_path: Path) -> None:
    [fault] = said(tmp_path, "{url: tls://plc, certificate: a.pem}")
    assert "connections.c.url" in fault
    assert "key and authority missing" in fault
    assert "port502 pki" in fault


@pytest.mark.parametrize("key", ["certificate", "key", "authority", "crl", "name"])
def test_the_keys_have_no_meaning_without_tls(tmp_path: Path, key: str) -> None:
    [fault] = said(tmp_path, f"{{url: tcp://plc, {key}: x}}")
    assert f"connections.c.{key}" in fault
    assert "tls:// only" in fault


@pytest.mark.parametrize(
    ("fallback", "why"),
    [
        ("{url: tls://plc, when: [refused]}", "a fallback is a tcp:// url"),
        ("{url: tcp://plc, when: [always]}", "unknown reason"),
        ("{url: tcp://plc, when: []}", "at least one entry"),
        ("{url: tcp://plc}", "is missing"),
        ("{when: [refused]}", "is missing"),
    ],
)
def test_a_fallback_is_plain_and_for_named_reasons(
    authority: Authority, tmp_path: Path, fallback: str, why: str
) -> None:
    assert any(
        why in fault for fault in said(tmp_path, files(authority, authority.client(), fallback=fallback))
    )


def test_a_fallback_behind_a_refused_certificate_is_doubtful(authority: Authority, tmp_path: Path) -> None:
    fallback = "{url: tcp://plc, when: [refused, certificate]}"
    [fault] = said(tmp_path, files(authority, authority.client(), fallback=fallback))
    assert WARNING in fault
    assert "an attacker can bring that about" in fault


@pytest.mark.parametrize("key", ["certificate", "key", "authority", "crl"])
def test_a_file_that_is_not_there_is_a_fault_at_its_key(
    authority: Authority, tmp_path: Path, key: str
) -> None:
    crl = authority.crl()
    [fault] = said(tmp_path, files(authority, authority.client(), **{"crl": crl, key: "nothing.pem"}))
    assert f"connections.c.{key}" in fault
    assert "No such file" in fault


def test_a_file_that_we_may_not_read_is_left_to_who_may(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = authority.client()
    real = Path.read_bytes

    def refused(path: Path) -> bytes:
        if path == pair.key:
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", refused)
    assert said(tmp_path, files(authority, pair)) == []


def test_an_open_key_and_a_certificate_that_ends_are_found(authority: Authority, tmp_path: Path) -> None:
    pair = authority.client(ends=datetime.now(UTC) + 5 * DAY)
    [fault] = said(tmp_path, files(authority, pair))
    assert WARNING in fault
    assert "ends in 5 days" in fault
    pair.key.chmod(0o644)
    [fault] = [one for one in said(tmp_path, files(authority, pair)) if "connections.c.key" in one]
    assert ERROR not in fault.replace("site.yaml", "")
    assert "chmod 600" in fault


def test_a_site_with_a_fault_in_it_does_not_load(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text("site: h\nconnections: {c: {url: tls://plc}}\n")
    with pytest.raises(SiteFileError, match="tls://"):
        load_site(path)
