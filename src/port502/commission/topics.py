"""All that can be explained: practices and codes, the doctor's findings, and those of captures and listeners."""

from __future__ import annotations

import re
from functools import cache

from port502.discover.explain import Topic, find, finding_topics, topics
from port502.traffic.findings.attack import Attack, own_attack
from port502.traffic.findings.detection import Detection
from port502.traffic.findings.table import DETECTIONS

_PLACE = re.compile(r"\{(\w+)\}")


def all_topics() -> list[Topic]:
    """Everything: practices, functions and exceptions, what the doctor finds, what is found in traffic."""
    return [*topics().values(), *finding_topics().values(), *detection_topics().values()]


def topic_of(words: str) -> Topic:
    """The topic somebody means, whatever they call it; raises UsageError, with what is near, for what is none."""
    return find(words, detection_topics())


@cache
def detection_topics() -> dict[str, Topic]:
    """Every detection by its code."""
    return {code: _topic(one, own_attack()) for code, one in DETECTIONS.items()}


def _topic(one: Detection, attack: Attack) -> Topic:
    lines = [
        f"{one.sentence}.",
        "",
        f"**Severity**: {one.severity}.",
        "",
        f"**Told by**: {one.seen_by}.",
    ]
    if one.learned:
        lines += ["", "It needs a baseline: what is new can only be told where it is known what is usual."]
    lines += ["", f"**To do**: {one.fix}."]
    techniques, mitigations = attack.techniques(one.code), attack.mitigations(one.code)
    if techniques:
        lines += ["", f"**ATT&CK for ICS {attack.version}**: {', '.join(map(str, techniques))}."]
    if mitigations:
        lines += ["", f"**Mitigated by**: {', '.join(map(str, mitigations))}."]
    text = _PLACE.sub(lambda match: match[1].upper(), "\n".join(lines))
    commands = ["port502 inspect CAPTURE --findings"]
    if one.learned:
        commands.append("port502 inspect CAPTURE --findings --baseline-for 10m")
    return Topic(one.code, f"{one.code}: {one.title}", text, commands=tuple(commands))
