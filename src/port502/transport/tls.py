"""TLS as Modbus/TCP Security asks for it: contexts made of certificate files, and made anew when a file changes.

Both sides show a certificate and check the other's, with TLS 1.2 or newer, AEAD or HMAC-SHA-256 suites of ECDHE,
no compression, no renegotiation, and no trust in anything but the authorities of one file.
"""

from __future__ import annotations

import contextlib
import logging
import os
import ssl
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from port502.errors import CertificateError, ConfigError, TlsError, UsageError
from port502.transport.certificate import read_certificates, read_revocation_lists
from port502.transport.url import Target

log = logging.getLogger("port502.tls")

CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256"
"""Suites of TLS 1.2: those of R-14 and R-62 among them, none with MD5, SHA-1, static keys or without encryption."""

STRENGTH = "@SECLEVEL=2"
"""OpenSSL's word for: no RSA key below 2048 bits, no signature by MD5 or SHA-1."""

NULL_CIPHER = "NULL-SHA256"

PLAIN = frozenset(
    (
        "WRONG_VERSION_NUMBER",
        "HTTP_REQUEST",
        "HTTPS_PROXY_REQUEST",
        "WRONG_SSL_VERSION",
        "RECORD_LAYER_FAILURE",
    )
)
"""What OpenSSL says of a peer that does not speak TLS."""

_CERTIFICATE_ALERTS = ("CERTIFICATE", "UNKNOWN_CA", "ACCESS_DENIED")

SESSION_LIFE = 3600.0
"""Seconds after which a context is made anew: a session resumed by then has not escaped any check for longer."""

SOON = 30 * 86_400.0
"""Seconds before its end from which on a certificate is warned of."""

LISTS_SOON = 2 * 86_400.0
"""The same for a revocation list, which is short-lived."""


class TlsContext:
    """An ``ssl.SSLContext`` made of PEM files; ``current`` gives one of the files as they are now.

    A file that changes on disk counts from the next handshake on; sessions go on as they are. Files that do not
    fit together are logged, and the last good context stays. ``name`` is the name or address that a server's
    certificate must have (None: the host of the url). ``allow_null`` lets a suite without encryption be the last
    choice, on TLS 1.2 only. Raises ConfigError for files that cannot be used.
    """

    def __init__(
        self,
        certificate: str | Path,
        key: str | Path,
        authority: str | Path,
        crl: str | Path | None = None,
        *,
        server_side: bool,
        name: str | None = None,
        allow_null: bool = False,
    ) -> None:
        self.certificate = Path(certificate)
        self.key = Path(key)
        self.authority = Path(authority)
        self.crl = None if crl is None else Path(crl)
        self.server_side = server_side
        self.name = name
        self.allow_null = allow_null
        self.reloads = 0
        self._stamps = self._look()
        self._context = self._made()
        self._made_at = time.monotonic()
        self._warn()

    def current(self) -> ssl.SSLContext:
        """The context for a handshake that begins now."""
        stamps = self._look()
        now = time.monotonic()
        if stamps != self._stamps or now - self._made_at > SESSION_LIFE:
            changed, self._stamps, self._made_at = stamps != self._stamps, stamps, now
            try:
                self._context = self._made()
            except ConfigError as error:
                log.error("changed certificate files are not used, the last good ones stay: %s", error)
            else:
                self.reloads += changed
                if changed:
                    log.info("certificate files changed: new connections use %s", self.certificate)
                self._warn()
        return self._context

    @property
    def files(self) -> tuple[Path, ...]:
        """The files it is made of."""
        return tuple(
            path for path in (self.certificate, self.key, self.authority, self.crl) if path is not None
        )

    def warnings(self, now: float) -> list[str]:
        """What ends soon or has ended, at a time in Unix seconds; raises ConfigError."""
        found = [
            (read_certificates(self.certificate)[0].not_after, SOON, f"{self.certificate}: the certificate")
        ]
        found += [
            (one.not_after, SOON, f"{self.authority}: the authority {one.subject}")
            for one in read_certificates(self.authority)
        ]
        if self.crl is not None:
            found += [
                (one.due, LISTS_SOON, f"{self.crl}: the revocation list of {one.issuer}")
                for one in read_revocation_lists(self.crl)
                if one.due is not None
            ]
        return [f"{what} {_ends(end - now)}" for end, soon, what in found if end - now < soon]

    def _warn(self) -> None:
        with contextlib.suppress(ConfigError):  # a file that is being replaced is looked at again next time
            for warning in self.warnings(time.time()):
                log.warning("%s", warning)

    def _look(self) -> tuple[object, ...]:
        return tuple(_stamp(path) for path in self.files)

    def _made(self) -> ssl.SSLContext:
        check_key_file(self.key)
        read_certificates(self.authority)
        made = bare_context(server_side=self.server_side, allow_null=self.allow_null)
        _load_own(made, self.certificate, self.key)
        _load_trusted(made, self.authority, "authority")
        if self.crl is not None:
            read_revocation_lists(self.crl)
            _load_trusted(made, self.crl, "revocation list")
            made.verify_flags |= ssl.VERIFY_CRL_CHECK_CHAIN
        return made


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """The PEM files of one side of TLS, as settings hold them, and the name that a server must have."""

    certificate: Path
    key: Path
    authority: Path
    crl: Path | None = None
    name: str | None = None

    def context(self, *, server_side: bool) -> TlsContext:
        """The context made of them; raises ConfigError for files that cannot be used."""
        return TlsContext(
            self.certificate, self.key, self.authority, self.crl, server_side=server_side, name=self.name
        )


