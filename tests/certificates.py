"""Certificates for tests, good ones and every kind of bad one; made with cryptography in a fraction of a second."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ROLE = x509.ObjectIdentifier("1.3.6.1.4.1.50316.802.1")
DAY = timedelta(days=1)
NAMES = ("localhost", "127.0.0.1")
SERVER = ExtendedKeyUsageOID.SERVER_AUTH
CLIENT = ExtendedKeyUsageOID.CLIENT_AUTH

_numbers = itertools.count(1)


def utf8(text: str | bytes) -> bytes:
    """A DER UTF8String of less than 128 bytes, as a role is."""
    data = text.encode() if isinstance(text, str) else text
    return bytes((0x0C, len(data))) + data


@dataclass(frozen=True)
class Pair:
    """A certificate file (with its chain) and the file of its private key."""

    certificate: Path
    key: Path
    x509: x509.Certificate

    @property
    def der(self) -> bytes:
        return self.x509.public_bytes(serialization.Encoding.DER)


class Authority:
    """A certificate authority in a folder."""

    def __init__(
        self, folder: Path, name: str = "site", *, parent: Authority | None = None, **options: Any
    ) -> None:
        self.folder = folder
        self.name = name
        self.parent = parent
        self.key: Any = options.pop("private_key", None) or ec.generate_private_key(ec.SECP256R1())
        self.subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name} CA")])
        issuer = parent or self
        builder = _builder(self.subject, issuer.subject, self.key.public_key(), **options)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        builder = builder.add_extension(_key_usage(authority=True), critical=True)
        builder = _identifiers(builder, self.key.public_key(), issuer.key.public_key())
        for extension in options.get("extensions", ()):
            builder = builder.add_extension(extension, critical=False)
        self.x509 = builder.sign(issuer.key, hashes.SHA256())
        self.certificate = folder / f"{name}-ca.pem"
        self.certificate.write_bytes(_pem(self.x509))
        self._revoked: list[x509.Certificate] = []

    def server(self, *names: str, **options: Any) -> Pair:
        """A server's certificate, for localhost unless other names and addresses are given."""
        options.setdefault("purpose", SERVER)
        return self.issue("server", names=names or NAMES, **options)

    def client(self, role: str | None = "operator", **options: Any) -> Pair:
        """A client's certificate with a role, or without one."""
        options.setdefault("purpose", CLIENT)
        if role is not None:
            options.setdefault("roles", [utf8(role)])
        return self.issue(options.pop("name", "client"), **options)

    def issue(
        self,
        name: str,
        *,
        names: tuple[str, ...] = (),
        roles: list[bytes] | tuple[bytes, ...] = (),
        purpose: x509.ObjectIdentifier | None = None,
        key: Any = None,
        subject: str | None = None,
        hash_: Any = None,
        chain: bool = True,
        uses: x509.KeyUsage | None = None,
        **options: Any,
    ) -> Pair:
        """Any certificate at all; ``roles`` are the raw contents of as many role extensions."""
        key = key or ec.generate_private_key(ec.SECP256R1())
        who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject or name)])
        builder = _builder(who, self.subject, key.public_key(), **options)
        if not options.get("authority"):
            builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(uses or _key_usage(authority=False), critical=True)
        builder = _identifiers(builder, key.public_key(), self.key.public_key())
        if purpose is not None:
            builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        if names:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([_general(one) for one in names]), False
            )
        # cryptography refuses two extensions of one kind; openssl and others do not.
        for role in roles:
            builder = x509.CertificateBuilder(
                builder._issuer_name,
                builder._subject_name,
                builder._public_key,
                builder._serial_number,
                builder._not_valid_before,
                builder._not_valid_after,
                [*builder._extensions, x509.Extension(ROLE, False, x509.UnrecognizedExtension(ROLE, role))],
            )
        return self._written(name, builder.sign(self.key, hash_ or hashes.SHA256()), key, chain=chain)

    def revoke(self, pair: Pair) -> None:
        """The next revocation list names this certificate."""
        self._revoked.append(pair.x509)

    def crl(
        self, *, made: datetime | None = None, lasts: timedelta = 30 * DAY, path: Path | None = None
    ) -> Path:
        """Write a revocation list; one file, rewritten each time, unless ``path`` is another."""
        made = made or datetime.now(UTC) - timedelta(minutes=20)
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.subject)
        builder = builder.last_update(made).next_update(made + lasts)
        for one in self._revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(one.serial_number).revocation_date(made)
            builder = builder.add_revoked_certificate(entry.build())
        signed = builder.sign(self.key, hashes.SHA256())
        path = path or self.folder / f"{self.name}.crl"
        path.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        return path

    def chain(self) -> bytes:
        """What a certificate of this authority is sent with: the authorities between it and the root, then the root."""
        return _pem(self.x509) + (self.parent.chain() if self.parent else b"")

    def _written(self, name: str, made: x509.Certificate, key: Any, *, chain: bool) -> Pair:
        number = next(_numbers)
        certificate, key_file = self.folder / f"{name}-{number}.pem", self.folder / f"{name}-{number}.key"
        certificate.write_bytes(_pem(made) + (self.chain() if chain else b""))
        write_key(key_file, key)
        return Pair(certificate, key_file, made)


def write_key(path: Path, key: Any, *, password: bytes | None = None) -> None:
    """Write a private key that only its owner can read."""
    how = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    path.touch(0o600)
    path.chmod(0o600)
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how))


def rsa_key(bits: int = 2048) -> Any:
    """A private key of RSA."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    public_key: Any,
    *,
    begins: datetime | None = None,
    ends: datetime | None = None,
    **_: Any,
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins or now - DAY)
        .not_valid_after(ends or now + 365 * DAY)
    )


def _identifiers(builder: x509.CertificateBuilder, own: Any, issuer: Any) -> x509.CertificateBuilder:
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(own), critical=False)
    return builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer), critical=False)


def _key_usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
