"""Checks of certificates, keys and plain Modbus beside TLS."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from port502.commission.audit import trust
from port502.commission.audit.live import Live, Probe
from port502.commission.audit.outcome import Outcome
from port502.guard.pki import SiteAuthority
from port502.site.certificates import certificates_of
from tests.commission.audit.sites import MACHINE, facts, seen, texts

FILES = "certificate: certs/own.pem, key: certs/own.key, authority: certs/site-ca.pem"
SECURE = f"connections:\n  meter: {{url: 'tls://192.168.5.10', {FILES}}}\n"


@pytest.fixture
def certs(tmp_path: Path) -> Path:
    authority = SiteAuthority(tmp_path / "certs")
    authority.init()
    authority.issue("own", hosts=["192.168.5.2"], client=True)
    return tmp_path


def test_a_certificate_is_fine_then_soon_over_then_over(certs: Path) -> None:
    known = facts(certs, SECURE)
    ends = min(one.ends or 0.0 for one in certificates_of(known.site))
    for left, outcome in ((100, Outcome.PASS), (10, Outcome.WARN), (-3, Outcome.FAIL)):
        (first, *_) = seen(trust.certificates, replace(known, now=ends - left * trust.DAY))
        assert first.outcome is outcome
        assert f"{abs(left)} days" in first.text


def test_a_file_that_is_no_certificate_fails(certs: Path) -> None:
    known = facts(certs, SECURE)
    (certs / "certs" / "own.pem").write_text("nothing")
    assert "own.pem cannot be used" in texts(seen(trust.certificates, known), Outcome.FAIL)[0]


@pytest.mark.skipif(os.name != "posix", reason="rights are those of POSIX")
def test_keys_secrets_and_the_site_file_are_nobody_elses(certs: Path) -> None:
    known = facts(certs, SECURE)
    assert {one.outcome for one in seen(trust.files, known)} == {Outcome.PASS}
    (certs / "certs" / "own.key").chmod(0o644)
    (certs / "site.yaml").chmod(0o666)
    (certs / "secrets.yaml").write_text("a: b")
    (certs / "secrets.yaml").chmod(0o640)
    assert texts(seen(trust.files, known), Outcome.FAIL) == [
        "others may read the private key own.key (mode 0644)",
        "others may read the secrets, secrets.yaml (mode 0640)",
        "others may change site.yaml (mode 0666)",
    ]
    (certs / "certs" / "own.key").unlink()
    assert "the private key own.key: No such file" in texts(seen(trust.files, known), Outcome.FAIL)[0]
    silent = replace(known, host=replace(MACHINE, mode=lambda _: None))
    assert {one.outcome for one in seen(trust.files, silent)} == {Outcome.NOT_TESTABLE}


def test_plain_beside_tls_is_seen_in_the_file(certs: Path) -> None:
    known = facts(
        certs,
        f"connections:\n  meter: {{url: 'tls://192.168.5.10', {FILES},"
        " fallback: {url: 'tcp://192.168.5.10', when: [refused]}}\n"
        "  same: {url: 'tcp://192.168.5.10'}\n"
        "listeners:\n"
        f"  a: {{url: 'tls://0.0.0.0', {FILES}, share: {{connection: meter}}}}\n"
        "  b: {url: 'tcp://0.0.0.0', share: {connection: meter}}\n",
    )
    found = seen(trust.plain_beside, known)
    assert texts(found, Outcome.FAIL) == [
        "same speaks plain Modbus to 192.168.5.10, which speaks TLS",
        "listener b leads in plain to where a leads inside TLS",
    ]
    assert "goes on in plain when TLS fails" in texts(found, Outcome.WARN)[0]
    assert texts(found, Outcome.PASS) == ["listener a takes TLS only"]


@pytest.mark.parametrize(
    ("beside", "outcome"), [(True, Outcome.FAIL), (False, Outcome.PASS), (None, Outcome.NOT_TESTABLE)]
)
def test_plain_beside_tls_is_seen_on_the_wire(certs: Path, beside: bool | None, outcome: Outcome) -> None:
    live = Live((Probe("meter", "192.168.5.10", True, "opened", plain_beside=beside),))
    (one,) = seen(trust.plain_beside, facts(certs, SECURE, live=live))
    assert one.outcome is outcome


def test_who_answers_tls_need_not_be_called_in_plain(tmp_path: Path) -> None:
    live = Live((Probe("plc", "192.168.5.10", True, "opened", tls_beside=True),))
    known = facts(tmp_path, "connections: {plc: {url: 'tcp://192.168.5.10'}}\n", live=live)
    (one,) = seen(trust.plain_beside, known)
    assert one.text == "plc is called in plain, and answers TLS on port 802 too"
    assert seen(trust.plain_beside, replace(known, live=None)) == []