Tls: TypeAlias = ssl.SSLContext | TlsContext
"""What a listener or a client is given: a context of the caller's own, or one made of files."""


def server_context(
    certificate: str | Path,
    key: str | Path,
    authority: str | Path,
    crl: str | Path | None = None,
    *,
    allow_null: bool = False,
) -> TlsContext:
    """The TLS side of a listener: asks every client for a certificate that ``authority`` signed."""
    return TlsContext(certificate, key, authority, crl, server_side=True, allow_null=allow_null)


def client_context(
    certificate: str | Path,
    key: str | Path,
    authority: str | Path,
    crl: str | Path | None = None,
    *,
    name: str | None = None,
    allow_null: bool = False,
) -> TlsContext:
    """The TLS side of a client: shows its certificate and checks the server's, its name or address too."""
    return TlsContext(certificate, key, authority, crl, server_side=False, name=name, allow_null=allow_null)


def tls_of(
    url: str,
    tls: Tls | None,
    certificate: str | Path | None,
    key: str | Path | None,
    authority: str | Path | None,
    crl: str | Path | None,
    *,
    server_side: bool,
    name: str | None = None,
) -> Tls | None:
    """What the arguments of a client or a server make together.

    Raises UsageError where too little is given for ``tls://``, or too much, and ConfigError for unusable files.
    """
    given = {"certificate": certificate, "key": key, "authority": authority}
    extra = [word for word, value in {**given, "crl": crl, "name": name}.items() if value is not None]
    if not url.lower().startswith("tls://"):
        if extra:
            raise UsageError(f"{url}: {' and '.join(extra)} mean something on tls:// only")
        return None
    if tls is not None:
        if extra:
            raise UsageError(f"{url}: give tls, or {' and '.join(extra)}, not both")
        return tls
    if missing := [word for word, value in given.items() if value is None]:
        raise UsageError(
            f"{url}: both sides of tls:// show a certificate: {' and '.join(missing)}"
            f" {'are' if len(missing) > 1 else 'is'} missing (`port502 pki` makes them)"
        )
    assert certificate is not None
    assert key is not None
    assert authority is not None
    return TlsContext(certificate, key, authority, crl, server_side=server_side, name=name)


def context_for(tls: Tls) -> ssl.SSLContext:
    """The context for a handshake that begins now."""
    return tls.current() if isinstance(tls, TlsContext) else tls


def expected_name(tls: Tls, host: str) -> str:
    """What the server's certificate has to name: what the files' owner said, else the host, without its zone."""
    name = tls.name if isinstance(tls, TlsContext) else None
    return name or host.partition("%")[0]


