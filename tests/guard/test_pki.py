"""A site's authority: what it makes works with OpenSSL, and its keys stay where they are."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from port502.client import Client
from port502.errors import ConfigError, UsageError
from port502.guard import pki, pki_files, pki_make
from port502.guard.pki import SiteAuthority
from port502.server import Server
from port502.service.device import Device
from port502.transport.certificate import read_certificates, read_revocation_lists
from port502.transport.role import role_of
from tests.peers import need_program


@pytest.fixture
def site(tmp_path: Path) -> SiteAuthority:
    made = SiteAuthority(tmp_path / "certs")
    made.init()
    return made


def openssl(*words: str | Path) -> str:
    program = need_program("openssl", "Debian package openssl")
    done = subprocess.run(
        [program, *map(str, words)], capture_output=True, text=True, timeout=60, check=False
    )
    return done.stdout + done.stderr


def test_an_authority_is_a_key_a_certificate_and_an_empty_list(site: SiteAuthority) -> None:
    [root] = read_certificates(site.certificate)
    assert (root.subject, root.is_authority, root.uses) == (
        "CN=site CA",
        True,
        ("certificate_sign", "crl_sign"),
    )
    assert site.key.stat().st_mode & 0o777 == 0o600
    assert site.folder.stat().st_mode & 0o777 == 0o700
    assert "No Revoked Certificates" in openssl("crl", "-in", site.crl, "-noout", "-text")


def test_an_authority_is_made_once(site: SiteAuthority) -> None:
    with pytest.raises(UsageError, match="made once"):
        site.init()


def test_openssl_takes_what_was_issued_for_its_purpose_only(site: SiteAuthority) -> None:
    station = site.issue("station", hosts=["192.168.1.30"]).files[0]
    scada = site.issue("scada-1", role="operator").files[0]

    def verified(purpose: str, path: Path) -> bool:
        chain = ["-CAfile", site.certificate, "-crl_check", "-CRLfile", site.crl, "-x509_strict"]
        return openssl("verify", *chain, "-purpose", purpose, path).strip().endswith("OK")

    assert verified("sslserver", station)
    assert verified("sslclient", scada)
    assert not verified("sslclient", station)
    assert not verified("sslserver", scada)
    site.revoke(scada)
    assert not verified("sslclient", scada)
    assert verified("sslserver", station)


def test_rsa_on_request(site: SiteAuthority) -> None:
    made = site.issue("old", hosts=["plc"], kind=pki_make.RSA)
    assert "Public-Key: (3072 bit)" in openssl("x509", "-in", made.files[0], "-noout", "-text")


def test_keys_are_for_their_owner_and_certificates_come_with_their_chain(site: SiteAuthority) -> None:
    certificate, key = site.issue("scada-1", role="operator").files
    assert key.stat().st_mode & 0o777 == 0o600
    assert [one.subject for one in read_certificates(certificate)] == ["CN=scada-1", "CN=site CA"]


def test_what_is_there_is_not_overwritten(site: SiteAuthority) -> None:
    site.issue("scada-1", client=True)
    with pytest.raises(UsageError, match=r"there already.*renew"):
        site.issue("scada-1", client=True)


def test_a_certificate_needs_a_use_and_a_name(site: SiteAuthority) -> None:
    with pytest.raises(UsageError, match="what it is for"):
        site.issue("idle")
    for name in ("../evil", "", ".hidden", "a/b", "x" * 80):
        with pytest.raises(UsageError, match="no name for a file"):
            site.issue(name, client=True)


@pytest.mark.parametrize("kind", [pki_make.ECDSA, pki_make.RSA])
def test_renewing_keeps_everything_but_the_key_and_the_dates(site: SiteAuthority, kind: str) -> None:
    made = site.issue("station", hosts=["plc", "10.0.0.1"], role="operator", days=5, kind=kind)
    certificate, key = made.files
    old_key = key.read_bytes()
    new = site.renew(certificate).certificate
    old = made.certificate
    assert (new.subject, new.names, new.purposes) == (old.subject, old.names, old.purposes)
    assert role_of(new.der).text == "operator"
    assert new.serial != old.serial
    assert new.not_after > old.not_after
    assert key.read_bytes() != old_key
    assert pki._kind(new) == kind


def test_an_authority_is_neither_renewed_nor_revoked_by_itself(site: SiteAuthority) -> None:
    with pytest.raises(UsageError, match="authority"):
        site.renew(site.certificate)
    with pytest.raises(UsageError, match="authority"):
        site.revoke(site.certificate)


def test_a_certificate_of_others_cannot_be_revoked(site: SiteAuthority, tmp_path: Path) -> None:
    other = SiteAuthority(tmp_path / "other", "plant")
    other.init()
    with pytest.raises(UsageError, match="signed by CN=plant CA"):
        site.revoke(other.issue("scada-1", client=True).files[0])


def test_the_list_keeps_who_is_on_it_and_counts_up(site: SiteAuthority) -> None:
    first, second = (site.issue(name, client=True) for name in ("a", "b"))
    site.revoke(first.files[0])
    site.revoke(second.files[0])
    site.revoke(second.files[0])
    assert site.sign_list() == 2
    text = openssl("crl", "-in", site.crl, "-noout", "-text")
    assert f"{first.certificate.serial:X}" in text
    assert f"{second.certificate.serial:X}" in text
    assert "CRL Number: \n                5" in text
    assert read_revocation_lists(site.crl)[0].issuer == "CN=site CA"


def test_a_missing_list_is_begun_anew_and_a_damaged_one_is_left_alone(site: SiteAuthority) -> None:
    site.crl.unlink()
    assert site.sign_list(7) == 1
    site.crl.write_text("-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n")
    with pytest.raises(ConfigError, match="nothing was revoked"):
        site.sign_list(8)


def test_an_authority_that_is_not_there_or_not_whole_says_so(site: SiteAuthority, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="pki init"):
        SiteAuthority(tmp_path / "nowhere").issue("a", client=True)
    other = SiteAuthority(tmp_path / "other")
    other.init()
    site.key.write_bytes(other.key.read_bytes())
    with pytest.raises(ConfigError, match="is not the key"):
        site.issue("a", client=True)
    site.key.write_text("nothing")
    with pytest.raises(ConfigError, match="cannot be used"):
        site.issue("a", client=True)
    site.key.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        site.issue("a", client=True)


def test_a_renewal_that_fails_leaves_the_old_pair(
    site: SiteAuthority, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = site.issue("station", hosts=["192.168.1.30"]).files
    before = {path: path.read_bytes() for path in site.folder.iterdir()}
    synced: list[int] = []

    def full(descriptor: int) -> None:
        synced.append(descriptor)
        if len(synced) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(pki_files.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        site.renew(files[0])
    assert {path: path.read_bytes() for path in site.folder.iterdir()} == before


def test_a_key_of_something_else_is_not_lost_by_a_renewal(site: SiteAuthority) -> None:
    station = site.issue("station", hosts=["192.168.1.30"]).files
    other = site.issue("other", client=True).files
    station[1].write_bytes(other[1].read_bytes())
    with pytest.raises(UsageError, match=r"is not the key of .*station\.pem and would be lost"):
        site.renew(station[0])
    station[1].write_text("no key at all")
    with pytest.raises(UsageError, match="would be lost"):
        site.renew(station[0])
    station[1].unlink()
    assert site.renew(station[0]).files == station


def test_a_renewed_key_stays_readable_for_the_group_of_its_service(site: SiteAuthority) -> None:
    certificate, key = site.issue("station", hosts=["192.168.1.30"]).files
    key.chmod(0o640)
    certificate.chmod(0o600)
    site.renew(certificate)
    assert (key.stat().st_mode & 0o777, certificate.stat().st_mode & 0o777) == (0o640, 0o600)


async def test_what_is_issued_serves_and_calls_and_is_renewed_without_a_break_h228(
    site: SiteAuthority,
) -> None:
    station = site.issue("station", hosts=["127.0.0.1"]).files
    scada = site.issue("scada-1", role="operator").files
    trust = {"authority": site.certificate, "crl": site.crl}
    async with (
        Server(
            Device(holding={0: [7]}), "tls://127.0.0.1:0", certificate=station[0], key=station[1], **trust
        ) as server,
        Client(server.url, certificate=scada[0], key=scada[1], **trust) as client,
    ):
        assert await client.read_holding_registers(0) == [7]
        site.renew(station[0])
        site.renew(scada[0])
        assert await client.read_holding_registers(0) == [7]
        async with Client(server.url, certificate=scada[0], key=scada[1], **trust) as other:
            assert await other.read_holding_registers(0) == [7]
        assert server.counters.closed == 0
