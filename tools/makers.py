"""Makes src/port502/discover/makers.csv out of the public listing of the IEEE Registration Authority.

    python tools/makers.py FOLDER > src/port502/discover/makers.csv

FOLDER holds oui.csv and oui36.csv, as Debian's package ieee-data has them. Only makers of what stands in plants are
kept; the listing is in the public domain.
"""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path

MAKERS = (
    "schneider electric|telemecanique|square d|pelco by schneider|siemens|rockwell automation|allen-?bradley|abb |"
    "phoenix contact|wago|beckhoff|moxa|advantech|mitsubishi electric|omron|yokogawa|honeywell|emerson|"
    "festo|danfoss|weidm|turck|pilz|sick ag|ifm electronic|pepperl|hms industrial|hilscher|"
    "lantronix|digi international|red lion|prosoft|westermo|hirschmann|belden|b&r industrial|bernecker|"
    "lenze|sew[- ]eurodrive|keb automation|nidec|yaskawa|fanuc|kuka|bosch rexroth|keyence|panasonic industrial|"
    "delta electronics|inovance|eaton|janitza|socomec|carlo gavazzi|circutor|sma solar|fronius|"
    "solaredge|huawei digital power|goodwe|sungrow|growatt|ginlong|kostal|enphase|victron|"
    "keba|alfen|webasto|wallbox|abl sursum|mennekes|compleo|nibe|stiebel|viessmann|vaillant|"
    "saia|sauter|belimo|johnson controls|trane|carrier corp|distech|loytec|deif|comap|deep sea|"
    "woodward|caterpillar|cummins|apc by|american power conversion|vertiv|liebert|raritan|riello|socamel|"
    "acromag|opto 22|national instruments|icp das|maple systems|weintek|exor|pro-?face|digital electronics corp|"
    "insys|mguard|innominate|sixnet|garrettcom|ruggedcom|"
    "contemporary controls|lumel|elko|crompton|frer|algodue|accuenergy|satec|electro industries|schweitzer|"
    "general electric|ge fanuc|ge energy|areva|alstom|toshiba mitsubishi|hitachi industrial|fuji electric|"
    "koyo|automationdirect|unitronics|horner|idec|teltonika|robustel|usr iot|waveshare|espressif|wiznet|"
    "endress|krohne|vega grieshaber|samson ag|burkert|bürkert|jumo|gefran|eurotherm|watlow|"
    "wilo|grundfos|ksb|xylem|kaeser|atlas copco|trumpf|balluff|murrelektronik|helmholz|deutschmann|anybus"
)
PATTERN = re.compile(rf"\b(?:{MAKERS})", re.IGNORECASE)
LEGAL = re.compile(
    r"[ ,.]+(?:gmbh(?: ?& ?co\.? ?kg)?|ag|kg|inc|corp(?:oration)?|co|ltd|limited|llc|s\.?p\.?a|s\.?a\.?s?|s\.?r\.?l|"
    r"b\.?v|a/?s|oy|ab|plc|company|se|s\.?l\.?u?)\.?$",
    re.IGNORECASE,
)


def short(name: str) -> str:
    """A maker's name without what only a register of companies needs."""
    name = " ".join(name.split())
    while (cut := LEGAL.sub("", name)) != name and len(cut) > 2:
        name = cut
    return name.rstrip(" ,.&")


def main(folder: Path) -> None:
    """Print the list."""
    print("# Beginnings of hardware addresses and their makers, as far as these make what stands in plants.")
    print("# From the public OUI listing of the IEEE Registration Authority (public domain), as in Debian's")
    print("# package ieee-data 20220827.1; made by tools/makers.py.")
    found: dict[str, str] = {}
    for name in ("oui.csv", "oui36.csv"):
        with (folder / name).open(encoding="utf-8", errors="replace", newline="") as lines:
            for row in csv.reader(lines):
                if len(row) >= 3 and PATTERN.search(row[2]):
                    found[row[1].upper()] = short(row[2])
    out = csv.writer(sys.stdout, lineterminator="\n")
    for assignment in sorted(found):
        out.writerow([assignment, found[assignment]])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
