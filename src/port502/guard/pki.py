"""A site's own certificate authority in one folder: what is in it was made here, and nothing else is needed.

``NAME-ca.pem``, ``NAME-ca.key`` and ``NAME-ca.crl`` are the authority; each certificate is a pair of files beside
them, ``X.pem`` (with its chain) and ``X.key``. Keys are readable by their owner only and never leave their files.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from port502.errors import ConfigError, UsageError
from port502.guard import pki_files
from port502.guard import pki_make as make
from port502.guard.pki_files import PRIVATE, NewFile
from port502.transport.certificate import Certificate, read_certificates
from port502.transport.role import role_of
from port502.transport.tls import check_key_file

if TYPE_CHECKING:
    from cryptography import x509

AUTHORITY_DAYS = 3650.0
CERTIFICATE_DAYS = 730.0
LIST_DAYS = 90.0

_FILE_NAME = re.compile(r"[\w][\w.-]{0,60}")


@dataclass(frozen=True, slots=True)
class Made:
    """What was written: the certificate with its facts, and the files."""

    certificate: Certificate
    files: tuple[Path, ...]


class SiteAuthority:
    """The authority in a folder. Raises UsageError for wishes it cannot fulfil, ConfigError for unusable files."""

    def __init__(self, folder: str | Path, name: str = "site") -> None:
        make.need_cryptography()
        self.folder = Path(folder)
        self.name = _checked(name)
        self.certificate = self.folder / f"{name}-ca.pem"
        self.key = self.folder / f"{name}-ca.key"
        self.crl = self.folder / f"{name}-ca.crl"

    def init(self, *, kind: str = make.ECDSA, days: float = AUTHORITY_DAYS) -> Made:
        """Make the authority: its key, its certificate and an empty revocation list."""
        for path in (self.certificate, self.key, self.crl):
            if path.exists():
                raise UsageError(
                    f"{path} is there already: an authority is made once; choose another folder or name"
                )
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = make.new_key(kind)
        made = make.authority_certificate(f"{self.name} CA", key, days)
        pki_files.create(
            [
                NewFile(self.key, make.key_text(key), PRIVATE),
                NewFile(self.certificate, make.text_of(made)),
                NewFile(self.crl, make.text_of(make.revocation_list(made, key, (), LIST_DAYS, 1))),
            ]
        )
        return Made(read_certificates(self.certificate)[0], (self.certificate, self.key, self.crl))

    def issue(
        self,
        name: str,
        *,
        hosts: Sequence[str] = (),
        client: bool = False,
        role: str | None = None,
        kind: str = make.ECDSA,
        days: float = CERTIFICATE_DAYS,
    ) -> Made:
        """Make a key and its certificate: a server's with its ``hosts``, a client's with its ``role``, or both."""
        if not hosts and not client and role is None:
            raise UsageError(f"{name}: say what it is for: the hosts of a server, or the role of a client")
        certificate, key = self.folder / f"{_checked(name)}.pem", self.folder / f"{name}.key"
        for path in (certificate, key):
            if path.exists():
                raise UsageError(f"{path} is there already; `port502 pki renew {certificate}` makes it anew")
        return self._write(
            name,
            certificate,
            key,
            pki_files.create,
            hosts=hosts,
            client=client or role is not None,
            role=role,
            kind=kind,
            days=days,
        )

    def renew(
        self, path: str | Path, *, days: float = CERTIFICATE_DAYS, key_file: str | Path | None = None
    ) -> Made:
        """Make a certificate anew under its name, with the same hosts, purposes and role, and a new key.

        Both files are on the disk before the first takes its place; who uses them goes on with the old pair until the
        new one fits. They keep their owner and mode. A key that belongs to another certificate is not overwritten.
        """
        path = Path(path)
        old = read_certificates(path)[0]
        if old.is_authority:
            raise UsageError(
                f"{path}: an authority cannot be renewed: make a new one, and trust both for a while"
            )
        role = role_of(old.der)
        if role.fault:
            raise ConfigError(f"{path}: {role.fault}; issue it anew")
        name = old.subject.removeprefix("CN=")
        key = Path(key_file) if key_file is not None else path.with_suffix(".key")
        if key.exists():
            _check_pair(old, path, key)
        return self._write(
            name,
            path,
            key,
            pki_files.replace,
            hosts=old.names,
            client=old.serves_as("client"),
            role=role.text,
            kind=_kind(old),
            days=days,
        )

    def revoke(self, path: str | Path) -> Certificate:
        """Put a certificate on the revocation list and sign the list anew."""
        found = read_certificates(path)[0]
        authority = read_certificates(self.certificate)[0]
        if found.issuer != authority.subject:
            raise UsageError(f"{path} was signed by {found.issuer}, not by {authority.subject}")
        if found.is_authority:
            raise UsageError(
                f"{path}: an authority is not revoked by itself: stop trusting {self.certificate}"
            )
        self.sign_list(found.serial)
        return found

    def sign_list(self, *serials: int) -> int:
        """Sign the revocation list anew, with these serial numbers added; returns how many it holds."""
        certificate, key = self._load()
        old = self._list()
        held = {one.serial_number: one for one in old} if old is not None else {}
        for serial in serials:
            held.setdefault(serial, make.revoked(serial))
        signed = make.revocation_list(certificate, key, held.values(), LIST_DAYS, _number(old) + 1)
        pki_files.replace([NewFile(self.crl, make.text_of(signed))])
        return len(held)

    def _write(
        self,
        name: str,
        certificate: Path,
        key_file: Path,
        write: Callable[[Sequence[NewFile]], None],
        *,
        hosts: Sequence[str],
        client: bool,
        role: str | None,
        kind: str,
        days: float,
    ) -> Made:
        authority, authority_key = self._load()
        key = make.new_key(kind)
        made = make.leaf_certificate(
            name, key, authority, authority_key, hosts=hosts, client=client, role=role, days=days
        )
        chain = make.text_of(made) + self.certificate.read_bytes()
        write([NewFile(key_file, make.key_text(key), PRIVATE), NewFile(certificate, chain)])
        return Made(read_certificates(certificate)[0], (certificate, key_file))

    def _load(self) -> tuple[x509.Certificate, make.PrivateKey]:
        from cryptography import x509
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        if not self.certificate.exists():
            raise UsageError(
                f"no authority in {self.folder}: `port502 pki init --dir {self.folder}` makes one"
            )
        check_key_file(self.key)
        try:
            certificate = x509.load_pem_x509_certificate(self.certificate.read_bytes())
            key = load_pem_private_key(self.key.read_bytes(), None)
        except (ValueError, TypeError) as error:
            raise ConfigError(f"{self.key} and {self.certificate} cannot be used: {error}") from None
        if key.public_key() != certificate.public_key():
            raise ConfigError(f"{self.key} is not the key of {self.certificate}")
        return certificate, key  # type: ignore[return-value]

    def _list(self) -> x509.CertificateRevocationList | None:
        from cryptography import x509

        if not self.crl.exists():
            return None
        try:
            return x509.load_pem_x509_crl(self.crl.read_bytes())
        except ValueError as error:
            raise ConfigError(f"{self.crl} cannot be read: {error}; nothing was revoked") from None


def _check_pair(certificate: Certificate, path: Path, key_file: Path) -> None:
    """A key that would be lost by a renewal is that of the renewed certificate; raises UsageError for another one."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(key_file.read_bytes(), None)
    except (ValueError, TypeError):
        key = None
    if key is None or key.public_key() != x509.load_der_x509_certificate(certificate.der).public_key():
        raise UsageError(
            f"{key_file} is not the key of {path} and would be lost; move it away to renew {path}"
        )


def _number(old: x509.CertificateRevocationList | None) -> int:
    from cryptography import x509

    if old is None:
        return 0
    with contextlib.suppress(x509.ExtensionNotFound):
        return old.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    return 0


def _kind(old: Certificate) -> str:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = x509.load_der_x509_certificate(old.der).public_key()
    return make.RSA if isinstance(key, rsa.RSAPublicKey) else make.ECDSA


def _checked(name: str) -> str:
    if not _FILE_NAME.fullmatch(name):
        raise UsageError(f"{name!r} is no name for a file: letters, digits, '.', '_' and '-', at most 61")
    return name
