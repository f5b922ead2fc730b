"""``port502 pki``: a site's certificates for Modbus/TCP Security."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from port502.cli import options
from port502.cli.exits import DONE, FAULTS_FOUND
from port502.cli.output import printable, put, put_json
from port502.errors import UsageError
from port502.guard.pki import AUTHORITY_DAYS, CERTIFICATE_DAYS, Made, SiteAuthority
from port502.guard.pki_check import ERROR, Finding, check_authority, check_certificate
from port502.guard.pki_make import ECDSA, RSA
from port502.history import format_time
from port502.transport.certificate import Certificate, read_certificates, read_revocation_lists
from port502.transport.role import role_of

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)

AUTHORITY_ENDING = "-ca.pem"
LIST_ENDING = ".crl"

Folder: TypeAlias = Annotated[
    Path, typer.Option("--dir", metavar="DIR", help="The folder of the authority and its certificates.")
]
Name: TypeAlias = Annotated[
    str, typer.Option("--ca", metavar="NAME", help="The authority's name in that folder.")
]
Rsa: TypeAlias = Annotated[
    bool, typer.Option("--rsa", help="An RSA key instead of ECDSA P-256, for old devices.")
]
Files: TypeAlias = Annotated[list[Path], typer.Argument(metavar="FILE", help="A certificate file.")]

DIR = Path("certs")
SITE = "site"


@app.callback()
def pki() -> None:
    """Make and look after the certificates of tls:// connections: one authority per site, roles for clients.

    Example:

        port502 pki init

        port502 pki issue station --host 192.168.1.30
    """


@app.command(short_help="Make the site's certificate authority.")
def init(
    folder: Folder = DIR,
    name: Name = SITE,
    rsa: Rsa = False,
    days: Annotated[float, typer.Option("--days", metavar="N", help="How long it lasts.")] = AUTHORITY_DAYS,
    json: options.Json = False,
) -> None:
    """Make the site's certificate authority: its key, its certificate and an empty revocation list.

    Example:

        port502 pki init
    """
    _put_made(SiteAuthority(folder, name).init(kind=_kind(rsa), days=days), json=json)


@app.command(short_help="Make a key and a certificate, for a server or a client.")
def issue(
    certificate: Annotated[
        str, typer.Argument(metavar="NAME", help="What to call it; its files get this name.")
    ],
    host: Annotated[
        list[str] | None,
        typer.Option(
            "--host", metavar="HOST", help="For a server: a name or address that clients call it by."
        ),
    ] = None,
    role: Annotated[
        str | None,
        typer.Option("--role", metavar="ROLE", help="For a client: its one role.", show_default=False),
    ] = None,
    client: Annotated[bool, typer.Option("--client", help="For a client without a role.")] = False,
    folder: Folder = DIR,
    name: Name = SITE,
    rsa: Rsa = False,
    days: Annotated[float, typer.Option("--days", metavar="N", help="How long it lasts.")] = CERTIFICATE_DAYS,
    json: options.Json = False,
) -> None:
    """Make a key and a certificate, for a server (--host), a client (--role, --client), or both.

    Example:

        port502 pki issue station --host 192.168.1.30 --host station.local

        port502 pki issue scada-1 --role operator
    """
    made = SiteAuthority(folder, name).issue(
        certificate, hosts=host or (), client=client, role=role, kind=_kind(rsa), days=days
    )
    _put_made(made, json=json)


@app.command()
def show(files: Files, json: options.Json = False) -> None:
    """Print what stands in certificates and revocation lists.

    Example:

        port502 pki show certs/scada-1.pem
    """
    for path in files:
        if path.suffix == LIST_ENDING:
            _show_lists(path, json=json)
            continue
        for number, one in enumerate(read_certificates(path)):
            if json:
                put_json({"file": str(path), **_facts(one)})
            else:
                put(f"{printable(str(path))}" + (" (chain)" if number else ""))
                _put_rows(_rows(one))


@app.command(short_help="Check certificates: can they be used, and until when.")
def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE]", help="Certificates; all of the folder when left out.", show_default=False
        ),
    ] = None,
    host: Annotated[
        list[str] | None,
        typer.Option("--host", metavar="HOST", help="A name or address that the certificate must have."),
    ] = None,
    authority: Annotated[
        Path | None,
        typer.Option(
            "--authority", metavar="FILE", help="Another authority than that of --dir.", show_default=False
        ),
    ] = None,
    folder: Folder = DIR,
    name: Name = SITE,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Check certificates: expiry, chain, key, purposes, role, names, revocation and file modes.

    The exit code is 0 when nothing stands against their use, warnings or not, and 6 when something does.

    Example:

        port502 pki check

        port502 pki check certs/station.pem --host 192.168.1.30
    """
    site = SiteAuthority(folder, name)
    trusted = authority or site.certificate
    crl = site.crl if authority is None and site.crl.exists() else None
    now = time.time()
    chosen = files if files is not None else _all_in(folder)
    findings = check_authority(trusted, crl, now=now)
    for path in chosen:
        called = host or () if files is not None or _is_server(path) else ()
        findings += check_certificate(path, trusted, now=now, crl=crl, hosts=called)
    good = not any(finding.severity == ERROR for finding in findings)
    if json:
        put_json(
            {
                "checked": [str(path) for path in chosen],
                "valid": good,
                "findings": list(map(_finding, findings)),
            }
        )
    else:
        for finding in findings:
            put(printable(str(finding)))
        if not quiet:
            put(f"{len(chosen)} certificates checked: {'good' if good else 'not all can be used'}")
    raise typer.Exit(DONE if good else FAULTS_FOUND)


