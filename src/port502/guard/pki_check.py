"""Whether certificates will do what they are for: dates, chain, key, purposes, role, names and file modes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from port502.errors import ConfigError
from port502.guard.pki_make import need_cryptography
from port502.transport.certificate import Certificate, read_certificates, read_revocation_lists
from port502.transport.role import role_of
from port502.transport.tls import LISTS_SOON, SOON, check_key_file

ERROR = "error"
WARNING = "warning"

LEAST_RSA = 2048
DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a file (``error``), or soon will be (``warning``), and what to do."""

    file: str
    severity: str
    message: str
    fix: str = ""

    def __str__(self) -> str:
        return f"{self.file}: {self.severity}: {self.message}" + (f"; {self.fix}" if self.fix else "")


def check_certificate(
    path: Path,
    authority: Path,
    *,
    now: float,
    crl: Path | None = None,
    key: Path | None = None,
    hosts: Sequence[str] = (),
) -> list[Finding]:
    """Everything that stands against a certificate at a time in Unix seconds.

    ``key`` is its private key (None: the file of the same name with the ending ``.key``, if there is one), ``hosts``
    are the names and addresses that clients call it by. Raises ConfigError for files that cannot be read.
    """
    need_cryptography()
    found = read_certificates(path)[0]
    key = key or (path.with_suffix(".key") if path.with_suffix(".key").exists() else None)
    findings = [*_dates(found.not_before, found.not_after, now, SOON, "the certificate")]
    findings += _strength(found)
    findings += _chain(found, authority)
    findings += _purposes(found)
    findings += _role(found)
    findings += _names(found, hosts)
    if key is not None:
        findings += _key(found, path, key)
    if crl is not None:
        findings += _revocation(found, crl, authority)
    return [Finding(str(path), severity, message, fix) for severity, message, fix in findings]


def check_authority(path: Path, crl: Path | None, *, now: float) -> list[Finding]:
    """Everything that stands against an authority's certificate and its revocation list."""
    need_cryptography()
    findings = []
    for one in read_certificates(path):
        found = [
            *_dates(one.not_before, one.not_after, now, SOON, f"the authority {one.subject}"),
            *_strength(one),
        ]
        if not one.is_authority:
            found.append((WARNING, f"{one.subject} is no authority: it is trusted by itself only", ""))
        elif one.uses is not None and not {"certificate_sign", "crl_sign"} <= set(one.uses):
            found.append(
                (ERROR, f"the key use of {one.subject} does not allow to sign", "make a new authority")
            )
        findings += [Finding(str(path), *one_of_them) for one_of_them in found]
    if crl is not None:
        for listed in read_revocation_lists(crl):
            if listed.due is None:
                findings.append(
                    Finding(str(crl), WARNING, "the revocation list says not when the next is due")
                )
                continue
            dates = _dates(
                listed.made, listed.due, now, LISTS_SOON, f"the revocation list of {listed.issuer}"
            )
            findings += [Finding(str(crl), one[0], one[1], f"`port502 pki renew {crl}`") for one in dates]
    return findings


_Found = tuple[str, str, str]


def _dates(begin: float, end: float, now: float, soon: float, what: str) -> Iterator[_Found]:
    if now < begin:
        yield ERROR, f"{what} is not valid before {(begin - now) / DAY:.1f} days from now", "check the clocks"
    if now > end:
        yield ERROR, f"{what} ended {(now - end) / DAY:.1f} days ago", "renew it"
    elif end - now < soon:
        yield WARNING, f"{what} ends in {(end - now) / DAY:.1f} days", "renew it"


def _strength(found: Certificate) -> Iterator[_Found]:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    made = x509.load_der_x509_certificate(found.der)
    key, digest = made.public_key(), made.signature_hash_algorithm
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < LEAST_RSA:
        yield ERROR, f"an RSA key of {key.key_size} bits; {LEAST_RSA} are the least", "make a new one"
    elif isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name != "secp256r1":
        yield WARNING, f"a key on the curve {key.curve.name}; every device knows P-256 only", ""
    if digest is not None and digest.name in ("md5", "sha1"):
        yield ERROR, f"signed by {digest.name.upper()}, which is refused", "make a new one"


