"""``port502 firewall``: rules that let in and out what a site file knows, and nothing else."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Annotated

import typer

from port502.cli import options
from port502.cli.expecting import site_of
from port502.cli.output import put, put_json, say
from port502.cli.target import site_path
from port502.commission.firewall.derive import Scope, rules_for
from port502.commission.firewall.facts import facts_of
from port502.commission.firewall.formats import Format, render
from port502.commission.firewall.model import Action, Rendered, Rule, Ruleset
from port502.errors import UsageError
from port502.transport.names import addresses_of

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def firewall(
    site: Annotated[
        str | None,
        typer.Argument(metavar="[SITE]", help="The site file (else $PORT502_SITE, else ./site.yaml)."),
    ] = None,
    form: Annotated[
        Format, typer.Option("--format", help="The tool that filters, or a table.", show_default=True)
    ] = Format.TABLE,
    scope: Annotated[
        Scope,
        typer.Option(
            "--scope",
            help="What filters: this host, in one direction or both, or a firewall between networks (routed).",
            show_default=True,
        ),
    ] = Scope.HOST,
    host: Annotated[
        list[str] | None,
        typer.Option(
            "--host",
            metavar="ADDRESS",
            help="This host's address as other networks see it, for --scope routed; may be repeated.",
            show_default=False,
        ),
    ] = None,
    numeric: Annotated[
        bool, typer.Option("--numeric", help="Refuse host names instead of looking them up.")
    ] = False,
    apply_commands: Annotated[
        bool,
        typer.Option("--apply-commands", help="Print the commands that apply the rules and that undo them."),
    ] = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Write the firewall rules that match a site.

    Whoever a listener allows may call it, this host may call its devices; everybody else is dropped and logged, on
    IPv6 too. Nothing is changed on this machine: the rules are printed, with the commands that apply and undo them.

    Example:

        port502 firewall site.yaml

        port502 firewall site.yaml --format nftables > port502.nft
    """
    path = site_path(None if site is None else Path(site))
    facts = facts_of(site_of(path))
    hosts = [_address(text) for text in host or ()]
    rules = rules_for(facts, scope, resolve=None if numeric else addresses_of, hosts=hosts)
    rendered = render(rules, form)
    if json:
        put_json(_told(rules, form, scope, rendered))
        return
    if apply_commands:
        put("\n".join(_commands(path, form, scope, host or (), numeric, rendered)))
        return
    if form is Format.CSV and not quiet:
        for note in rules.notes:
            say(note)
    put(rendered.text.rstrip("\r\n"))


def _address(text: str) -> IPv4Address | IPv6Address:
    try:
        return ip_address(text)
    except ValueError:
        raise UsageError(f"--host {text}: an IP address is expected, such as 192.168.1.10") from None


def _commands(
    path: Path, form: Format, scope: Scope, hosts: list[str] | tuple[()], numeric: bool, rendered: Rendered
) -> list[str]:
    if not rendered.apply:
        raise UsageError(
            f"--format {form} is for people; there is nothing to apply. Name a tool: --format nftables"
        )
    words = ["port502", "firewall", _quoted(str(path)), "--format", str(form)]
    words += ["--scope", str(scope)] if scope is not Scope.HOST else []
    words += [word for host in hosts for word in ("--host", host)]
    words += ["--numeric"] if numeric else []
    make = f"{' '.join(words)} > {rendered.file}"
    return ["# apply", make, *rendered.apply, "# undo", *rendered.undo]


def _quoted(text: str) -> str:
    import shlex

    return shlex.quote(text)


def _told(rules: Ruleset, form: Format, scope: Scope, rendered: Rendered) -> dict[str, object]:
    return {
        "site": rules.site,
        "scope": str(scope),
        "rules": [_rule(rule) for rule in rules.rules],
        "notes": list(rules.notes),
        "format": str(form),
        "file": rendered.file or None,
        "apply": list(rendered.apply),
        "undo": list(rendered.undo),
        "text": rendered.text,
    }


def _rule(rule: Rule) -> dict[str, object]:
    return {
        "name": rule.name,
        "direction": str(rule.direction),
        "sources": [str(network) for network in rule.sources],
        "destinations": [str(network) for network in rule.destinations],
        "protocol": "tcp",
        "ports": list(rule.ports),
        "action": str(rule.action),
        "log": rule.action is Action.DROP,
        "purpose": rule.purpose,
    }
