"""The facts of certificates and revocation lists, beside those that cryptography finds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from port502.errors import ConfigError
from port502.transport.certificate import (
    parse_certificate,
    parse_revocation_list,
    read_certificates,
    read_revocation_lists,
)
from tests.certificates import SERVER, Authority


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


def test_a_server_certificate_says_for_whom_it_is_and_until_when(authority: Authority) -> None:
    pair = authority.server("plc.local", "192.168.1.10", "fd00::7")
    found, root = read_certificates(pair.certificate)
    assert (found.subject, found.issuer) == ("CN=server", "CN=site CA")
    assert found.names == ("plc.local", "192.168.1.10", "fd00::7")
    assert found.serial == pair.x509.serial_number
    assert found.not_before == pair.x509.not_valid_before_utc.timestamp()
    assert found.not_after == pair.x509.not_valid_after_utc.timestamp()
    assert (found.purposes, found.uses, found.is_authority) == (("server",), ("digital_signature",), False)
    assert found.serves_as("server")
    assert not found.serves_as("client")
    assert (root.subject, root.is_authority, root.uses) == (
        "CN=site CA",
        True,
        ("certificate_sign", "crl_sign"),
    )
    assert root.serves_as("client")


def test_the_fingerprint_is_what_others_say_too(authority: Authority) -> None:
    from cryptography.hazmat.primitives.hashes import SHA256

    pair = authority.client()
    assert read_certificates(pair.certificate)[0].fingerprint == pair.x509.fingerprint(SHA256()).hex()


def test_a_time_beyond_2049_is_read(authority: Authority) -> None:
    pair = authority.client(ends=datetime(2051, 1, 2, 3, 4, 5, tzinfo=UTC))
    assert (
        read_certificates(pair.certificate)[0].not_after
        == datetime(2051, 1, 2, 3, 4, 5, tzinfo=UTC).timestamp()
    )


def test_a_revocation_list_says_when_the_next_is_due(authority: Authority, tmp_path: Path) -> None:
    made = datetime(2026, 1, 2, tzinfo=UTC)
    [found] = read_revocation_lists(authority.crl(made=made, lasts=timedelta(days=7), path=tmp_path / "crl"))
    assert (found.issuer, found.made) == ("CN=site CA", made.timestamp())
    assert found.due == (made + timedelta(days=7)).timestamp()


def test_a_file_without_what_is_wanted_says_so(authority: Authority, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        read_certificates(tmp_path / "none.pem")
    with pytest.raises(ConfigError, match="no certificate in it"):
        read_certificates(authority.client().key)
    with pytest.raises(ConfigError, match="no revocation list in it"):
        read_revocation_lists(authority.certificate)
    broken = tmp_path / "broken.pem"
    broken.write_text("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_certificates(broken)
    broken.write_text("-----BEGIN CERTIFICATE-----\nMAA\n-----END CERTIFICATE-----\n")
    with pytest.raises(ConfigError, match="damaged"):
        read_certificates(broken)


def test_purposes_that_are_not_restricted_fit_everything(authority: Authority) -> None:
    anything = read_certificates(authority.issue("any").certificate)[0]
    assert anything.purposes is None
    assert anything.serves_as("server")
    assert read_certificates(authority.issue("one", purpose=SERVER).certificate)[0].purposes == ("server",)


@given(st.binary(max_size=200))
def test_any_bytes_are_facts_or_a_value_error(data: bytes) -> None:
    for parse in (parse_certificate, parse_revocation_list):
        try:
            parse(data)
        except ValueError:
            continue
