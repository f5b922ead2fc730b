"""Contexts made of files: their rules, what they refuse, and how they follow files that change."""

from __future__ import annotations

import logging
import os
import ssl
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from port502.errors import CertificateError, ConfigError, TlsError, UsageError
from port502.transport import tls
from port502.transport.tls import (
    TlsContext,
    bare_context,
    client_context,
    context_for,
    expected_name,
    server_context,
    tls_error,
    tls_of,
)
from port502.transport.url import Target
from tests.certificates import DAY, Authority, Pair, rsa_key, write_key

THERE = Target("tls", "10.0.0.1", 802)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def made(authority: Authority, pair: Pair | None = None, crl: Path | None = None) -> TlsContext:
    pair = pair or authority.server()
    return server_context(pair.certificate, pair.key, authority.certificate, crl)


@pytest.mark.parametrize("server_side", [False, True])
def test_the_rules_of_every_context(server_side: bool) -> None:
    context = bare_context(server_side=server_side)
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname is not server_side
    assert not context.hostname_checks_common_name or server_side
    assert context.options & ssl.OP_NO_COMPRESSION
    assert context.options & ssl.OP_NO_RENEGOTIATION
    for suite in context.get_ciphers():
        assert suite["aead"] or suite["digest"] == "sha256", suite["name"]
        assert suite["strength_bits"] >= 128
        assert "RSA_WITH" not in suite["name"]


def test_a_suite_without_encryption_is_the_last_choice_and_only_when_allowed() -> None:
    names = [suite["name"] for suite in bare_context(server_side=False, allow_null=True).get_ciphers()]
    below = [name for name in names if not name.startswith("TLS_")]
    assert below[-1] == "NULL-SHA256"
    assert not [name for name in below[:-1] if "NULL" in name]


def test_the_server_checks_the_chain_and_with_a_list_the_revocation(authority: Authority) -> None:
    plain, checked = made(authority).current(), made(authority, crl=authority.crl()).current()
    assert not plain.verify_flags & ssl.VERIFY_CRL_CHECK_CHAIN
    assert checked.verify_flags & ssl.VERIFY_CRL_CHECK_CHAIN == ssl.VERIFY_CRL_CHECK_CHAIN


def test_files_that_stay_keep_their_context(authority: Authority) -> None:
    holder = made(authority)
    assert holder.current() is holder.current()
    assert context_for(holder) is holder.current()
    assert holder.reloads == 0