def _chain(found: Certificate, authority: Path) -> Iterator[_Found]:
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature

    made = x509.load_der_x509_certificate(found.der)
    trusted = read_certificates(authority)
    if any(one.der == found.der for one in trusted):
        return
    for one in trusted:
        try:
            made.verify_directly_issued_by(x509.load_der_x509_certificate(one.der))
        except (ValueError, TypeError, InvalidSignature):
            continue
        return
    signers = ", ".join(one.subject for one in trusted)
    yield ERROR, f"signed by {found.issuer}, which is not in {authority} ({signers})", ""


def _purposes(found: Certificate) -> Iterator[_Found]:
    if found.is_authority:
        yield ERROR, "the certificate of an authority, which is not for connections", "issue one for this use"
    elif not found.serves_as("server") and not found.serves_as("client"):
        yield ERROR, "its extended key use allows neither client nor server", "issue it anew"
    if found.uses is not None and "digital_signature" not in found.uses and not found.is_authority:
        yield (
            ERROR,
            "its key use does not allow digital signatures, which every handshake makes",
            "issue it anew",
        )


def _role(found: Certificate) -> Iterator[_Found]:
    role = role_of(found.der)
    is_client = found.purposes is None or "client" in found.purposes or "any" in found.purposes
    if role.fault and not found.is_authority:
        yield ERROR, f"its role counts as none: {role.fault}", "issue it anew with a role"
    elif role.text is not None and not is_client:
        yield WARNING, "it has a role, which nobody looks at in a server's certificate", ""
    elif role.text is None and found.purposes is not None and is_client and not found.is_authority:
        yield WARNING, "a client without a role: rules see the NULL role", "issue it with --role"


def _names(found: Certificate, hosts: Sequence[str]) -> Iterator[_Found]:
    if found.purposes is not None and "server" in found.purposes and not found.names:
        yield ERROR, "a server without a name or address: every client refuses it", "issue it with --host"
    for host in hosts:
        if not any(_covers(name, host) for name in found.names):
            names = ", ".join(found.names) or "nothing"
            yield ERROR, f"it does not name {host} (it names {names})", f"issue it with --host {host}"


def _covers(name: str, host: str) -> bool:
    try:
        return ip_address(name) == ip_address(host)
    except ValueError:
        pass
    name, host = name.lower(), host.lower()
    return name == host or (name.startswith("*.") and host.partition(".")[2] == name[2:])


def _key(found: Certificate, path: Path, key: Path) -> Iterator[_Found]:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        check_key_file(key)
    except ConfigError as error:
        yield ERROR, str(error), ""
        return
    if os.name == "posix" and key.stat().st_mode & 0o040:
        yield WARNING, f"{key} can be read by its group", f"`chmod 600 {key}`"
    try:
        public = load_pem_private_key(key.read_bytes(), None).public_key()
    except (ValueError, TypeError):
        yield ERROR, f"{key} holds no private key that can be read", ""
        return
    if public != x509.load_der_x509_certificate(found.der).public_key():
        yield ERROR, f"{key} is not its key", f"`port502 pki renew {path}`"


def _revocation(found: Certificate, crl: Path, authority: Path) -> Iterator[_Found]:
    from cryptography import x509

    listed = x509.load_pem_x509_crl(crl.read_bytes())
    signer = next(
        (one for one in read_certificates(authority) if one.subject == read_revocation_lists(crl)[0].issuer),
        None,
    )
    key = None if signer is None else x509.load_der_x509_certificate(signer.der).public_key()
    if key is None or not listed.is_signature_valid(key):  # type: ignore[arg-type]
        yield ERROR, f"the revocation list {crl} was not signed by {authority}", "sign it anew"
    elif listed.get_revoked_certificate_by_serial_number(found.serial) is not None:
        yield ERROR, "it is revoked", "issue a new one"
