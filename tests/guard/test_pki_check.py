"""What is wrong with certificates, before a connection finds out."""

from __future__ import annotations

import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from port502.errors import ConfigError
from port502.guard.pki_check import ERROR, WARNING, Finding, check_authority, check_certificate
from tests.certificates import DAY, SERVER, Authority, Pair, rsa_key, utf8, write_key
from tests.peers import need_program

NOW = time.time()


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def found(authority: Authority, pair: Pair, **options: object) -> list[tuple[str, str]]:
    settings: dict[str, object] = {"now": NOW, **options}
    findings = check_certificate(pair.certificate, authority.certificate, **settings)  # type: ignore[arg-type]
    assert all(finding.file == str(pair.certificate) for finding in findings)
    return [(finding.severity, finding.message) for finding in findings]


def test_nothing_stands_against_good_ones(authority: Authority) -> None:
    crl = authority.crl()
    assert (
        found(authority, authority.server("plc.local", "10.0.0.1"), crl=crl, hosts=["PLC.local", "10.0.0.1"])
        == []
    )
    assert found(authority, authority.client(), crl=crl) == []
    assert check_authority(authority.certificate, crl, now=NOW) == []


@pytest.mark.parametrize(
    ("options", "severity", "words"),
    [
        ({"ends": 10 * DAY}, WARNING, "ends in 10.0 days"),
        ({"ends": -DAY / 2}, ERROR, "ended 0.5 days ago"),
        ({"begins": 2 * DAY}, ERROR, "not valid before 2.0 days from now"),
    ],
)
def test_dates(authority: Authority, options: dict[str, timedelta], severity: str, words: str) -> None:
    now = datetime.fromtimestamp(NOW, UTC)
    moments = {name: now + away for name, away in options.items()}
    [(kind, message)] = found(authority, authority.client(**moments))
    assert (kind, words in message) == (severity, True), message


def test_who_signed_it(authority: Authority, tmp_path: Path) -> None:
    foreign = Authority(tmp_path, "foreign")
    [(severity, message)] = found(authority, foreign.client())
    assert severity == ERROR
    assert "signed by CN=foreign CA, which is not in" in message
    namesake = Authority(tmp_path / "..", "site")
    assert any("which is not in" in message for _, message in found(authority, namesake.client()))


def test_a_certificate_that_is_trusted_by_itself_needs_no_signer(authority: Authority) -> None:
    pair = authority.client()
    assert check_certificate(pair.certificate, pair.certificate, now=NOW) == []


@pytest.mark.parametrize(
    ("options", "severity", "words"),
    [
        ({"roles": [b"\x13\x01a"]}, ERROR, "its role counts as none"),
        ({"roles": [utf8("a"), utf8("b")]}, ERROR, "2 role extensions"),
        ({"role": None}, WARNING, "NULL role"),
        ({"purpose": SERVER}, ERROR, "a server without a name"),
    ],
)
def test_roles_and_purposes(
    authority: Authority, options: dict[str, object], severity: str, words: str
) -> None:
    findings = found(authority, authority.client(**options))  # type: ignore[arg-type]
    assert any(kind == severity and words in message for kind, message in findings), findings


def test_a_role_in_a_server_certificate_is_pointed_out(authority: Authority) -> None:
    [(severity, message)] = found(authority, authority.server(roles=[utf8("operator")]))
    assert (severity, "nobody looks at" in message) == (WARNING, True)


def test_key_use_is_looked_at(authority: Authority) -> None:
    from cryptography import x509

    unsigned = x509.KeyUsage(False, False, True, False, False, False, False, False, False)
    [(severity, message)] = found(authority, authority.client(uses=unsigned))
    assert (severity, "digital signatures" in message) == (ERROR, True)
    other = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.4")
    assert any(
        "neither client nor server" in one for _, one in found(authority, authority.client(purpose=other))
    )


