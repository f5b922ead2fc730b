"""Certificates on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run

pytestmark = pytest.mark.slow


@pytest.fixture
def made(run: Run, tmp_path: Path) -> Path:
    assert run("pki", "init").code == 0
    assert run("pki", "issue", "station", "--host", "192.168.1.30", "--host", "station.local").code == 0
    assert run("pki", "issue", "scada-1", "--role", "operator").code == 0
    return Path("certs")


def test_what_is_made_is_good(run: Run, made: Path) -> None:
    done = run("pki", "check")
    assert (done.code, done.out) == (0, "2 certificates checked: good\n")
    assert run("pki", "check", "--quiet").out == ""
    found = run("pki", "check", "--host", "192.168.1.30", "--json").json
    assert (found["valid"], found["findings"]) == (True, [])
    assert found["checked"] == ["certs/scada-1.pem", "certs/station.pem"]


def test_a_name_that_is_missing_ends_with_6(run: Run, made: Path) -> None:
    done = run("pki", "check", "certs/station.pem", "--host", "10.0.0.9")
    assert done.code == 6
    assert "does not name 10.0.0.9" in done.out
    assert "not all can be used" in done.out


def test_show_tells_the_facts(run: Run, made: Path) -> None:
    facts, root = run("pki", "show", "certs/scada-1.pem", "--json").lines
    assert (facts["subject"], facts["role"], facts["purposes"]) == ("CN=scada-1", "operator", ["client"])
    assert root["authority"] is True
    text = run("pki", "show", "certs/station.pem", "certs/site-ca.crl").out
    assert "192.168.1.30, station.local" in text
    assert "due" in text


def test_revoking_and_renewing(run: Run, made: Path) -> None:
    assert run("pki", "revoke", "certs/scada-1.pem", "--json").json["crl"] == "certs/site-ca.crl"
    done = run("pki", "check")
    assert (done.code, "it is revoked" in done.out) == (6, True)
    before = run("pki", "show", "certs/scada-1.pem", "--json").lines[0]
    renewed = run("pki", "renew", "certs/scada-1.pem", "--json").json
    assert renewed["serial"] != before["serial"]
    assert renewed["role"] == "operator"
    assert run("pki", "check").code == 0
    assert run("pki", "renew", "certs/site-ca.crl").code == 0
    assert "is revoked in" in run("pki", "revoke", "certs/station.pem").out


def test_no_key_is_ever_shown(run: Run, made: Path) -> None:
    secrets = [line for path in made.glob("*.key") for line in path.read_text().splitlines()[1:-1]]
    assert len(secrets) >= 3
    said = ""
    for words in (
        ["init", "--dir", "other", "--json"],
        ["issue", "new", "--client", "--json"],
        ["show", "certs/station.key"],
        ["show", "certs/station.pem"],
        ["check", "certs/station.key"],
        ["renew", "certs/station.key"],
        ["revoke", "certs/station.key"],
    ):
        done = run("pki", *words)
        said += done.out + done.err
    secrets += [line for path in Path().rglob("*.key") for line in path.read_text().splitlines()[1:-1]]
    assert "PRIVATE" not in said
    assert not [secret for secret in secrets if secret in said]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["issue", "scada-1", "--client"], "there already"),
        (["issue", "idle"], "what it is for"),
        (["init"], "made once"),
        (["show", "nothing.pem"], "No such file"),
        (["renew", "other.crl"], "not the list of this authority"),
        (["issue", "x", "--client", "--dir", "nowhere"], "pki init"),
    ],
)
def test_wishes_that_cannot_be_fulfilled_end_with_2(run: Run, made: Path, words: list[str], why: str) -> None:
    done = run("pki", *words)
    assert done.code == 2
    assert why in done.err


def test_rsa_and_another_authority(run: Run, made: Path) -> None:
    assert run("pki", "init", "--dir", "plant", "--ca", "plant", "--rsa").code == 0
    done = run("pki", "check", "certs/scada-1.pem", "--authority", "plant/plant-ca.pem")
    assert (done.code, "signed by CN=site CA" in done.out) == (6, True)