def test_a_file_that_changes_makes_a_new_context(
    authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    pair = authority.server()
    holder = made(authority, pair, authority.crl())
    before = holder.current()
    with caplog.at_level(logging.INFO, "port502.tls"):
        authority.crl(lasts=31 * DAY)
        after = holder.current()
    assert after is not before
    assert holder.reloads == 1
    assert "changed" in caplog.text


def test_files_that_do_not_fit_leave_the_last_good_context_and_are_logged_once(
    authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    pair, other = authority.server(), authority.server()
    holder = made(authority, pair)
    before = holder.current()
    pair.certificate.write_bytes(other.certificate.read_bytes())
    assert holder.current() is before
    assert holder.current() is before
    assert caplog.text.count("are not used") == 1
    pair.key.write_bytes(other.key.read_bytes())
    assert holder.current() is not before
    assert holder.reloads == 1


def test_a_file_that_vanishes_leaves_the_last_good_context(authority: Authority) -> None:
    pair = authority.server()
    holder = made(authority, pair)
    before = holder.current()
    pair.key.unlink()
    assert holder.current() is before


def test_a_context_is_made_anew_now_and_then_so_that_no_resumed_session_is_old(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = made(authority)
    before, now = holder.current(), time.monotonic()
    monkeypatch.setattr(tls.time, "monotonic", lambda: now + tls.SESSION_LIFE + 1)
    assert holder.current() is not before
    assert holder.reloads == 0


@pytest.mark.skipif(os.name != "posix", reason="file modes are of POSIX")
@pytest.mark.parametrize(("mode", "whom"), [(0o644, "everybody"), (0o604, "everybody"), (0o620, "its group")])
def test_a_private_key_that_others_can_read_is_refused_with_the_fix_h227(
    authority: Authority, mode: int, whom: str
) -> None:
    pair = authority.server()
    pair.key.chmod(mode)
    with pytest.raises(ConfigError, match=rf"open to {whom}.*chmod 600 {pair.key}"):
        made(authority, pair)
    pair.key.chmod(0o640)
    made(authority, pair)


def test_a_private_key_with_a_password_is_refused_with_the_fix_h227(authority: Authority) -> None:
    key = rsa_key()
    pair = authority.server(key=key)
    write_key(pair.key, key, password=b"swordfish")
    with pytest.raises(ConfigError, match="openssl pkey") as caught:
        made(authority, pair)
    assert "swordfish" not in str(caught.value)


def test_a_key_of_another_certificate_is_refused_h227(authority: Authority) -> None:
    pair, other = authority.server(), authority.server(key=rsa_key())
    with pytest.raises(ConfigError, match="is not the key of"):
        server_context(pair.certificate, authority.server().key, authority.certificate)
    with pytest.raises(ConfigError, match="is not the key of"):
        server_context(pair.certificate, other.key, authority.certificate)


def test_files_that_are_not_there_or_no_certificates_are_named(authority: Authority, tmp_path: Path) -> None:
    pair, missing = authority.server(), tmp_path / "missing.pem"
    for files in (
        (missing, pair.key, authority.certificate),
        (pair.certificate, missing, authority.certificate),
        (pair.certificate, pair.key, missing),
        (pair.certificate, pair.key, authority.certificate, missing),
    ):
        with pytest.raises(ConfigError, match=r"missing\.pem"):
            server_context(*files)
    with pytest.raises(ConfigError, match="no revocation list"):
        server_context(pair.certificate, pair.key, authority.certificate, authority.certificate)


def test_a_weak_key_of_our_own_is_refused_h230(authority: Authority) -> None:
    with pytest.raises(ConfigError, match="weak"):
        made(authority, authority.server(key=rsa_key(1024)))


def test_warnings_say_what_ends_soon_by_the_wall_clock_h232(authority: Authority) -> None:
    now = datetime.now(UTC)
    pair = authority.server(ends=now + 40 * DAY)
    holder = made(authority, pair, authority.crl(lasts=7 * DAY))
    assert holder.warnings(now.timestamp()) == []
    assert holder.warnings((now + 11 * DAY).timestamp()) == [
        f"{pair.certificate}: the certificate ends in 29 days",
        f"{holder.crl}: the revocation list of CN=site CA ended 4 days ago",
    ]
    [first, *_] = holder.warnings((now + 40 * DAY + timedelta(hours=5)).timestamp())
    assert first.endswith("the certificate ended 5 hours ago")


def test_a_revocation_list_that_ends_soon_is_warned_of_before_it_blocks_h204(
    authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    made(authority, crl=authority.crl(lasts=DAY))
    assert "the revocation list of CN=site CA ends in 24 hours" in caplog.text


def test_the_expected_name_is_the_host_without_its_zone_unless_another_is_said(authority: Authority) -> None:
    pair = authority.client()
    files = (pair.certificate, pair.key, authority.certificate)
    assert expected_name(client_context(*files), "fe80::1%eth0") == "fe80::1"
    assert expected_name(client_context(*files, name="plc.local"), "10.0.0.1") == "plc.local"
    assert expected_name(bare_context(server_side=False), "10.0.0.1") == "10.0.0.1"


def test_arguments_make_a_context_or_say_what_is_missing(authority: Authority) -> None:
    pair = authority.client()

    def made_of(url: str, context: ssl.SSLContext | None = None, **files: Path | str | None) -> object:
        every = {word: files.get(word) for word in ("certificate", "key", "authority", "crl")}
        return tls_of(url, context, *every.values(), server_side=False, name=files.get("name"))  # type: ignore[arg-type]

    full: dict[str, Path | str | None] = {
        "certificate": pair.certificate,
        "key": pair.key,
        "authority": authority.certificate,
    }
    own = bare_context(server_side=False)
    assert isinstance(made_of("tls://plc", **full), TlsContext)
    assert made_of("TLS://plc", own) is own
    assert made_of("tcp://plc") is None
    with pytest.raises(UsageError, match="key and authority are missing"):
        made_of("tls://plc", certificate=pair.certificate)
    with pytest.raises(UsageError, match="tls:// only"):
        made_of("tcp://plc", **full)
    with pytest.raises(UsageError, match="not both"):
        made_of("tls://plc", own, name="plc")


@pytest.mark.parametrize(
    ("reason", "kind", "words"),
    [
        ("WRONG_VERSION_NUMBER", TlsError, "no TLS is spoken there"),
        ("SSLV3_ALERT_CERTIFICATE_REVOKED", CertificateError, "refused our certificate"),
        ("TLSV1_ALERT_UNKNOWN_CA", CertificateError, "refused our certificate"),
        ("TLSV1_ALERT_PROTOCOL_VERSION", TlsError, "alert protocol version"),
    ],
)
def test_failures_of_tls_have_their_kind_and_their_words(
    reason: str, kind: type[TlsError], words: str
) -> None:
    error = ssl.SSLError(1, reason)
    error.reason = reason
    found = tls_error(THERE, error)
    assert type(found) is kind
    assert words in str(found)