def test_weak_and_unusual_keys(authority: Authority) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec

    assert (ERROR, "an RSA key of 1024 bits; 2048 are the least") in found(
        authority, authority.client(key=rsa_key(1024))
    )
    [(severity, message)] = found(authority, authority.client(key=ec.generate_private_key(ec.SECP384R1())))
    assert (severity, "secp384r1" in message) == (WARNING, True)


def test_a_signature_by_sha1_is_refused(authority: Authority, tmp_path: Path) -> None:
    program = need_program("openssl", "Debian package openssl")
    made = tmp_path / "old.pem"
    words = (
        "req -x509 -sha1 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=old -days 90 -addext"
    )
    extra = ["basicConstraints=critical,CA:FALSE", "-keyout", tmp_path / "old.key", "-out", made]
    subprocess.run([program, *words.split(), *extra], check=True, capture_output=True, timeout=60)
    findings = check_certificate(made, made, now=NOW)
    assert "signed by SHA1, which is refused" in [finding.message for finding in findings]


def test_names_against_addresses(authority: Authority) -> None:
    pair = authority.server("plc.local", "*.hall.local", "fd00::1")
    assert found(authority, pair, hosts=["fd00:0::1", "m1.hall.local"]) == []
    findings = found(authority, pair, hosts=["10.0.0.1", "a.b.hall.local", "hall.local"])
    assert [message.split(" (")[0] for _, message in findings] == [
        "it does not name 10.0.0.1",
        "it does not name a.b.hall.local",
        "it does not name hall.local",
    ]


def test_keys_of_others_open_keys_and_no_keys(authority: Authority) -> None:
    pair, other = authority.client(), authority.client()
    assert any("is not its key" in message for _, message in found(authority, pair, key=other.key))
    pair.key.chmod(0o640)
    [(severity, message)] = found(authority, pair)
    assert (severity, "read by its group" in message) == (WARNING, True)
    pair.key.chmod(0o644)
    [(severity, message)] = found(authority, pair)
    assert (severity, "chmod 600" in message) == (ERROR, True)
    write_key(pair.key, rsa_key(2048), password=b"secret")
    [(severity, message)] = found(authority, pair)
    assert (severity, "password" in message, "secret" in message) == (ERROR, True, False)
    pair.key.write_text("nothing")
    assert any("no private key" in message for _, message in found(authority, pair))
    pair.key.unlink()
    assert found(authority, pair) == []


def test_revocation_and_lists_that_others_signed(authority: Authority, tmp_path: Path) -> None:
    pair = authority.client()
    authority.revoke(pair)
    assert found(authority, pair, crl=authority.crl()) == [(ERROR, "it is revoked")]
    foreign = Authority(tmp_path, "foreign").crl()
    assert any("was not signed by" in message for _, message in found(authority, pair, crl=foreign))


def test_an_authority_is_one_and_its_list_is_fresh(authority: Authority) -> None:
    [stale] = check_authority(authority.certificate, authority.crl(lasts=DAY), now=NOW)
    assert (stale.severity, "ends in" in stale.message, "pki renew" in stale.fix) == (WARNING, True, True)
    [ended] = check_authority(authority.certificate, authority.crl(lasts=DAY), now=NOW + 2 * 86400)
    assert ended.severity == ERROR
    pinned = check_authority(authority.client(chain=False).certificate, None, now=NOW)
    assert [finding.severity for finding in pinned] == [WARNING]


def test_the_certificate_of_an_authority_is_not_for_connections(authority: Authority) -> None:
    findings = check_certificate(authority.certificate, authority.certificate, now=NOW)
    assert any("not for connections" in finding.message for finding in findings)


def test_a_finding_is_one_line_with_its_fix() -> None:
    assert str(Finding("a.pem", ERROR, "it ended", "renew it")) == "a.pem: error: it ended; renew it"


def test_what_cannot_be_read_is_a_config_error(authority: Authority, tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        check_certificate(tmp_path / "none.pem", authority.certificate, now=NOW)
