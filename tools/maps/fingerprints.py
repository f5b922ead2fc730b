"""How products are recognised: the sources' rules in the form of a map."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

KEPT = (
    "kind", "table", "address", "type", "length", "value", "values", "values_ascii", "equals", "contains", "in",
    "regex", "bases", "models", "vendor", "product", "product_contains",
)  # fmt: skip
USEFUL = (
    "value",
    "values",
    "values_ascii",
    "equals",
    "contains",
    "in",
    "regex",
    "product",
    "product_contains",
)


def read_rules(path: Path) -> dict[str, list[dict[str, Any]]]:
    """The rules of a JSON Lines file that name the entry they belong to, by that entry."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            raw = json.loads(line)
            target = raw.get("map", "")
            if target and " " not in target and raw.get("evidence") != "recall":
                found[target].append(raw["rule"])
    return found


def rules_of(raw: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rules of a map, each once; those that any product would meet only where there is none better."""
    rules: list[dict[str, Any]] = []
    for one in raw:
        rule = _rule(one)
        if rule and rule not in rules:
            rules.append(rule)
    return [rule for rule in rules if any(key in rule for key in USEFUL)]


def _rule(raw: dict[str, Any]) -> dict[str, Any]:
    rule = {key: raw[key] for key in KEPT if key in raw}
    if rule.get("kind") == "register_string" and isinstance(rule.get("equals"), int):
        return {
            "kind": "register_equals",
            "table": rule["table"],
            "address": rule["address"],
            "value": rule["equals"],
        }
    if rule.get("kind") == "register_equals" and not isinstance(rule.get("value"), int):
        return {}
    return rule
