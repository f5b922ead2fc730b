"""One finding: what was detected between whom, how often, when, and in which frames it can be seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from port502.traffic.findings.attack import Attack
from port502.traffic.findings.detection import Detection
from port502.traffic.findings.severity import Severity
from port502.traffic.findings.table import DETECTIONS
from port502.traffic.moment import time_text
from port502.traffic.record import Place

MOST_FRAMES: Final = 16
"""Frames of evidence that are kept: the first ones, and the last one."""


@dataclass(slots=True)
class Finding:
    """Something suspicious. ``number`` counts findings from 1; times are ns since 1970.

    ``frames`` are the first ones that show it and the last one; it happened ``count`` times. ``places`` are what its
    sentence is filled with, from the time it was last seen. ``server`` is empty where there is none in particular.
    """

    number: int
    code: str
    client: str
    server: str
    first: int
    last: int
    places: dict[str, object]
    unit: int | None = None
    count: int = 0
    frames: list[int] = field(default_factory=list)

    @property
    def detection(self) -> Detection:
        """What kind it is."""
        return DETECTIONS[self.code]

    @property
    def severity(self) -> Severity:
        """How serious it is."""
        return self.detection.severity

    @property
    def sentence(self) -> str:
        """What happened, in plain words."""
        return self._filled(self.detection.sentence)

    @property
    def fix(self) -> str:
        """What to do about it."""
        return self._filled(self.detection.fix)

    def again(self, time: int, frame: int) -> None:
        """It was seen once more."""
        self.count += 1
        self.last = max(self.last, time)
        if frame and frame not in self.frames[-1:]:
            if len(self.frames) >= MOST_FRAMES:
                self.frames.pop()
            self.frames.append(frame)

    def record(self, attack: Attack, place: Place | None = None) -> dict[str, object]:
        """The finding by its field names; ``place`` gives the file of a frame and its number there."""
        record: dict[str, object] = {
            "finding": self.code,
            "severity": str(self.severity),
            "title": self.detection.title,
            "text": self.sentence,
            "client": self.client or None,
            "server": self.server or None,
            "unit_id": self.unit,
            "count": self.count,
            "first": time_text(self.first),
            "last": time_text(self.last),
        }
        if place is None:
            record["frames"] = list(self.frames)
        else:
            placed = [place(frame) for frame in self.frames]
            record["frames"] = [{"file": file, "frame": frame} for file, frame in placed]
        record |= {
            "fix": self.fix,
            "attack": [{"id": one.id, "name": one.name} for one in attack.techniques(self.code)],
            "attack_version": attack.version,
            "mitigations": [str(one) for one in attack.mitigations(self.code)],
        }
        return {name: value for name, value in record.items() if value is not None}

    def _filled(self, text: str) -> str:
        return text.format_map(
            {"client": self.client, "server": self.server, "unit": self.unit} | self.places
        )