def tls_error(target: Target, error: OSError) -> TlsError:
    """Why there is no TLS session with a server that was reached, in words with the next thing to do."""
    if not isinstance(error, ssl.SSLError) or isinstance(error, ssl.SSLEOFError):
        return TlsError(
            f"could not connect to {target}: TLS failed: the peer ended the connection in the handshake;"
            " is TLS spoken there (plain Modbus is tcp://)?"
        )
    reason = (error.reason or str(error)).upper().replace(" ", "_")
    start = f"could not connect to {target}: "
    if isinstance(error, ssl.SSLCertVerificationError):
        return CertificateError(f"{start}its certificate was refused: {error.verify_message}")
    if "ALERT" in reason and any(word in reason for word in _CERTIFICATE_ALERTS):
        return CertificateError(f"{start}it refused our certificate: {_words(reason)}")
    if reason in PLAIN:
        return TlsError(f"{start}TLS failed: no TLS is spoken there (plain Modbus is tcp://)")
    return TlsError(f"{start}TLS failed: {_words(reason)}")


def bare_context(*, server_side: bool, allow_null: bool = False) -> ssl.SSLContext:
    """A context with the rules of Modbus/TCP Security, without certificates yet."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server_side else ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.verify_mode = ssl.CERT_REQUIRED
    made.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
    made.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # what the authority file names is trusted by itself
    if server_side:
        made.options |= ssl.OP_NO_TICKET  # sessions stay here and end with their context
    else:
        made.check_hostname = True
        made.hostname_checks_common_name = False
    if allow_null:
        made.maximum_version = ssl.TLSVersion.TLSv1_2
        made.set_ciphers(f"{CIPHERS}:{NULL_CIPHER}:@SECLEVEL=0")
    else:
        made.set_ciphers(f"{CIPHERS}:{STRENGTH}")
    return made


def check_key_file(path: Path) -> None:
    """Raises ConfigError for a private key that others may read, that nobody can, or that needs a password."""
    try:
        mode = path.stat().st_mode
        text = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: the private key cannot be read: {error.strerror or error}") from error
    if os.name == "posix" and mode & 0o027:
        whom = "everybody" if mode & 0o007 else "its group"
        raise ConfigError(
            f"{path}: the private key is open to {whom} (mode {mode & 0o777:04o});"
            f" `chmod 600 {path}`, and make a new one if others have seen it"
        )
    if b"ENCRYPTED" in text:
        raise ConfigError(
            f"{path}: the private key needs a password, and nobody is there to type it;"
            f" `openssl pkey -in {path} -out NEW` takes it off"
        )


def _load_own(made: ssl.SSLContext, certificate: Path, key: Path) -> None:
    try:
        made.load_cert_chain(certificate, key, password=lambda: b"")
    except ssl.SSLError as error:
        reason = error.reason or str(error)
        if any(
            word in reason for word in ("KEY_VALUES_MISMATCH", "KEY_TYPE_MISMATCH", "NO_CERTIFICATE_ASSIGNED")
        ):
            raise ConfigError(f"{key}: is not the key of the certificate {certificate}") from None
        if "TOO_SMALL" in reason or "TOO_WEAK" in reason:
            raise ConfigError(f"{certificate}: too weak ({_words(reason)}); make a new one") from None
        raise ConfigError(f"{certificate}, {key}: cannot be used: {_words(reason)}") from None
    except OSError as error:
        raise ConfigError(f"{certificate}: {error.strerror or error}") from error


def _load_trusted(made: ssl.SSLContext, path: Path, what: str) -> None:
    try:
        made.load_verify_locations(cafile=path)
    except ssl.SSLError as error:
        raise ConfigError(
            f"{path}: the {what} cannot be used: {_words(error.reason or str(error))}"
        ) from None
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from error


def _stamp(path: Path) -> tuple[int, ...] | None:
    """What changes when a file does; None when it is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino, found.st_mode


def _ends(left: float) -> str:
    days = abs(left) / 86_400
    span = f"{days:.0f} days" if days >= 2 else f"{days * 24:.0f} hours"
    return f"ends in {span}" if left > 0 else f"ended {span} ago"


def _words(reason: str) -> str:
    return reason.replace("_", " ").lower()
