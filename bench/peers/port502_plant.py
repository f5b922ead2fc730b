"""A plant of many meters in one process, as `simulate` runs it: writes down where each listens."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from bench.peers.collecting import raise_descriptor_limit
from bench.peers.loops import run, until_input_ends
from port502.site.plant_file import PlantDescription, load_plant

PLANT = """\
plant: hall
seed: 502
devices:
  meter: {{map: {map}, copies: {meters}, listen: "tcp://127.0.0.1:0"}}
"""


def write_down(urls: Iterable[str], places: Path) -> None:
    """One place in a line."""
    places.write_text("\n".join(urls), encoding="utf-8")


async def simulate(described: PlantDescription, places: Path) -> None:
    """Answer until standard input ends."""
    async with described.plant() as plant:
        write_down(plant.urls.values(), places)
        await until_input_ends(0)


def main() -> None:
    raise_descriptor_limit()
    folder = Path(sys.argv[1])
    file = folder / "plant.yaml"
    file.write_text(PLANT.format(map=sys.argv[2], meters=sys.argv[3]), encoding="utf-8")
    run(simulate(load_plant(file), folder / "places"), uvloop=False)


if __name__ == "__main__":
    main()
