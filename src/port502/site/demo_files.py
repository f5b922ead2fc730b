"""The files of the demo: a plant to simulate, and the site that collects it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

KINDS: tuple[tuple[str, str, str], ...] = (
    ("eastron", "eastron/sdm630", "active_energy_import"),
    ("abb", "abb/b23", "active_energy_import"),
    ("schneider", "schneider/iem3000", "active_energy_import"),
    ("siemens", "siemens/pac2200", "active_energy_import"),
    ("gavazzi", "carlo-gavazzi/em24", "active_energy_import"),
    ("janitza", "janitza/umg96rm", "active_energy_total"),
    ("socomec", "socomec/countis-e43", "active_energy_import"),
    ("chint", "chint/dtsu666", "active_energy_import"),
    ("inepro", "inepro/pro380", "active_energy_import"),
    ("wago", "wago/879-30xx", "active_energy_import"),
)
"""The kinds of meters, taken in turns: a short name, the map, and what it calls its energy counter."""

METER_NETWORK = "127.0.2."
FEEDERS = 4
"""So many meters, the first ones, are polled by the plant's own PLC; all of them count in W."""

FEEDER_PLACE = 200
"""The holding register of the PLC from which on it keeps what it polled, as float32."""

DEVICE_NAME, MAP_NAME, PLANT_NAME, SITE_NAME = "plc.yaml", "tank.yaml", "plant.yaml", "site.yaml"
POLICY_NAME, USUAL_NAME = "policy.yaml", "usual.yaml"

SILENT, SILENT_FROM = 6, "25s"
"""The meter that falls silent, by its place, and when."""

GUARD = "plc-guard"
"""The listener that stands before the PLC."""

HALL = "hall-bus"
"""The serial line of the gateway hall: a connection of the site, and a line of the plant."""

HALL_KINDS = ("eastron/sdm630", "abb/b23", "schneider/iem3000", "siemens/pac2200")
"""Its slaves, unit 1 and up."""

LINE_NAME = "hall-line"
"""The end of that line that the site opens, beside its file."""

INTRUDER = "127.0.66.6"
"""Where the hostile client comes from, on a system that has the address."""

TANK_MAP = """\
# The map of the demo's PLC: what `port502 simulate` serves for it, and how the site reads it.
map: demo/tank
manufacturer: port502
models: [Tank control]
category: plc
points:
  level: {ref: holding:0, scale: 0.1, unit: "%", quantity: level}
  pump_on: {ref: coil:0, quantity: switch_state}
  pump_speed: {ref: holding:10, unit: rpm, quantity: pump_speed}
  flow_1: {ref: holding:2, type: float32, unit: L/min, quantity: flow, note: into the tank}
  flow_2: {ref: holding:4, type: float32, unit: L/min, quantity: flow, note: out of the tank}
  temperature: {ref: holding:1, type: int16, scale: 0.1, unit: Cel, quantity: temperature}
  scans: {ref: holding:6, type: uint32, quantity: counter}
  volume: {ref: holding:8, type: float32, unit: m3, quantity: volume}
  starts: {ref: holding:11, quantity: starts}
  automatic: {ref: coil:1, quantity: command, write: {}}
  speed_setpoint: {ref: holding:100, unit: rpm, quantity: speed_setpoint, write: {min: 0, max: 1500}}
"""

PLC_FILE = f"""\
# The demo's PLC as a device: a map of its own, and a name of its own.
device: tank-control
map: {MAP_NAME}
identity: {{vendor: port502, product: demo PLC, revision: "1.0", product_name: Tank control}}
"""

POLICY_FILE = """\
# What the guard before the demo's PLC lets through. What no rule allows is refused with exception 01.
default: deny
map: tank.yaml
clients:
  operator: {from: [127.0.0.1]}
rules:
  - {name: operators read, clients: [operator], units: [1], functions: [read], points: ["*"]}
  - {name: operators set the speed, clients: [operator], units: [1], functions: [write], points: [speed_setpoint],
     values: {min: 0, max: 1500}}
  - {name: operators switch, clients: [operator], units: [1], functions: [write], points: [automatic]}
"""

_USUAL = """\
# What is usual at the guard before the demo's PLC; whoever else asks there, or something else, is a finding.
baseline: operators of the demo's PLC
conversations:
  - client: 127.0.0.1
    server: {host}
    port: {port}
    unit: 1
    functions: [1, 3, 5, 6]
    reads: ["coil:0*2", "holding:0*12", "holding:100"]
    writes: ["coil:1", "holding:100"]
    values: {{"holding:100": {{min: 0, max: 1500, step: 500, writes: 100}}}}
    per_second: 20
"""

