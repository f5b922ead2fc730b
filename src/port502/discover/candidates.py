"""Which products and maps fit what a unit said, best first, with the evidence, and what would tell them apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from port502.discover.identity import Facts, text_of
from port502.discover.products import Product, fits, is_telling, seen
from port502.registers.maps.index import MapSummary
from port502.registers.maps.model import DeviceMap, MapPoint

SUNSPEC = "sunspec"
"""The map that a device makes of itself."""

SURE, LIKELY = 80, 50
NEAR = 10
"""Candidates whose scores lie no further apart are not told apart by what was seen."""

MOST = 8
_RULE, _PLAIN_RULE, _UNCONFIRMED = 88, 25, 30
_OWN_CHAIN = 84
_MAKER, _MODEL, _RELATED = 22, 52, 30
_AT_HOME = 3
_SHORTEST_MODEL, _LONG_NAME = 3, 10


@dataclass(frozen=True, slots=True)
class Candidate:
    """A product that it may be: ``score`` of 0-99, ``map`` the name of its map, empty where there is none."""

    map: str
    product: str
    manufacturer: str
    score: int
    evidence: tuple[str, ...] = ()

    @property
    def confidence(self) -> str:
        """``sure``, ``likely`` or ``possible``."""
        return "sure" if self.score >= SURE else "likely" if self.score >= LIKELY else "possible"


@dataclass(slots=True)
class _Case:
    """What speaks for one product."""

    map: str
    product: str
    manufacturer: str
    score: int = 0
    evidence: list[str] = field(default_factory=list)

    def add(self, score: int, evidence: str) -> None:
        """Evidence of two kinds together is worth more than the better of them, but never certainty."""
        best, other = max(self.score, score), min(self.score, score)
        self.score = min(99, best + other // 6)
        if evidence and evidence not in self.evidence:
            self.evidence.append(evidence)

    def finished(self) -> Candidate:
        return Candidate(self.map, self.product, self.manufacturer, self.score, tuple(self.evidence))


def rank(
    facts: Facts,
    products: Iterable[Product],
    summaries: Iterable[MapSummary],
    *,
    unit: int | None = None,
    port: int | None = None,
    maker: str = "",
) -> list[Candidate]:
    """The candidates, best first, at most eight; ``maker`` is who made its network interface."""
    cases: dict[tuple[str, str], _Case] = {}

    def case(map_name: str, product: str, manufacturer: str) -> _Case:
        key = (map_name, "" if map_name else f"{manufacturer} {product}")
        return cases.setdefault(key, _Case(map_name, product, manufacturer))

    if facts.common is not None:
        said = f"SunSpec chain at holding:{facts.base}, models {', '.join(map(str, facts.models))}"
        case(SUNSPEC, facts.product, facts.manufacturer).add(_OWN_CHAIN, said)
    for product in products:
        score, evidence = _judged(product, facts)
        if score:
            usual = unit in product.units or port in product.ports
            for name in product.maps or ("",):
                one = case(name, product.name, product.manufacturer)
                one.add(score + (_AT_HOME if usual else 0), evidence)
    for summary in summaries:
        score, evidence = _named(summary, facts)
        if score:
            title = ", ".join(summary.models[:3]) or summary.name
            case(summary.name, title, summary.manufacturer).add(score, evidence)
    for one in cases.values():
        if maker and same_maker(maker, one.manufacturer):
            one.add(_AT_HOME * 8, f"its network interface is made by {maker}")
    ordered = sorted(cases.values(), key=lambda one: (-one.score, one.map == "", one.map, one.product))
    if ordered and ordered[0].score >= LIKELY:
        ordered = [
            one for one in ordered if one.score > _MAKER + _AT_HOME
        ]  # the same maker's others say nothing
    return [one.finished() for one in ordered[:MOST]]


def undecided(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The first candidates, where what was seen does not tell them apart; empty when there is one best."""
    if not candidates:
        return []
    near = [one for one in candidates if candidates[0].score - one.score <= NEAR and one.map]
    return near if len(near) > 1 else []


def distinctions(maps: Sequence[DeviceMap]) -> list[tuple[str, MapPoint]]:
    """For each map a point that none of the others has at its place: read it to see whether it is this one."""
    found = []
    for one in maps:
        others = {
            (point.point.table, address)
            for other in maps
            if other is not one
            for point in other.points.values()
            for address in range(point.point.address, point.point.address + point.point.width)
        }
        own = (
            point
            for point in one.points.values()
            if (point.point.table, point.point.address) not in others and not point.group
        )
        first = next(own, None)
        if first is not None:
            found.append((one.name, first))
    return found


def same_maker(one: str, other: str) -> bool:
    """Whether two names of makers mean the same one: the first word that says something is the same."""
    return bool(one and other) and _first_word(one) == _first_word(other)


def _judged(product: Product, facts: Facts) -> tuple[int, str]:
    """How well a product's rules fit: the best of its alternatives."""
    best, words = 0, ""
    for alternative in product.fingerprint:
        if not all(fits(rule, facts) for rule in alternative):
            continue
        telling = [rule for rule in alternative if is_telling(rule)]
        score = _RULE if telling else _PLAIN_RULE
        if not product.confirmed:
            score -= _UNCONFIRMED if telling else 0
        if score > best:
            best, words = score, "; ".join(seen(rule, facts) for rule in alternative)
    if best and len(product.maps) != 1:
        best -= NEAR + 1  # a family comes behind one that is told from its relatives
    return best, words


def _named(summary: MapSummary, facts: Facts) -> tuple[int, str]:
    """How well a map's maker and models fit the names that a unit gave itself."""
    server = text_of(facts.server_id or b"")
    texts = [facts.manufacturer, facts.product, server]
    texts += [text_of(value) for number, value in facts.objects.items() if number not in (2, 3)]
    said = _plain(" ".join(texts))
    if len(said) < _SHORTEST_MODEL:
        return 0, ""
    score, words = 0, []
    if (first := _first_word(summary.manufacturer)) and first in said:
        score += _MAKER
        words.append(summary.manufacturer)
    models = {model: _plain(model) for model in summary.models}
    exact = [model for model, plain in models.items() if _is_specific(plain) and plain in said]
    if exact:
        longest = max(exact, key=len)
        score += _MODEL + min(10, len(_plain(longest)))
        words.append(longest)
    elif score and (related := next((m for m, plain in models.items() if _is_related(plain, said)), None)):
        score += _RELATED
        words.append(f"related to {related}")
    if not exact and not score:
        return 0, ""
    if exact and not score >= _MAKER + _MODEL:
        score -= _MAKER  # a model's name alone may be anybody's
    return score, f"names itself {' '.join(words)}"


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _is_specific(plain: str) -> bool:
    """Whether a model's name is hardly found by chance: with digits and letters, or long."""
    mixed = any(one.isdigit() for one in plain) and not plain.isdigit()
    return len(plain) >= (_SHORTEST_MODEL if mixed else _LONG_NAME)


def _is_related(plain: str, said: str) -> bool:
    """Whether the beginning of a model's name, with its first digits, stands there: PM5110 and PM5100."""
    match = re.match(r"[a-z]{2,}\d{2}", plain)
    return match is not None and match[0] in said


def _first_word(maker: str) -> str:
    words = re.findall(r"[a-z0-9]+", maker.lower())
    return next((word for word in words if len(word) > 2 and word != "the"), words[0] if words else "")
