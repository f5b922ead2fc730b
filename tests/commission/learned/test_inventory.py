"""The inventory."""

from __future__ import annotations

import csv
import io
import json

from port502.commission.learned.inventory import functions_of, inventory, inventory_csv, written
from tests.commission.learned.seen import lesson, polling
from tests.traffic.wire import adu


def test_hosts_servers_and_units() -> None:
    told = json.loads(json.dumps(inventory(lesson(*polling().records))))
    assert told["hosts"] == [
        {"address": "10.0.0.1", "role": "client", "name": "controller"},
        {"address": "10.0.0.2", "role": "server", "name": None},
    ]
    [server] = told["servers"]
    assert (server["address"], server["port"], server["framing"]) == ("10.0.0.2", 502, "mbap")
    [unit] = server["units"]
    assert unit["clients"] == ["10.0.0.1"]
    assert [one["function"] for one in unit["functions"]] == [3, 6]
    assert unit["read"] == [
        {"table": "holding", "address": 100, "count": 4, "interval_s": 1.0, "requests": 5}
    ]
    assert unit["refused"] == [{"function": 3, "exception": 2, "times": 1}]
    assert unit["moving"] == 2


def test_a_row_for_each_kind_of_request() -> None:
    found = lesson(*polling().records)
    rows = list(csv.DictReader(io.StringIO(inventory_csv(found))))
    assert [
        (row["function"], row["table"], row["address"], row["count"], row["interval_s"]) for row in rows
    ] == [
        ("3", "holding", "100", "4", "1.0"),
        ("3", "holding", "999", "1", ""),
        ("6", "", "101", "", ""),
    ]
    assert functions_of(found.devices[0][1]) == [3, 6]


def test_what_was_written_where() -> None:
    talk = polling()
    talk.asks(adu(910, "0f 0004 0002 01 03")).answers(adu(910, "0f 0004 0002"))
    talk.asks(adu(911, "5a 0001"))
    rows = [
        (one.function, one.place, one.times, one.lowest, one.highest)
        for one in written(lesson(*talk.records))
    ]
    assert rows == [("90", "", 1, None, None), ("15", "coil:4*2", 1, 1, 1), ("6", "holding:101", 1, 9, 9)]
    assert written(lesson(*talk.records))[2].record()["client"] == "10.0.0.1"