_PLANT_HEAD = """\
# The plant of `port502 demo`, written anew each time it starts; `port502 simulate plant.yaml` serves it too.
plant: demo
seed: 7
clock: {begin: "10:00"}

devices:
"""

_SITE_HEAD = """\
# The site of `port502 demo`, written anew each time it starts.
site: demo

connections:
"""

_DEVICES = """\

devices:
  tank:
    connection: plc
    map: tank.yaml
    interval: 500ms
    writes: true
    points:
      balance: {expression: "flow_1 - flow_2", unit: L/min}
  inverter:
    connection: inverter
    map: sungrow/sg
    max_registers: 100
    groups:
      power: {interval: 2s, points: [active_power_total, dc_power_total, "voltage_l?", "current_l?"]}
      state: {interval: 5s, points: [work_state, inverter_temperature]}
      energy: {interval: 15s, points: [pv_production_energy_total]}
    points:
      efficiency: {expression: "100 * active_power_total / max(dc_power_total, 1)", unit: "%"}
  battery:
    connection: battery
    map: byd/battery-box
    groups:
      power: {interval: 2s, points: [state_of_charge, battery_voltage, battery_current]}
      health: {interval: 15s, points: [state_of_health, "battery_*_temperature", battery_error]}
    points:
      power: {expression: "battery_voltage * battery_current", unit: W}
  drive:
    connection: drive
    map: siemens/sinamics-g120
    groups:
      motor: {interval: 1s, points: [speed_actual, active_power, torque_actual, "output_*", speed_setpoint]}
      state: {interval: 5s, points: [status_word, fault_number_1]}
  heat-pump:
    connection: heat-pump
    map: stiebel-eltron/wpm
    groups:
      heat: {interval: 5s, points: [outside_temperature, actual_flow_temperature, actual_return_temperature, \
actual_temperature_hot_water]}
"""

_METER = """\
  {name}:
    connection: {connection}
    unit: {unit}
    map: {map}
    groups:
      live: {{interval: 5s, points: [active_power_total, "voltage_l?", "current_l?", frequency]}}
      energy: {{interval: 15s, points: [{energy}]}}
"""

_ALARMS = """
alarms:
  silent: {device: "*", offline: true, for: 2s, priority: high}
  level-high: {point: tank.level, high: 70, hysteresis: 1, say: "The tank is filled to {tank.level} %"}
  pump-overspeed: {point: tank.pump_speed, high: 1500, for: 0, priority: critical, \
say: "The pump runs at {tank.pump_speed} rpm"}
  inverter-warm: {point: inverter.inverter_temperature, high: 60, hysteresis: 5, for: 10s}
  flow-gone: {when: "tank.pump_on and tank.flow_2 < 1", for: 10s, priority: high, say: The pump runs and nothing flows}
"""

_SITE_TAIL = "\nhistory: {path: data/, keep: 1d, max_size: 256MiB}\n"


@dataclass(frozen=True, slots=True)
class Part:
    """A device of the demo: its name, what it is (a key of the plant file), and the address meant for it.

    ``timeout`` is how long the site waits for its replies, ``manners`` are more keys of its connection.
    """

    name: str
    what: str
    host: str
    timeout: str = "400ms"
    manners: str = ""


@dataclass(frozen=True, slots=True)
class Door:
    """A listener of the demo's site: its name, what answers its clients, and the address meant for it."""

    name: str
    what: str
    host: str


DOORS = (
    Door(GUARD, f"policy: {POLICY_NAME}, baseline: {USUAL_NAME}, guard: {{connection: plc}}", "127.0.3.101"),
    Door("hall", f"gateway: [{{units: 1-{len(HALL_KINDS)}, bus: {HALL}}}]", "127.0.3.102"),
    Door("inverter-for-all", "share: {connection: inverter, cache: 1s}", "127.0.3.103"),
)
"""Where others come in, besides the collector."""


def parts(meters: int) -> list[Part]:
    """All devices of a demo with so many meters."""
    return [
        Part("plc", f"file: {DEVICE_NAME}", "127.0.3.1", "200ms"),
        Part(
            "inverter",
            "map: sungrow/sg, personality: one-connection-inverter",
            "127.0.3.2",
            "900ms",
            "settle: 1200ms",
        ),
        Part("battery", "map: byd/battery-box", "127.0.3.3"),
        Part("drive", "map: siemens/sinamics-g120", "127.0.3.4"),
        Part("heat-pump", "map: stiebel-eltron/wpm", "127.0.3.5"),
        Part(HALL, f"units: {{{_hall_units()}}}", "127.0.3.6", "300ms"),
        *(
            Part(name, f"map: {KINDS[place % len(KINDS)][1]}", f"{METER_NETWORK}{place + 1}")
            for place, name in enumerate(meter_names(meters))
        ),
    ]


