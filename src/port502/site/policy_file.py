"""The policy file: from the file to a policy in memory, with all its faults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from port502.errors import Port502Error, UsageError
from port502.guard.hours import Hours
from port502.guard.operations import all_operations
from port502.guard.policy import ClientRule, Place, Policy, Refusal, Rule, ValueLimits
from port502.registers.maps.library import Library
from port502.registers.maps.model import DeviceMap
from port502.registers.point import Point
from port502.registers.reference import parse_reference
from port502.site.document import Document, read_document
from port502.site.faults import ERROR, WARNING, Fault, KeyPath, SiteFileError, in_order, nearest
from port502.site.policy_model import PolicyClient, PolicyFile, PolicyRule, entry_of
from port502.site.validate import validated


def load_policy(
    path: str | Path, environment: Mapping[str, str] | None = None, *, timezone: str = "UTC"
) -> Policy:
    """The policy in a file; raises SiteFileError with all faults. ``timezone`` is that of hours where it names none."""
    policy, faults = understand_policy(read_document(Path(path), environment), timezone=timezone)
    if policy is None:
        raise SiteFileError(faults)
    return policy


def understand_policy(
    document: Document, *, timezone: str = "UTC"
) -> tuple[Policy | None, tuple[Fault, ...]]:
    """The policy of a document and its faults in order; no policy when one of them is an error."""
    faults = list(document.faults)
    if not isinstance(document.data, dict):
        hint = "begin with 'default: deny'"
        return None, in_order(faults or [document.fault((), "is no policy file", hint)])
    file, found = validated(PolicyFile, document.data, document, fallback={"default": "deny"}, entry=entry_of)
    faults += found
    if file is None:
        return None, in_order(faults)
    builder = _Builder(file, document, file.timezone or timezone)
    policy = builder.policy()
    ordered = in_order([*faults, *builder.faults])
    if policy is None or any(fault.severity == ERROR for fault in ordered):
        return None, ordered
    return policy, ordered


class _Builder:
    """Makes the rules, and notes what is wrong with them."""

    def __init__(self, file: PolicyFile, document: Document, timezone: str) -> None:
        self.faults: list[Fault] = []
        self._file = file
        self._document = document
        self._timezone = timezone
        self._maps: dict[str, DeviceMap | None] = {}

    def policy(self) -> Policy | None:
        """The policy, None when a rule of it could not be made."""
        file = self._file
        clients = [self._client(name, client) for name, client in file.clients.items()]
        rules = [self._rule(index, rule) for index, rule in enumerate(file.rules)]
        if not self._document.data.get("rules"):
            hint = "write 'rules:', or let `port502 guard learn` propose some"
            self._complain((), "has no rules: everything would be refused", hint, severity=WARNING)
        made_clients = [one for one in clients if one is not None]
        made_rules = [one for one in rules if one is not None]
        if len(made_clients) + len(made_rules) < len(clients) + len(rules):
            return None
        try:
            return Policy(
                tuple(made_rules),
                tuple(made_clients),
                file.refuse,
                file.read_only,
                file.dry_run,
                file.read_before,
            )
        except UsageError as error:
            self._complain((), str(error))
            return None

    def _client(self, name: str, client: PolicyClient) -> ClientRule | None:
        try:
            return ClientRule(
                name,
                client.networks,
                frozenset(client.role),
                frozenset(client.fingerprint),
                frozenset(client.subject),
            )
        except UsageError as error:
            self._complain(("clients", name), str(error))
            return None

    def _rule(self, index: int, rule: PolicyRule) -> Rule | None:
        path: KeyPath = ("rules", index)
        before = len(self.faults)
        name = rule.name or f"rule {index + 1}"
        self._check_names(rule, path)
        if name in [other.name or f"rule {at + 1}" for at, other in enumerate(self._file.rules[:index])]:
            self._complain((*path, "name"), f"another rule is called {name!r} already", "the log names rules")
        places = self._places(rule, path)
        limits = self._limits(rule, path)
        try:
            made = Rule(
                name,
                all_operations(rule.functions),
                tuple(rule.clients),
                frozenset().union(*rule.units) if rule.units is not None else None,
                places,
                rule.files or (),
                limits,
                rule.rate,
                Hours(rule.during, self._timezone) if rule.during is not None else None,
                rule.deny,
                rule.refuse or (self._file.refuse if rule.deny else Refusal()),
                rule.dry_run,
            )
        except UsageError as error:
            self._complain(path, str(error))
            return None
        return made if len(self.faults) == before else None

    def _check_names(self, rule: PolicyRule, path: KeyPath) -> None:
        written = self._document.data.get("clients")
        known = list(written) if isinstance(written, dict) else []
        for at, name in enumerate(rule.clients):
            if name not in known:
                hint = nearest(name, known) or "describe it under 'clients'"
                self._complain((*path, "clients", at), f"no client is called {name!r}", hint)

    def _limits(self, rule: PolicyRule, path: KeyPath) -> ValueLimits | None:
        values = rule.values
        if values is None:
            return None
        allowed = frozenset(values.set) if values.set is not None else None
        try:
            return ValueLimits(values.min, values.max, allowed, values.mask, values.step)
        except UsageError as error:
            self._complain((*path, "values"), str(error))
            return None

    def _places(self, rule: PolicyRule, path: KeyPath) -> tuple[Place, ...]:
        places: list[Place] = []
        for index, text in enumerate(rule.points or ()):
            at = (
                (*path, "points", index) if isinstance(self._raw(path, "points"), list) else (*path, "points")
            )
            points = self._mapped(rule, text, path)
            try:
                places += self._of_points(points, rule) if points else self._of_reference(text)
            except UsageError as error:
                known = self._map(rule, path)
                hint = nearest(text, known.points) if known is not None else ""
                self._complain(at, str(error), hint)
        return tuple(places)

    def _raw(self, path: KeyPath, key: str) -> Any:
        rules = self._document.data.get("rules")
        index = path[1]
        return rules[index].get(key) if isinstance(rules, list) and isinstance(index, int) else None

    def _mapped(self, rule: PolicyRule, text: str, path: KeyPath) -> list[Point]:
        known = self._map(rule, path)
        if known is None:
            return []
        return [one.point for name, one in known.points.items() if name == text or fnmatchcase(name, text)]

    def _map(self, rule: PolicyRule, path: KeyPath) -> DeviceMap | None:
        name = rule.map or self._file.map
        if name is None:
            return None
        if name not in self._maps:
            self._maps[name] = None
            try:
                self._maps[name] = Library.default().load(name, self._document.path.parent)
            except Port502Error as error:
                self._complain((*path, "map") if rule.map else ("map",), str(error))
        return self._maps[name]

    def _of_points(self, points: Sequence[Point], rule: PolicyRule) -> list[Place]:
        judged = rule.values is not None
        for point in points:
            if judged and point.meaning is not None and (point.meaning.mask or point.meaning.scale_register):
                raise UsageError(
                    f"{point.name} cannot be limited by its value: it shares its registers with other values,"
                    " or takes its scale from another one; limit its registers instead"
                )
        return [Place(one.table, one.address, one.width, one if judged else None) for one in points]

    def _of_reference(self, text: str) -> list[Place]:
        reference = parse_reference(text)
        if reference.notice:
            raise UsageError(reference.notice)
        if reference.type is None:
            return [Place(reference.table, reference.address, reference.span)]
        return [
            Place(one.table, one.address, one.width, Point.from_reference(one)) for one in reference.each()
        ]

    def _complain(self, path: KeyPath, message: str, hint: str = "", *, severity: str = ERROR) -> None:
        self.faults.append(self._document.fault(path, message, hint, severity=severity))