@app.command(short_help="Make certificates or the revocation list anew.")
def renew(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE", help="Certificates, or the revocation list.")
    ],
    folder: Folder = DIR,
    name: Name = SITE,
    days: Annotated[
        float, typer.Option("--days", metavar="N", help="How long they last.")
    ] = CERTIFICATE_DAYS,
    json: options.Json = False,
) -> None:
    """Make certificates anew, each with its names, its role and a new key; or sign the revocation list anew.

    Programs of port502 take up the new files with the next connection; open ones go on.

    Example:

        port502 pki renew certs/scada-1.pem
    """
    site = SiteAuthority(folder, name)
    for path in files:
        if path.suffix == LIST_ENDING:
            if path.resolve() != site.crl.resolve():
                raise UsageError(f"{path} is not the list of this authority, {site.crl}")
            site.sign_list()
            _show_lists(path, json=json)
        else:
            _put_made(site.renew(path, days=days), json=json)


@app.command(short_help="Put certificates on the revocation list.")
def revoke(files: Files, folder: Folder = DIR, name: Name = SITE, json: options.Json = False) -> None:
    """Put certificates on the revocation list: whoever is given the list refuses them from the next connection on.

    Example:

        port502 pki revoke certs/lost-laptop.pem
    """
    site = SiteAuthority(folder, name)
    for path in files:
        found = site.revoke(path)
        if json:
            put_json({"revoked": str(path), "serial": f"{found.serial:x}", "crl": str(site.crl)})
        else:
            put(printable(f"{found.subject} (serial {found.serial:x}) is revoked in {site.crl}"))


def _kind(rsa: bool) -> str:
    return RSA if rsa else ECDSA


def _all_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.pem") if not path.name.endswith(AUTHORITY_ENDING))


def _is_server(path: Path) -> bool:
    return read_certificates(path)[0].serves_as("server")


def _put_made(made: Made, *, json: bool) -> None:
    if json:
        put_json({"files": [str(path) for path in made.files], **_facts(made.certificate)})
        return
    put(printable("wrote " + ", ".join(str(path) for path in made.files)))
    _put_rows(_rows(made.certificate))


def _facts(one: Certificate) -> dict[str, object]:
    role = role_of(one.der)
    facts: dict[str, object] = {
        "subject": one.subject,
        "issuer": one.issuer,
        "serial": f"{one.serial:x}",
        "not_before": format_time(one.not_before),
        "not_after": format_time(one.not_after),
        "fingerprint": one.fingerprint,
        "authority": one.is_authority,
        "role": role.text,
    }
    if role.fault:
        facts["role_fault"] = role.fault
    if one.names:
        facts["names"] = list(one.names)
    if one.purposes is not None:
        facts["purposes"] = list(one.purposes)
    return facts


def _rows(one: Certificate) -> Iterable[tuple[str, str]]:
    yield "subject", one.subject
    yield "issuer", one.issuer
    yield "serial", f"{one.serial:x}"
    yield "holds", f"{format_time(one.not_before)} to {format_time(one.not_after)}"
    yield "fingerprint", one.fingerprint
    if one.names:
        yield "names", ", ".join(one.names)
    if one.purposes is not None:
        yield "for", ", ".join(one.purposes)
    role = role_of(one.der)
    if not one.is_authority:
        yield "role", f"none: {role.fault}" if role.fault else "none" if role.text is None else role.text


def _put_rows(rows: Iterable[tuple[str, str]]) -> None:
    for name, text in rows:
        put(f"  {name:<11}  {printable(text)}")


def _show_lists(path: Path, *, json: bool) -> None:
    for one in read_revocation_lists(path):
        made, due = format_time(one.made), None if one.due is None else format_time(one.due)
        if json:
            put_json({"file": str(path), "issuer": one.issuer, "made": made, "due": due})
        else:
            put(printable(str(path)))
            _put_rows([("issuer", one.issuer), ("made", made), ("due", due or "not said")])


def _finding(one: Finding) -> dict[str, object]:
    return {"file": one.file, "severity": one.severity, "message": one.message, "fix": one.fix}