def _hall_units() -> str:
    return ", ".join(f"{unit}: {kind}" for unit, kind in enumerate(HALL_KINDS, 1))


def meter_names(meters: int) -> list[str]:
    """The meters by maker and number: ``eastron-01``, ``abb-02``, ..."""
    return [f"{KINDS[place % len(KINDS)][0]}-{place + 1:02d}" for place in range(meters)]


def plant_text(known: Sequence[Part], urls: Mapping[str, str]) -> str:
    """The plant file; ``urls`` says where each part listens. Its PLC polls the first meters every second.

    A hall on a serial line gets one of the plant's own. Somebody who looks at the demo for a while is to find
    something: one meter falls silent.
    """
    feeders = [part.name for part in known if part.host.startswith(METER_NETWORK)][:FEEDERS]
    lines = [_PLANT_HEAD]
    for part in known:
        lines.append(f"  {part.name}: {{{part.what}, {_listens(part, urls[part.name])}}}\n")
        if part.name == "plc":
            lines[-1] = _plc_text(part, urls[part.name], feeders)
    meters = [part.name for part in known if part.host.startswith(METER_NETWORK)]
    if len(meters) > FEEDERS:
        lines.append(
            f"\nfaults:\n  - {{device: {meters[SILENT % len(meters)]}, effect: silent, from: {SILENT_FROM}}}\n"
        )
    return "".join(lines)


def _listens(part: Part, url: str) -> str:
    if part.name != HALL:
        return f'listen: "{url}"'
    return f'gateway: "{url}"' if url.startswith("rtu+tcp:") else f"pty: {LINE_NAME}"


def _plc_text(plc: Part, url: str, feeders: Sequence[str]) -> str:
    polls = "".join(
        f"      - {{device: {name}, points: [active_power_total], to: holding:{place}}}\n"
        for place, name in zip(_feeder_places(len(feeders)), feeders, strict=True)
    )
    return f'  {plc.name}:\n    {plc.what}\n    listen: "{url}"\n    polls:\n{polls}'


def site_text(known: Sequence[Part], urls: Mapping[str, str], meters: int, doors: Mapping[str, str]) -> str:
    """The site file that collects them; ``doors`` says where its listeners listen."""
    lines = [_SITE_HEAD]
    for part in known:
        manners = f", {part.manners}" if part.manners else ""
        lines.append(
            f'  {part.name}: {{url: "{urls[part.name]}", response_timeout: {part.timeout}{manners}}}\n'
        )
    lines += [_DEVICES, _feeders_text(min(FEEDERS, meters))]
    for place, name in enumerate(meter_names(meters)):
        _, device_map, energy = KINDS[place % len(KINDS)]
        lines.append(_METER.format(name=name, connection=name, unit=1, map=device_map, energy=energy))
    energy_of = {device_map: energy for _, device_map, energy in KINDS}
    for unit, device_map in enumerate(HALL_KINDS, 1):
        lines.append(
            _METER.format(
                name=f"hall-{unit}", connection=HALL, unit=unit, map=device_map, energy=energy_of[device_map]
            )
        )
    lines.append("\nlisteners:\n")
    lines += [f'  {door.name}: {{url: "{doors[door.name]}", {door.what}}}\n' for door in DOORS]
    lines += [_ALARMS, _SITE_TAIL]
    return "".join(lines)


def usual_text(guard: str) -> str:
    """The baseline of the guard before the PLC, which listens at this url."""
    host, _, port = guard.removeprefix("tcp://").rpartition(":")
    return _USUAL.format(host=host, port=port)


def _feeders_text(feeders: int) -> str:
    """The second device on the PLC's connection: what the PLC itself polled from the first meters."""
    points = "".join(
        f"      feeder_{number}: {{ref: holding:{place}, type: float32, unit: W}}\n"
        for number, place in enumerate(_feeder_places(feeders), 1)
    )
    total = " + ".join(f"feeder_{number}" for number in range(1, feeders + 1))
    return (
        "  feeders:\n    connection: plc\n    interval: 1s\n    points:\n"
        f'{points}      total: {{expression: "{total}", unit: W}}\n'
    )


def _feeder_places(feeders: int) -> range:
    return range(FEEDER_PLACE, FEEDER_PLACE + 2 * feeders, 2)
