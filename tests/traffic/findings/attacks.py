"""One scene for each detection that shows just that, as an attacker or a fault would cause it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from port502.transport.capture import SYN
from tests.traffic.findings.scene import INTRUDER, OTHER_PLC, PLC, Line, Scene, usual_morning

LEARNED = 600.0


@dataclass(frozen=True)
class Attack:
    """A scene that shows a detection; ``also`` are found too. Detections that compare are shown after ten minutes."""

    code: str
    play: Callable[[Scene], None]
    also: frozenset[str]


ATTACKS: dict[str, Attack] = {}


def shows(code: str, *also: str) -> Callable[[Callable[[Scene], None]], Callable[[Scene], None]]:
    def add(play: Callable[[Scene], None]) -> Callable[[Scene], None]:
        ATTACKS[code] = Attack(code, play, frozenset(also))
        return play

    return add


Then = Callable[[Scene, Line, Line], None]


def shows_learned(code: str, *also: str) -> Callable[[Then], Then]:
    def add(then: Then) -> Then:
        def play(scene: Scene) -> None:
            one, other = usual_morning(scene)
            scene.at = LEARNED + 1
            then(scene, one, other)

        ATTACKS[code] = Attack(code, play, frozenset(also))
        return then

    return add


@shows_learned("CLIENT.ROGUE")
def rogue(scene: Scene, one: Line, other: Line) -> None:
    scene.line(INTRUDER).read(0, 10)


@shows_learned("CLIENT.FIELD_DEVICE")
def field_device(scene: Scene, one: Line, other: Line) -> None:
    scene.line(OTHER_PLC, PLC).read(0, 10)


@shows("ADDRESS.PUBLIC")
def public(scene: Scene) -> None:
    scene.line("8.8.8.8").read()


@shows("TLS.REFUSED")
def tls_refused(scene: Scene) -> None:
    line = scene.line(port=802)
    line.send(bytes.fromhex("16030100050100000100"))
    line.send(bytes.fromhex("15030300020246"), client=False)


@shows_learned("WRITE.STRANGER", "CLIENT.ROGUE")
def stranger(scene: Scene, one: Line, other: Line) -> None:
    scene.line(INTRUDER).write(200, 500)


@shows_learned("WRITE.READER")
def reader(scene: Scene, one: Line, other: Line) -> None:
    other.write(0, 1)


@shows_learned("WRITE.PLACE")
def other_place(scene: Scene, one: Line, other: Line) -> None:
    one.write(201, 500)


@shows_learned("VALUE.RANGE")
def out_of_range(scene: Scene, one: Line, other: Line) -> None:
    one.write(200, 65535)


@shows("VALUE.TOGGLING")
def toggling(scene: Scene) -> None:
    line = scene.line()
    for turn in range(30):
        line.ask(f"05 0003 {'ff00' if turn % 2 else '0000'}").answer(
            f"05 0003 {'ff00' if turn % 2 else '0000'}"
        )


@shows("DIAGNOSTICS.LISTEN_ONLY")
def listen_only(scene: Scene) -> None:
    scene.line().ask("08 0004 0000")


@shows("DIAGNOSTICS.RESTART")
def restart(scene: Scene) -> None:
    scene.line().ask("08 0001 0000").answer("08 0001 0000")


@shows("DIAGNOSTICS.CLEARED")
def cleared(scene: Scene) -> None:
    scene.line().ask("08 000a 0000").answer("08 000a 0000")


@shows("DIAGNOSTICS.EVENT_LOG")
def event_log(scene: Scene) -> None:
    scene.line().ask("0c").answer("0c 08 0000 0108 0121 20 00")


@shows("PROGRAMMING.VENDOR")
def vendor(scene: Scene) -> None:
    scene.line().ask("5a 00 02").answer("5a 00 fe")


@shows("PROGRAMMING.RUN_STATE")
def stopped(scene: Scene) -> None:
    scene.line().ask("5a 01 41 ff00").answer("5a 01 fe")


@shows("FUNCTION.RARE")
def rare(scene: Scene) -> None:
    scene.line().ask("2a 00").answer("2a 00")


@shows_learned("FUNCTION.NEW")
def new_function(scene: Scene, one: Line, other: Line) -> None:
    one.ask("08 0000 a537").answer("08 0000 a537")


@shows_learned("READ.PLACE")
def other_read(scene: Scene, one: Line, other: Line) -> None:
    one.read(1000, 2)


@shows("READ.BULK")
def bulk(scene: Scene) -> None:
    line = scene.line()
    for block in range(40):
        line.read(block * 125, 125)


@shows("RECON.IDENTIFICATION")
def identification(scene: Scene) -> None:
    scene.line().ask("11").answer("11 03 01 ff 41")


@shows("RECON.SWEEP", "RECON.IDENTIFICATION")
def identification_sweep(scene: Scene) -> None:
    for last in range(4):
        line = scene.line(INTRUDER, f"10.0.0.{last + 2}")
        line.ask("2b 0e 01 00").answer("2b 0e 01 01 00 00 01 00 01 41")


@shows("SCAN.UNITS")
def unit_scan(scene: Scene) -> None:
    for unit in range(1, 20):
        scene.line(INTRUDER).ask("04 0001 0001", unit).answer("84 0b", unit).close()


@shows("SCAN.ADDRESSES")
def address_scan(scene: Scene) -> None:
    line = scene.line(INTRUDER)
    for address in range(0, 8000, 1000):
        line.ask(f"03 {address:04x} 0001").answer("83 02")


@shows("SCAN.FUNCTIONS", "FUNCTION.RARE")
def function_scan(scene: Scene) -> None:
    line = scene.line(INTRUDER)
    for function in (1, 2, 24, 41, 44):
        data = "0000 0001" if function < 3 else "0000" if function == 24 else ""
        line.ask(f"{function:02x} {data}").answer(f"{function | 0x80:02x} 01")


@shows("SCAN.HOSTS")
def host_scan(scene: Scene) -> None:
    for last in range(2, 30):
        line = scene.line(INTRUDER, f"10.0.1.{last}", opened=False).knock()
        if last % 2:
            line.refuse()
        scene.at += 0.2


@shows("FLOOD.REQUESTS")
def flood(scene: Scene) -> None:
    line = scene.line(INTRUDER)
    for number in range(600):
        line.read(number % 7)
        scene.at -= 0.0005


@shows("FLOOD.WAITING")
def pile(scene: Scene) -> None:
    line = scene.line(INTRUDER).read()
    for _ in range(120):
        line.ask("03 0000 0001")


@shows("FLOOD.CONNECTIONS")
def connections(scene: Scene) -> None:
    lines = [scene.line(INTRUDER) for _ in range(20)]
    lines[0].read()


@shows("FLOOD.HALF_OPEN")
def half_open(scene: Scene) -> None:
    for _ in range(60):
        scene.line(INTRUDER, opened=False).send(b"", flags=SYN)


@shows("FLOOD.SLOW_BYTES")
def slow_bytes(scene: Scene) -> None:
    line = scene.line(INTRUDER)
    for byte in bytes.fromhex("0001 0000 0006 01 03 0000 0001"):
        line.send(bytes([byte]))
        scene.at += 2
    line.send(bytes.fromhex("0001 0000 0005 01 03 02 0001"), client=False)


@shows("TROUBLE.EXCEPTIONS")
def exceptions(scene: Scene) -> None:
    line = scene.line().read()
    for _ in range(30):
        line.ask("03 0000 0001").answer("83 06")


@shows_learned("TROUBLE.SLOW")
def slow(scene: Scene, one: Line, other: Line) -> None:
    for _ in range(12):
        one.ask("03 0000 000a")
        scene.at += 0.5
        one.answer("03 14" + " 0001" * 10)
        other.read(0, 10)


@shows_learned("TROUBLE.MISSING")
def missing(scene: Scene, one: Line, other: Line) -> None:
    for _ in range(60):
        scene.at += 1
        one.read(0, 10)


@shows("RESPONSE.UNSOLICITED")
def unsolicited(scene: Scene) -> None:
    scene.line().read().answer("03 02 0007")


@shows("RESPONSE.MISMATCH")
def mismatch(scene: Scene) -> None:
    scene.line().ask("06 0001 0003").answer("06 0001 0004")


@shows("NETWORK.ADDRESS_MOVED")
def moved(scene: Scene) -> None:
    scene.arp(PLC, "020000000002")
    scene.line().read()
    scene.arp(PLC, "020000000066")


@shows("STREAM.OVERLAP")
def overlap(scene: Scene) -> None:
    line = scene.line().ask("03 0000 0001")
    line.send(bytes.fromhex("0001 0000 0006 01 06 0000 0001"), back=12)
    line.answer("03 02 0001")


@shows("MESSAGE.MALFORMED")
def malformed(scene: Scene) -> None:
    scene.line().ask("04 0001 0000").answer("84 03")


@shows("PORT.NOT_MODBUS")
def http(scene: Scene) -> None:
    line = scene.line(INTRUDER)
    for _ in range(3):
        line.send(b"GET / HTTP/1.0\r\n\r\n")


@shows("PORT.ELSEWHERE")
def elsewhere(scene: Scene) -> None:
    scene.line(port=5020).read().read(5, 2)


@shows("PORT.PLAIN")
def plain(scene: Scene) -> None:
    scene.line(port=802).read()


@shows("VALUE.STEP")
def jump(scene: Scene) -> None:
    """A slow ramp is usual, a jump to its other end is not."""
    line = scene.line()
    for second in range(600):
        scene.at = max(scene.at, float(second))
        line.read(0, 10)
        if second % 5 == 0:
            line.write(200, 500 + abs(second - 300) // 5)
    scene.at = LEARNED + 1
    line.write(200, 560).write(200, 500)
