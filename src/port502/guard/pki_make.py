"""Keys, certificates and revocation lists made with ``cryptography``, which is imported when it is needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, TypeAlias

from port502.errors import UsageError
from port502.transport.role import LONGEST_ROLE, ROLE_OID

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    PrivateKey: TypeAlias = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

ECDSA = "ecdsa"
RSA = "rsa"
RSA_BITS = 3072
BACKDATED = timedelta(hours=1)
"""Clocks of devices differ: a certificate holds from an hour before it was made."""

_UTF8_STRING = 0x0C


def need_cryptography() -> None:
    """Raises UsageError with what to install where ``cryptography`` is missing."""
    try:
        import cryptography  # noqa: F401
    except ImportError:
        raise UsageError(
            "making certificates needs the package cryptography: pip install 'port502[tls]'"
        ) from None


def new_key(kind: str) -> PrivateKey:
    """A private key: ``ecdsa`` on the curve P-256 (R-61), or ``rsa`` of 3072 bits."""
    need_cryptography()
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    if kind == ECDSA:
        return ec.generate_private_key(ec.SECP256R1())
    if kind == RSA:
        return rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    raise UsageError(f"a key is {ECDSA} or {RSA}, not {kind!r}")


def key_text(key: PrivateKey) -> bytes:
    """A private key as PEM, to be written where only its owner reads it."""
    from cryptography.hazmat.primitives import serialization as ways

    return key.private_bytes(ways.Encoding.PEM, ways.PrivateFormat.PKCS8, ways.NoEncryption())


def text_of(thing: x509.Certificate | x509.CertificateRevocationList) -> bytes:
    """A certificate or revocation list as PEM."""
    from cryptography.hazmat.primitives.serialization import Encoding

    return thing.public_bytes(Encoding.PEM)


def role_value(role: str) -> bytes:
    """A role as the specification wants it in its extension: one DER UTF8String (R-22). Raises UsageError."""
    data = role.encode()
    if not 0 < len(data) <= LONGEST_ROLE:
        raise UsageError(f"a role has 1 to {LONGEST_ROLE} bytes of UTF-8, not {len(data)}")
    if not role.isprintable():
        raise UsageError("a role is printable text: nobody could write the other characters into a rule")
    length = bytes((len(data),)) if len(data) < 0x80 else bytes((0x81, len(data)))
    return bytes((_UTF8_STRING,)) + length + data


def authority_certificate(name: str, key: PrivateKey, days: float) -> x509.Certificate:
    """A certificate that signs others, signed by itself."""
    from cryptography import x509

    subject = _name(name)
    builder = _begin(subject, subject, key, key, days)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    return _sign(builder.add_extension(_usage(signs=True), critical=True), key)


def leaf_certificate(
    name: str,
    key: PrivateKey,
    authority: x509.Certificate,
    authority_key: PrivateKey,
    *,
    hosts: Sequence[str],
    client: bool,
    role: str | None,
    days: float,
) -> x509.Certificate:
    """A certificate of a server (with its host names and addresses), of a client (with its role), or of both."""
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    builder = _begin(_name(name), authority.subject, key, authority_key, days)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(signs=False), critical=True)
    purposes = [ExtendedKeyUsageOID.SERVER_AUTH] if hosts else []
    if client:
        purposes.append(ExtendedKeyUsageOID.CLIENT_AUTH)
    builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    if hosts:
        names = x509.SubjectAlternativeName([_general_name(host) for host in hosts])
        builder = builder.add_extension(names, critical=False)
    if role is not None:
        value = x509.UnrecognizedExtension(x509.ObjectIdentifier(ROLE_OID), role_value(role))
        builder = builder.add_extension(value, critical=False)
    return _sign(builder, authority_key)


def revocation_list(
    authority: x509.Certificate,
    key: PrivateKey,
    revoked: Iterable[x509.RevokedCertificate],
    days: float,
    number: int,
) -> x509.CertificateRevocationList:
    """A revocation list that is due anew after ``days``."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    now = datetime.now(UTC)
    builder = x509.CertificateRevocationListBuilder().issuer_name(authority.subject)
    builder = builder.last_update(now - BACKDATED).next_update(now + timedelta(days=days))
    builder = builder.add_extension(x509.CRLNumber(number), critical=False)
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    builder = builder.add_extension(issuer, critical=False)
    for one in revoked:
        builder = builder.add_revoked_certificate(one)
    return builder.sign(key, hashes.SHA256())


def revoked(serial: int) -> x509.RevokedCertificate:
    """The entry of a certificate that is revoked now."""
    from cryptography import x509

    entry = x509.RevokedCertificateBuilder().serial_number(serial)
    return entry.revocation_date(datetime.now(UTC)).build()


def _begin(
    subject: x509.Name, issuer: x509.Name, key: PrivateKey, issuer_key: PrivateKey, days: float
) -> x509.CertificateBuilder:
    from cryptography import x509

    if not 0 < days <= 36_500:
        raise UsageError(f"a certificate lasts above 0 and up to 36500 days, not {days:g}")
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer)
    builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - BACKDATED).not_valid_after(now + timedelta(days=days))
    own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    signer = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    return builder.add_extension(own, critical=False).add_extension(signer, critical=False)


def _sign(builder: x509.CertificateBuilder, key: PrivateKey) -> x509.Certificate:
    from cryptography.hazmat.primitives import hashes

    return builder.sign(key, hashes.SHA256())


def _name(text: str) -> x509.Name:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    if not 0 < len(text) <= 64 or not text.isprintable():
        raise UsageError(f"a certificate's name is a line of 1 to 64 characters, not {text[:80]!r}")
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _usage(*, signs: bool) -> x509.KeyUsage:
    from cryptography import x509

    unused: dict[str, Any] = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement"), False
    )
    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
        **unused,
    )


def _general_name(host: str) -> x509.GeneralName:
    from cryptography import x509

    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        pass
    labels = host.removeprefix("*.").split(".")
    if not host.isascii() or not all(label and label.replace("-", "a").isalnum() for label in labels):
        raise UsageError(f"{host!r} is no host name and no address")
    return x509.DNSName(host)
